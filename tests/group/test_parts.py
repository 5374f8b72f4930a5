"""The parts of the search for synchrony, and the moments of a course."""

from __future__ import annotations

import numpy as np
import pytest

from eval.support.series import autoregressive, with_gaps
from videoemo.group import WindowedCrossCorrelation, peaks
from videoemo.group._innovations import innovations
from videoemo.group._surrogates import surrogates
from videoemo.util.arrays import Float64Array


class TestPeaks:
    def test_the_highest_come_first(self) -> None:
        assert peaks(np.arange(9.0), np.array([0, 1, 0, 0, 3, 0, 0, 2, 0.0]), apart=1) == [4, 7, 1]

    def test_within_the_distance_there_is_one(self) -> None:
        assert peaks(np.arange(9.0), np.array([0, 1, 0, 0, 3, 0, 0, 2, 0.0]), apart=3) == [4]

    def test_a_slope_beside_a_peak_is_none(self) -> None:
        assert peaks(np.arange(7.0), np.array([0, 1, 2, 9, 2, 1, 0.0]), apart=1) == [3]

    def test_the_shoulder_of_a_higher_one_is_none_even_at_a_distance(self) -> None:
        assert peaks(np.arange(8.0), np.array([9, 8, 7, 6, 5, 0, 0, 0.0]), apart=1) == [0]

    def test_at_most_three_are_told(self) -> None:
        assert len(peaks(np.arange(20.0), np.tile([0.0, 1.0], 10), apart=1)) == 3

    def test_what_is_not_above_the_mean_is_none(self) -> None:
        assert peaks(np.arange(5.0), np.array([5.0, 5, 0, 1, 0]), apart=1) == [0]

    @pytest.mark.parametrize(
        "values",
        [np.full(4, 2.0), np.full(4, np.nan), np.zeros(0)],
        ids=["flat", "unknown", "empty"],
    )
    def test_a_course_without_moments_has_none(self, values: Float64Array) -> None:
        assert peaks(np.arange(float(len(values))), values, apart=1) == []

    def test_gaps_are_no_moments(self) -> None:
        assert peaks(np.arange(5.0), np.array([np.nan, 0, 2, np.nan, 1.9]), apart=1) == [2, 4]


class TestInnovations:
    def test_they_are_no_longer_smooth(self) -> None:
        series = autoregressive(2000, np.random.default_rng(0))
        new = innovations(series)[3:]
        assert np.corrcoef(series[1:], series[:-1])[0, 1] > 0.9
        assert abs(np.corrcoef(new[1:], new[:-1])[0, 1]) < 0.06

    def test_none_is_made_up_where_there_is_no_value(self) -> None:
        series = with_gaps(
            autoregressive(300, np.random.default_rng(1)), np.random.default_rng(1), "stretches"
        )
        assert not (np.isfinite(innovations(series)) & np.isnan(series)).any()

    def test_none_is_known_just_after_a_gap(self) -> None:
        series = autoregressive(100, np.random.default_rng(2))
        series[50] = np.nan
        assert np.isnan(innovations(series)[50:52]).all()

    def test_a_jump_is_no_more_than_the_highest_rank(self) -> None:
        series = autoregressive(100, np.random.default_rng(3))
        series[50] += 1000
        assert np.nanmax(innovations(series)) < 3

    @pytest.mark.parametrize(
        "series",
        [np.zeros(3), np.ones(50), np.r_[np.ones(5), np.full(50, np.nan)]],
        ids=["short", "still", "few"],
    )
    def test_where_nothing_can_be_learnt_nothing_is_known(self, series: Float64Array) -> None:
        assert np.isnan(innovations(series)).all()


class TestSurrogates:
    def test_they_keep_the_autocorrelation(self) -> None:
        series = autoregressive(1000, np.random.default_rng(4))
        made = surrogates(series, 20, np.random.default_rng(0))
        for lag in (1, 10, 30):
            ours = np.corrcoef(series[lag:], series[:-lag])[0, 1]
            theirs = [np.corrcoef(one[lag:], one[:-lag])[0, 1] for one in made]
            assert np.mean(theirs) == pytest.approx(ours, abs=0.05)

    def test_they_keep_the_gaps(self) -> None:
        series = with_gaps(
            autoregressive(200, np.random.default_rng(5)), np.random.default_rng(5), "stretches"
        )
        series[:20] = np.nan
        made = surrogates(series, 3, np.random.default_rng(0))
        assert (np.isnan(made) == np.isnan(series)).all()

    def test_each_is_another(self) -> None:
        made = surrogates(
            autoregressive(500, np.random.default_rng(6)), 2, np.random.default_rng(0)
        )
        assert abs(np.corrcoef(*made)[0, 1]) < 0.9


class TestWindowed:
    def test_one_window_is_the_plain_correlation_at_each_lag(self) -> None:
        first, second = np.random.default_rng(7).normal(size=(2, 60))
        found = WindowedCrossCorrelation(first, window=60, lags=2).correlate(second[None])
        plain = [
            np.corrcoef(first[max(-k, 0) : 60 - max(k, 0)], second[max(k, 0) : 60 - max(-k, 0)])[
                0, 1
            ]
            for k in range(-2, 3)
        ]
        assert found.mean[:, 0] == pytest.approx(plain)
        assert found.common.tolist() == [58, 59, 60, 59, 58]

    def test_several_windows_are_the_mean_of_theirs(self) -> None:
        first, second = np.random.default_rng(8).normal(size=(2, 60))
        found = WindowedCrossCorrelation(first, window=20, lags=0).correlate(second[None])
        assert found.mean[0, 0] == pytest.approx(
            np.mean([np.corrcoef(first[i : i + 20], second[i : i + 20])[0, 1] for i in (0, 20, 40)])
        )

    def test_only_common_samples_count(self) -> None:
        first, second = np.random.default_rng(9).normal(size=(2, 60))
        first[:10], second[50:] = np.nan, np.nan
        found = WindowedCrossCorrelation(first, window=60, lags=0).correlate(second[None])
        assert (found.mean[0, 0], found.common[0]) == (
            pytest.approx(np.corrcoef(first[10:50], second[10:50])[0, 1]),
            40,
        )

    def test_a_window_with_little_in_common_does_not_count(self) -> None:
        first, second = np.random.default_rng(10).normal(size=(2, 60))
        second[24:40] = np.nan
        found = WindowedCrossCorrelation(first, window=20, lags=0).correlate(second[None])
        assert found.common[0] == 40

    def test_many_are_correlated_as_each_alone(self) -> None:
        first, *others = np.random.default_rng(11).normal(size=(4, 50))
        windowed = WindowedCrossCorrelation(first, window=25, lags=3)
        together = windowed.correlate(np.array(others)).mean
        assert together == pytest.approx(
            np.column_stack([windowed.correlate(one[None]).mean[:, 0] for one in others])
        )

    def test_single_precision_gives_the_same_to_five_digits(self) -> None:
        first, second = np.random.default_rng(13).normal(size=(2, 200))
        exact, single = (
            WindowedCrossCorrelation(first, window=50, lags=5, single=single)
            .correlate(second[None])
            .mean
            for single in (False, True)
        )
        assert single.dtype == np.float32
        assert single == pytest.approx(exact, abs=1e-5)

    def test_what_does_not_change_correlates_with_nothing(self) -> None:
        assert (
            WindowedCrossCorrelation(np.ones(30), window=30, lags=0)
            .correlate(np.random.default_rng(12).normal(size=(1, 30)))
            .mean[0, 0]
            == 0
        )

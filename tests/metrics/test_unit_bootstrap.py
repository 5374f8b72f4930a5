"""Intervals of means over units."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from videoemo.metrics.unit_bootstrap import difference_estimate, mean_estimate

DRAWN = {"resamples": 2000, "seed": 0}


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


def test_the_interval_of_normal_values_is_that_of_students_t() -> None:
    values = normal(12)
    found = mean_estimate(values, **DRAWN)
    low, high = stats.t.interval(0.95, 11, values.mean(), stats.sem(values))
    assert found.value == pytest.approx(values.mean())
    assert [found.low, found.high] == pytest.approx([low, high], abs=0.15 * (high - low))


def test_an_interval_reaches_further_to_where_values_do() -> None:
    found = mean_estimate(np.random.default_rng(0).exponential(size=15), **DRAWN)
    assert found.high - found.value > 1.2 * (found.value - found.low)


def test_many_units_without_and_a_few_with_a_display_have_an_interval_that_ends() -> None:
    values = np.append(np.zeros(10), [0.9, 1.0])
    found = mean_estimate(values, **DRAWN)
    assert found.high < values.mean() + 10 * values.std()


@pytest.mark.parametrize("n", [2, 3])
def test_of_two_or_three_units_it_is_students_t(n: int) -> None:
    values = normal(n)
    found = mean_estimate(values, **DRAWN)
    low, high = stats.t.interval(0.95, n - 1, values.mean(), stats.sem(values))
    assert [found.low, found.high] == pytest.approx([low, high])


def test_a_higher_level_is_wider() -> None:
    values = normal(20)
    wide, narrow = (mean_estimate(values, **DRAWN, level=level) for level in (0.99, 0.9))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_a_unit_that_is_not_known_at_a_point_is_left_out_there() -> None:
    values = normal(10, 3)
    values[4, 1] = np.nan
    found = mean_estimate(values, **DRAWN)
    assert found.value == pytest.approx(np.nanmean(values, axis=0))
    alone = mean_estimate(np.delete(values, 4, axis=0), **DRAWN)
    width = (found.high - found.low)[1]
    assert width == pytest.approx((alone.high - alone.low)[1], rel=0.1)


def test_of_fewer_than_two_units_there_is_no_interval() -> None:
    values = np.array([[1.0, np.nan, 1.0], [np.nan, np.nan, 3.0]])
    found = mean_estimate(values, **DRAWN)
    assert found.value.tolist()[::2] == [1.0, 2.0]
    assert np.isnan(found.value[1])
    assert np.isnan(found.low).tolist() == np.isnan(found.high).tolist() == [True, True, False]


def test_without_units_nothing_is_known() -> None:
    found = mean_estimate(np.empty((0, 3)), **DRAWN)
    assert np.isnan([found.value, found.low, found.high]).all()


def test_units_that_are_all_alike_have_an_interval_of_no_width() -> None:
    found = mean_estimate(np.full(9, 0.1), **DRAWN)
    assert [found.low, found.high] == pytest.approx([0.1, 0.1], abs=1e-15)


def test_the_shape_after_the_units_is_kept() -> None:
    found = mean_estimate(normal(5, 4, 3), **DRAWN)
    assert found.value.shape == found.low.shape == found.high.shape == (4, 3)
    assert mean_estimate(normal(5, 0, 3), **DRAWN).value.shape == (0, 3)


def test_points_are_estimated_each_as_if_it_were_alone() -> None:
    values = normal(8, 1200)
    whole = mean_estimate(values, **DRAWN)
    alone = mean_estimate(values[:, 1100], **DRAWN)
    assert [alone.low, alone.high] == pytest.approx([whole.low[1100], whole.high[1100]])


def test_a_difference_of_groups_is_about_welchs() -> None:
    a, b = normal(12), 3 * normal(20, seed=1)
    found = difference_estimate(a, b, paired=False, **DRAWN)
    interval = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    assert found.value == pytest.approx(a.mean() - b.mean())
    width = interval.high - interval.low
    assert [found.low, found.high] == pytest.approx([*interval], abs=0.15 * width)


def test_a_paired_difference_is_the_mean_of_the_differences() -> None:
    a, b = normal(15, 2), normal(15, 2, seed=1)
    b[3, 0] = np.nan
    paired, alone = difference_estimate(a, b, paired=True, **DRAWN), mean_estimate(a - b, **DRAWN)
    np.testing.assert_array_equal(paired.value, alone.value)
    np.testing.assert_array_equal(paired.low, alone.low)


def test_a_group_of_one_has_no_interval_of_the_difference() -> None:
    found = difference_estimate(normal(1), normal(9), paired=False, **DRAWN)
    assert np.isfinite(found.value)
    assert np.isnan([found.low, found.high]).all()


def test_one_seed_gives_one_interval_and_another_another() -> None:
    values = normal(10)
    first, again = (mean_estimate(values, **DRAWN) for _ in range(2))
    other = mean_estimate(values, resamples=2000, seed=1)
    assert first == again
    assert first.low != other.low

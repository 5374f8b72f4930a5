"""Intervals of figures of sums over units."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from videoemo.metrics.sums_bootstrap import sums_estimate


def ratio(sums: npt.NDArray[np.float64]) -> float:
    return float(sums[0] / sums[1]) if sums[1] else np.nan


def test_of_a_mean_it_is_about_the_interval_of_students_t() -> None:
    values = np.random.default_rng(1).normal(size=12)
    sums = np.column_stack([values, np.ones(12)])
    made = sums_estimate(ratio, sums, resamples=5000, seed=0)
    low, high = stats.t.interval(0.95, 11, values.mean(), stats.sem(values))
    assert made.value == pytest.approx(values.mean())
    assert made.high - made.low == pytest.approx(high - low, rel=0.15)


def test_one_unit_has_no_interval() -> None:
    made = sums_estimate(ratio, np.array([[1.0, 2.0]]), resamples=100, seed=0)
    assert made.value == 0.5
    assert np.isnan([made.low, made.high]).all()


def test_resamples_without_a_figure_are_left_out() -> None:
    sums = np.array([[1.0, 2.0], [0.0, 0.0], [0.0, 0.0]])
    made = sums_estimate(ratio, sums, resamples=500, seed=0)
    np.testing.assert_array_equal([made.value, made.low, made.high], 0.5)


def test_a_figure_may_be_an_array_of_which_some_are_not_known() -> None:
    def parts(sums: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.array([[sums[0], np.nan]])

    made = sums_estimate(parts, np.array([[1.0, 0], [3.0, 0]]), resamples=200, seed=0)
    assert made.value[0, 0] == 4
    assert made.low[0, 0] <= 4 <= made.high[0, 0]
    assert np.isnan(made.low[0, 1])

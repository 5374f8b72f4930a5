"""Effect sizes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from videoemo.metrics.effects import cliffs_delta, hedges_correction, hedges_g

A, B = np.array([3.0, 4, 5, 6, 7]), np.array([1.0, 2, 3, 4, 5])


def test_g_is_the_difference_in_pooled_deviations_corrected() -> None:
    # Both have a variance of 2.5; J of 8 degrees of freedom is 0.9027.
    assert hedges_g(A, B, paired=False) == pytest.approx(2 / np.sqrt(2.5) * 0.9027, abs=1e-4)
    assert hedges_g(B, A, paired=False) == -hedges_g(A, B, paired=False)


@pytest.mark.parametrize("freedom", [5, 20, 100])
def test_the_correction_is_about_hedges_approximation(freedom: int) -> None:
    assert hedges_correction(freedom) == pytest.approx(1 - 3 / (4 * freedom - 1), abs=2e-3)


def test_g_is_unbiased() -> None:
    rng = np.random.default_rng(0)
    found = [
        hedges_g(rng.normal(size=6) + 0.8, rng.normal(size=6), paired=False) for _ in range(4000)
    ]
    assert np.mean(found) == pytest.approx(0.8, abs=0.03)


def test_paired_g_is_in_deviations_within_conditions_however_like_the_pairs_are() -> None:
    shuffled = B[[3, 0, 4, 1, 2]]
    assert hedges_g(A, B, paired=True) == pytest.approx(hedges_g(A, shuffled, paired=True))
    assert hedges_g(A, B, paired=True) == pytest.approx(hedges_g(A, B, paired=False))


def test_a_unit_of_which_one_value_is_not_known_is_left_out() -> None:
    with_gap = np.append(A, np.nan)
    assert hedges_g(with_gap, B, paired=False) == hedges_g(A, B, paired=False)
    assert hedges_g(with_gap, np.append(B, 99), paired=True) == hedges_g(A, B, paired=True)
    assert cliffs_delta(with_gap, np.append(B, 99), paired=True) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [([0.1] * 5, [0.1] * 5), ([1.0] * 5, [0.0] * 5), ([1.0], [2.0, 3.0]), ([], [1.0, 2.0])],
    ids=["all the same", "no spread", "one unit", "no unit"],
)
def test_without_spread_there_is_no_g(a: list[float], b: list[float]) -> None:
    assert np.isnan(hedges_g(np.array(a), np.array(b), paired=False))


def test_delta_is_that_of_the_mann_whitney_statistic() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 6, 15).astype(float), rng.integers(2, 9, 11).astype(float)
    u = mannwhitneyu(a, b).statistic
    assert cliffs_delta(a, b, paired=False) == pytest.approx(2 * u / (15 * 11) - 1)


def test_paired_delta_counts_units_that_are_higher_less_those_that_are_lower() -> None:
    a, b = np.array([1.0, 2, 3, 4]), np.array([0.0, 1, 3, 9])
    assert cliffs_delta(a, b, paired=True) == 0.25


def test_without_units_there_is_no_delta() -> None:
    assert np.isnan(cliffs_delta(np.array([np.nan]), B, paired=False))

"""How many units a difference needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from videoemo.metrics.effects import hedges_correction
from videoemo.metrics.power import units_needed


def spread(n: int, *, mean: float) -> Any:
    """Values of that mean, with a standard deviation of 1."""
    values = np.arange(n, dtype=np.float64)
    return (values - values.mean()) / values.std(ddof=1) + mean


def test_the_known_number_of_a_medium_difference() -> None:
    # J. Cohen, Statistical power analysis for the behavioral sciences, 1988: 64 a group.
    size = 0.5 / hedges_correction(98)
    assert units_needed(spread(50, mean=size), spread(50, mean=0), paired=False) == 64


def test_pairs_are_counted_by_the_spread_of_their_differences() -> None:
    size = 0.5 / hedges_correction(49)
    a = 10 * spread(50, mean=0) + spread(50, mean=size)
    assert units_needed(a, 10 * spread(50, mean=0), paired=True) == 34


def test_more_power_takes_more_units_and_a_larger_level_fewer() -> None:
    a, b = spread(20, mean=0.7), spread(20, mean=0)
    needed = units_needed(a, b, paired=False)
    more = units_needed(a, b, paired=False, power=0.95)
    fewer = units_needed(a, b, paired=False, level=0.2)
    assert needed is not None
    assert more is not None
    assert fewer is not None
    assert fewer < needed < more


def test_the_direction_does_not_matter() -> None:
    a, b = spread(20, mean=0.7), spread(20, mean=0)
    assert units_needed(a, b, paired=False) == units_needed(b, a, paired=False)


@pytest.mark.parametrize("paired", [False, True])
def test_a_very_large_difference_needs_few_units(paired: bool) -> None:
    a, b = spread(9, mean=1e6), np.flip(spread(9, mean=0))
    assert units_needed(a, b, paired=paired) in (2, 3)


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize(
    "b",
    [np.arange(9.0), np.flip(np.arange(9.0)) + 1e-6, np.full(9, np.nan)],
    ids=["none", "next to none", "not known"],
)
def test_a_difference_that_is_none_needs_more_than_there_are(b: np.ndarray, paired: bool) -> None:
    assert units_needed(np.arange(9.0), b, paired=paired) is None


def test_differences_of_any_size_have_the_number_at_which_the_power_is_reached() -> None:
    from statsmodels.stats.power import TTestIndPower

    for size in (0.03, 0.1, 0.32, 0.478, 0.733, 1.4, 2.5, 5.0):
        a, b = spread(30, mean=size / hedges_correction(58)), spread(30, mean=0)
        needed = units_needed(a, b, paired=False)
        assert needed is not None
        assert TTestIndPower().power(size, needed, 0.05) >= 0.8 - 1e-9
        assert TTestIndPower().power(size, max(needed - 1, 2), 0.05) < 0.8 or needed == 2

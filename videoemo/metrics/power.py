"""Power: how many units a difference needs."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
import numpy.typing as npt

from videoemo.metrics.effects import hedges_correction, hedges_g
from videoemo.metrics.extra import study_extra
from videoemo.metrics.units import differing, known_units

__all__ = ["units_needed"]

# More units than any study has: a difference that needs them is none.
MOST = 1_000_000


def units_needed(
    a: npt.NDArray[np.float64],
    b: npt.NDArray[np.float64],
    *,
    paired: bool,
    power: float = 0.8,
    level: float = 0.05,
) -> int | None:
    """Units a group, or pairs, with which a two-sided t-test finds a difference of the size found.

    The size is Hedges' g, or paired, the mean of the differences in their standard deviations (d_z)
    with the same correction. It is an estimate itself: with few units a wide one.

    Parameters
    ----------
    a, b : float64 (n,) and (m,)
        A number a unit, NaN where it is not known.
    paired : bool
        a[i] and b[i] are of one unit; a unit with one of them only is left out.
    power : float, default=0.8
        The probability of finding it.
    level : float, default=0.05
        Of the test.

    Returns
    -------
    int or None
        At least 2; None where there is no difference to be found, or none that a million units
        would find, and of two pairs, whose spread tells nothing.

    Raises
    ------
    VideoemoError
        The extra `study` is not installed.
    """
    with study_extra():
        from statsmodels.stats.power import TTestIndPower, TTestPower
    size = abs(
        _of_pairs(*known_units(a, b, paired=True)) if paired else hedges_g(a, b, paired=False)
    )
    test = TTestPower() if paired else TTestIndPower()
    if np.isnan(size) or test.power(size, MOST, level) < power:
        return None
    # Not by solve_power, which does not always converge, nor from MOST down: of very many units the
    # power that is computed is NaN.
    enough = 2
    while test.power(size, enough, level) < power:
        enough *= 2
    return bisect_left(
        range(enough + 1), power, lo=max(enough // 2, 2), key=lambda n: test.power(size, n, level)
    )


def _of_pairs(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    """The mean difference of pairs in standard deviations of the differences, corrected."""
    differences = a - b
    if len(differences) < 2 or not differing(differences):
        return np.nan
    return float(
        hedges_correction(len(differences) - 1) * differences.mean() / differences.std(ddof=1)
    )

"""Student's t of many arrangements of units at once, at many points.

An arrangement says which units stand first, as an experiment that found nothing might have had
them. Sums over those units are products of matrices, (arrangements, units) @ (units, points), which
is what makes thousands of arrangements of long courses a matter of seconds.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["Studentised", "normal_deviate", "studentised"]

Values = npt.NDArray[np.float64]
# Of the unit numbers that stand first, (arrangements, n): t and its degrees of freedom,
# (arrangements, points) both; t is 0 where too few units are known to have one.
Studentised = Callable[[npt.NDArray[np.int64]], tuple[Values, Values]]

# Of the mean square of all values at a point: a variance below it is rounding.
ROUNDING = 1e-12
# Decimals of t: arrangements that mirror each other have the same.
DECIMALS = 9


def studentised(a: Values, b: Values, *, paired: bool) -> Studentised:
    """Student's t of the difference between two groups, or within pairs, as a function of which
    units stand first.

    Units are numbered through: those of a from 0, then those of b. Between groups it is Welch's t,
    whose permutation distribution holds with unequal variances too (A. Janssen, Studentized
    permutation tests for non-i.i.d. hypotheses and the generalized Behrens-Fisher problem,
    Statistics and Probability Letters 36, 1997, 9-21), with Satterthwaite's degrees of freedom.

    Parameters
    ----------
    a, b : float64 (n, points) and (m, points)
        NaN where a unit is not known: it is left out at that point.
    paired : bool
        a[i] and b[i] are of one unit, and m is n. A pair that is swapped, its unit n + i standing
        first, has the opposite difference.
    """
    return _pairs(a, b) if paired else _groups(np.concatenate([a, b]))


def normal_deviate(t: Values, freedom: Values) -> Values:
    """The normal deviate about as improbable as t, by which points with few and with many known
    units can be compared.

    D. L. Wallace, Bounds on normal approximations to Student's and the chi-square distributions,
    Annals of Mathematical Statistics 30, 1959, 1121-1130.
    """
    size = np.sqrt(freedom * np.log1p(t**2 / freedom))
    return np.copysign(size * (8 * freedom + 1) / (8 * freedom + 3), t)


def _pairs(a: Values, b: Values) -> Studentised:
    """Of n pairs, (n, points)."""
    known = ~np.isnan(a - b)
    differences = np.where(known, _but_rounding(a - b, np.maximum(np.abs(a), np.abs(b))), 0)
    squares = (differences**2).sum(0)
    n, units = known.sum(0), np.arange(len(a))
    freedom = np.maximum(n - 1.0, 1)

    def statistic(first: npt.NDArray[np.int64]) -> tuple[Values, Values]:
        mean = np.where(first == units, 1.0, -1.0) @ differences / np.maximum(n, 1)
        variance = np.maximum(squares - n * mean**2, ROUNDING * squares) / freedom
        return (
            _ratio(mean, variance / np.maximum(n, 1), known=n > 1),
            np.broadcast_to(freedom, mean.shape),
        )

    return statistic


def _groups(values: Values) -> Studentised:
    """Of two groups of units, (n + m, points) together."""
    known = (~np.isnan(values)).astype(np.float64)
    count = known.sum(0)
    filled = np.where(known, values, 0)
    # About their mean, so that no digits are lost to it in sums of squares.
    centred = filled - filled.sum(0) / np.maximum(count, 1)
    filled = np.where(known, _but_rounding(centred, np.abs(filled)), 0)
    squares = filled**2
    total, total_squares = filled.sum(0), squares.sum(0)
    least = ROUNDING * total_squares / np.maximum(count, 1)

    def statistic(first: npt.NDArray[np.int64]) -> tuple[Values, Values]:
        member = np.zeros((len(first), len(values)))
        np.put_along_axis(member, first, 1, axis=1)
        n, sums, sums_squares = member @ known, member @ filled, member @ squares
        m = count - n
        mean_a, error_a = _moments(n, sums, sums_squares, least)
        mean_b, error_b = _moments(m, total - sums, total_squares - sums_squares, least)
        spread = error_a**2 / np.maximum(n - 1, 1) + error_b**2 / np.maximum(m - 1, 1)
        freedom = (error_a + error_b) ** 2 / np.maximum(spread, np.finfo(np.float64).tiny)
        return (
            _ratio(mean_a - mean_b, error_a + error_b, known=(n > 1) & (m > 1)),
            np.maximum(freedom, 1),
        )

    return statistic


def _but_rounding(values: Values, size: Values) -> Values:
    """Differences of numbers of that size, 0 where rounding alone could have made them."""
    return np.where(np.abs(values) > 1e-12 * size, values, 0)


def _moments(n: Values, sums: Values, squares: Values, least: Values) -> tuple[Values, Values]:
    """The mean of n values, and the square of its standard error."""
    n = np.maximum(n, 1)
    mean = sums / n
    variance = (squares - n * mean**2) / np.maximum(n - 1, 1)
    return mean, np.maximum(variance, least) / n


def _ratio(mean: Values, squared_error: Values, *, known: npt.NDArray[np.bool_]) -> Values:
    """The mean in standard errors; 0 where there is nothing to divide by."""
    there = known & (squared_error > 0)
    return np.round(mean / np.sqrt(np.where(there, squared_error, np.inf)), DECIMALS)

"""Bootstrap confidence intervals of means over units: whole units are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from videoemo.metrics.bootstrap import Estimate

__all__ = ["difference_estimate", "mean_estimate"]

Values = npt.NDArray[np.float64]
# Numbers in memory at a time, in each of a few arrays.
ROOM = 2**21
# A resample of units that happen to be alike has next to no standard error: it counts as this share
# of the one found, or a few such resamples would make the interval endless.
LEAST_ERROR = 0.1
# Of fewer units there are too few different resamples: 10 of three.
FEWEST = 4


def mean_estimate(values: Values, *, resamples: int, seed: int, level: float = 0.95) -> Estimate:
    """Mean over units with its bootstrap interval, at every point.

    Each end of the interval lies halfway between that of the bootstrap-t interval (B. Efron and
    R. J. Tibshirani, An introduction to the bootstrap, 1993, section 12.5), which follows skewness,
    and that of Student's t. Of the 12 to 20 units of most studies the first alone holds the truth
    too often where values crowd at the ends of a range, as probabilities do; the second, and
    percentiles, not often enough where they are skewed: `eval/README.md` has the figures. Of fewer
    than four units it is Student's t alone.

    Parameters
    ----------
    values : float64 (n, ...)
        A row a unit; NaN where it is not known, and left out at that point.
    resamples : int
        How many times n units are drawn.
    seed : int
        Of what is drawn.
    level : float, default=0.95
        Of the interval.

    Returns
    -------
    Estimate
        float64 (...); NaN where no unit is known, the interval where fewer than two are.
    """
    return _estimate([values], resamples=resamples, seed=seed, level=level)


def difference_estimate(
    a: Values, b: Values, *, paired: bool, resamples: int, seed: int, level: float = 0.95
) -> Estimate:
    """Difference of two means over units, a less b, with its bootstrap interval, at every point.

    Paired, the mean of the units' differences. Otherwise units of both groups are drawn, and t is
    Welch's. The interval is made as in `mean_estimate`.

    Parameters
    ----------
    a, b : float64 (n, ...) and (m, ...)
        A row a unit; NaN where it is not known, and left out at that point.
    paired : bool
        a[i] and b[i] are of one unit, and m is n.
    resamples : int
        How many times units are drawn.
    seed : int
        Of what is drawn.
    level : float, default=0.95
        Of the interval.

    Returns
    -------
    Estimate
        As in `mean_estimate`; with two groups, NaN where one of them has too few.
    """
    samples = [a - b] if paired else [a, b]
    return _estimate(samples, resamples=resamples, seed=seed, level=level)


def _estimate(samples: Sequence[Values], *, resamples: int, seed: int, level: float) -> Estimate:
    """Of the mean of one sample of units, or of the difference of the means of two."""
    rng = np.random.default_rng(seed)
    # How often each unit is drawn, (resamples, n): the same at all points.
    drawn = [
        rng.multinomial(n, np.full(n, 1 / n), resamples)
        if n
        else np.empty((resamples, 0), np.int64)
        for n in map(len, samples)
    ]
    flat = [of.reshape(len(of), prod(of.shape[1:])) for of in samples]
    room = max(ROOM // resamples, 1)
    parts = [
        _interval(
            [_sampled(of[:, i : i + room], times) for of, times in zip(flat, drawn, strict=True)],
            level,
        )
        for i in range(0, flat[0].shape[1], room)
    ]
    joined = np.concatenate([np.empty((3, 0)), *parts], axis=1)  # (3, points)
    return Estimate(*joined.reshape(3, *samples[0].shape[1:]))


@dataclass(frozen=True)
class _Sampled:
    """The mean of one sample of units, at some points.

    Parameters
    ----------
    n, mean, squared_error : float64 (points,)
        How many units are known, their mean, and the square of its standard error; NaN where there
        are too few.
    off, squared_errors : float64 (resamples, points)
        How far the means of resamples are from that mean, and the squares of their standard errors;
        NaN where none of the known units is in one.
    """

    n: Values
    mean: Values
    squared_error: Values
    off: Values
    squared_errors: Values


def _sampled(values: Values, drawn: npt.NDArray[np.int64]) -> _Sampled:
    """Of units, (n, points), drawn so many times each, (resamples, n)."""
    there, times = ~np.isnan(values), drawn.astype(np.float64)
    known = there.astype(np.float64)
    n = known.sum(0)
    mean = _over(np.where(there, values, 0).sum(0), n)
    deviations = np.where(there, values - mean, 0)
    squares = deviations**2
    n_drawn = times @ known
    off = _over(times @ deviations, n_drawn)
    variance = np.maximum(_over(times @ squares, n_drawn) - off**2, 0)
    return _Sampled(
        n,
        mean,
        _over(squares.sum(0) / np.maximum(n, 1), n - 1),
        off,
        variance / np.maximum(n_drawn - 1, 1),
    )


def _over(sums: Values, n: Values) -> Values:
    """Quotients, NaN where what they are divided by is not above 0."""
    return np.where(n > 0, sums / np.where(n > 0, n, 1), np.nan)


def _interval(samples: Sequence[_Sampled], level: float) -> Values:
    """Value, low and high of the first mean, or of the first less the second, (3, points)."""
    value, off = samples[0].mean, samples[0].off
    if len(samples) > 1:
        value, off = value - samples[1].mean, off - samples[1].off
    squared_error = np.sum([of.squared_error for of in samples], axis=0)
    squared_errors = np.sum([of.squared_errors for of in samples], axis=0)
    error, tail = np.sqrt(squared_error), (1 - level) / 2
    t = np.sort(
        _over(off, np.sqrt(np.maximum(squared_errors, LEAST_ERROR**2 * squared_error))), axis=0
    )
    spread = np.sum([_over(of.squared_error**2, of.n - 1) for of in samples], axis=0)
    student = stdtrit(_over(squared_error**2, spread), 1 - tail)
    few = np.min([of.n for of in samples], axis=0) < FEWEST
    below, above = (
        np.where(few, student, (out + student) / 2)
        for out in (_percentile(t, 1 - tail), -_percentile(t, tail))
    )
    # Without any spread there is no t.
    alike = squared_error == 0
    low, high = (
        np.where(alike, value, end) for end in (value - below * error, value + above * error)
    )
    return np.array([value, low, high])


def _percentile(ordered: Values, share: float) -> Values:
    """Of each point's resamples in order, (resamples, points), NaN last; NaN without any."""
    last = (~np.isnan(ordered)).sum(0) - 1
    at = np.clip(share * (last + 2) - 1, 0, np.maximum(last, 0))
    low = np.floor(at).astype(np.int64)
    high = np.clip(low + 1, 0, np.maximum(last, 0))
    of_low, of_high = (np.take_along_axis(ordered, i[None], axis=0)[0] for i in (low, high))
    between: Values = of_low + (of_high - of_low) * (at - low)
    return between

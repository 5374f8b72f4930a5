"""Bootstrap confidence intervals of figures of sums over units: whole units are drawn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit

from videoemo.metrics.bootstrap import Estimate

__all__ = ["draw_units", "expanded_interval", "sums_estimate"]

Values = npt.NDArray[np.float64]


def sums_estimate(
    figure: Callable[[Values], npt.ArrayLike],
    sums: Values,
    *,
    resamples: int,
    seed: int,
    level: float = 0.95,
) -> Estimate:
    """Estimate a figure of sums over units by the bootstrap, with the expanded percentile interval
    of T. C. Hesterberg (What teachers should know about the bootstrap, The American Statistician
    69, 2015, 371-386, section 5.2), which makes up for few units.

    Parameters
    ----------
    figure : callable
        Of sums, (...); gives a number or an array, NaN where it is not defined.
    sums : float64 (n, ...)
        Those of each unit, one or more.
    resamples : int
        How many times n units are drawn.
    seed : int
        Of what is drawn.
    level : float, default=0.95
        Of the interval.

    Returns
    -------
    Estimate
        Percentiles over the resamples in which the figure is defined; NaN for a single unit.
    """
    n = len(sums)
    value = np.asarray(figure(sums.sum(axis=0)), np.float64)
    if n < 2:
        return Estimate(value, np.full_like(value, np.nan), np.full_like(value, np.nan))
    times = draw_units(n, resamples=resamples, seed=seed)
    drawn = np.tensordot(times.astype(np.float64), sums, axes=1)  # (resamples, ...)
    figures = np.array([figure(one) for one in drawn], np.float64)
    return expanded_interval(value, figures, n=n, level=level)


def draw_units(n: int, *, resamples: int, seed: int) -> npt.NDArray[np.int64]:
    """How often each of n units is in each resample, int64 (resamples, n)."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples)


def expanded_interval(value: Values, figures: Values, *, n: int, level: float = 0.95) -> Estimate:
    """Expanded percentile interval of a figure, as in `sums_estimate`.

    Parameters
    ----------
    value : float64 (...)
        The figure of the units themselves.
    figures : float64 (resamples, ...)
        Those of resamples, NaN where it is not defined.
    n : int
        How many units there are, 2 or more.
    level : float, default=0.95
        Of the interval.
    """
    known = ~np.isnan(value) & ~np.isnan(figures).all(axis=0)
    tail = ndtr(-np.sqrt(n / (n - 1)) * stdtrit(n - 1, (1 + level) / 2))
    ends = np.nanquantile(np.where(known, figures, 0), [tail, 1 - tail], axis=0)
    low, high = np.where(known, ends, np.nan)
    return Estimate(value, low, high)

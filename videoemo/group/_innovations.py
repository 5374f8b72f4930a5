"""What in a series its own past does not predict: its innovations."""

from __future__ import annotations

from functools import cache
from statistics import NormalDist

import numpy as np

from videoemo.util.arrays import Float64Array

__all__ = ["MOST_ORDER", "innovations"]

# The longest memory that is looked for, in samples.
MOST_ORDER = 3


def innovations(series: Float64Array) -> Float64Array:
    """The steps of a series that its own last values do not predict, as normal scores.

    Two smooth series are alike by chance, for each has few turns; what is new in them at each
    moment is not. So each is first whitened by an autoregression (L. D. Haugh, Checking the
    independence of two covariance-stationary time series: a univariate residual cross-correlation
    approach, Journal of the American Statistical Association 71, 1976, 378-385), whose order, 1 to
    3, has the least BIC. Ranks turned into normal scores keep one wrong box, or one jump, from
    making a correlation.

    Parameters
    ----------
    series : float64 (n,)
        Evenly sampled, NaN where there is nothing: no value there is made up.

    Returns
    -------
    float64 (n,)
        NaN where a value or one of those before it is missing; NaN throughout where too few are
        known, or none ever changes.
    """
    n = len(series)
    residuals = np.full(n, np.nan)
    if n <= MOST_ORDER:
        return residuals
    # A column each of the value and of those one, two and three samples before it.
    # (n - 3, 4)
    rows = np.column_stack([series[MOST_ORDER - back : n - back] for back in range(MOST_ORDER + 1)])
    whole = rows[np.isfinite(rows).all(axis=1)]
    if len(whole) <= 2 * MOST_ORDER + 2 or np.ptp(whole[:, 0]) == 0:
        return residuals
    intercept, *weights = _autoregression(whole)
    order = len(weights)
    residuals[order:] = series[order:] - intercept
    for back, weight in enumerate(weights, start=1):
        residuals[order:] -= weight * series[order - back : n - back]
    known = np.flatnonzero(np.isfinite(residuals))
    ranks = np.argsort(np.argsort(residuals[known], kind="stable"), kind="stable")
    residuals[known] = _normal_scores(len(known))[ranks]
    return residuals


def _autoregression(rows: Float64Array) -> list[float]:
    """Intercept and weights of the autoregression with the least BIC, by least squares over rows of
    values and their past, (k, 4).
    """
    k, best = len(rows), (np.inf, [0.0])
    for order in range(1, MOST_ORDER + 1):
        past = np.column_stack([np.ones(k), rows[:, 1 : order + 1]])
        weights = np.linalg.lstsq(past, rows[:, 0], rcond=None)[0]
        left = float(((rows[:, 0] - past @ weights) ** 2).mean())
        bic = k * np.log(max(left, np.finfo(float).tiny)) + order * np.log(k)
        best = min(best, (float(bic), weights.tolist()))
    return best[1]


@cache
def _normal_scores(n: int) -> Float64Array:
    """The quantiles of a normal distribution at (i + 1/2) / n, (n,)."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((i + 0.5) / n) for i in range(n)])

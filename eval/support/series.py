"""Made-up time series, and ways for values to be missing from them."""

from __future__ import annotations

import numpy as np

from videoemo.util.arrays import Float64Array

__all__ = ["autoregressive", "with_gaps"]


def autoregressive(
    n: int, rng: np.random.Generator, *, weight: float = 0.95, steps: Float64Array | None = None
) -> Float64Array:
    """A smooth series past its beginning, (n,): each value is the one before, weighted, and a step.

    Parameters
    ----------
    n : int
        How many values.
    rng : numpy.random.Generator
        Where the steps come from.
    weight : float, default=0.95
        Of the value before.
    steps : float64 (n + 200,) or None
        Normal ones by default.
    """
    steps = rng.normal(size=n + 200) if steps is None else steps
    values = np.zeros(n + 200)
    for i in range(1, n + 200):
        values[i] = weight * values[i - 1] + steps[i]
    return values[200:]


def with_gaps(series: Float64Array, rng: np.random.Generator, kind: str) -> Float64Array:
    """A series without some values: `none`; `drops`, one in twenty; `stretches` of up to 15;
    `late`, the first third; `early`, the last third.
    """
    series, n = series.copy(), len(series)
    if kind == "drops":
        series[rng.random(n) < 0.05] = np.nan
    if kind == "stretches":
        for start in rng.integers(0, n, n // 60):
            series[start : start + rng.integers(3, 16)] = np.nan
    if kind == "late":
        series[: n // 3] = np.nan
    if kind == "early":
        series[-(n // 3) :] = np.nan
    return series

"""Made-up courses, and ways for values to be missing from them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["autoregressive", "with_gaps"]

Floats = npt.NDArray[np.float64]


def autoregressive(n: int, rng: np.random.Generator, *, weight: float = 0.95, steps: Floats | None = None) -> Floats:
    """A smooth series past its beginning, (n,): each value is the one before, weighted, and a step.

    Parameters
    ----------
    steps : (n + 200,); normal ones by default.
    """
    steps = rng.normal(size=n + 200) if steps is None else steps
    values = np.zeros(n + 200)
    for i in range(1, n + 200):
        values[i] = weight * values[i - 1] + steps[i]
    return values[200:]


def with_gaps(series: Floats, rng: np.random.Generator, kind: str) -> Floats:
    """A series without some values: `none`; `drops`, one in twenty; `stretches` of up to 15; `late`, the first third; `early`, the last third."""
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

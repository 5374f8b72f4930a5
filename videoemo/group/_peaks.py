"""The moments at which a series is highest and lowest."""

from __future__ import annotations

import numpy as np

from videoemo.util.arrays import Float64Array

__all__ = ["peaks"]

# Of each kind; the series has them all.
MOST = 3


def peaks(
    seconds: Float64Array, values: Float64Array, *, apart: float, most: int = MOST
) -> list[int]:
    """Where a series is highest: at most `most` places, the highest first, each the highest within
    `apart` seconds and above its mean.

    Of equal values the first counts. The lowest moments are the peaks of the negative series.

    Parameters
    ----------
    seconds : float64 (n,)
        Ascending.
    values : float64 (n,)
        NaN where not known.
    """
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return []
    times, heights = seconds[known], values[known]
    first, last = (
        np.searchsorted(times, times - apart, "left"),
        np.searchsorted(times, times + apart, "right"),
    )
    found: list[int] = []
    for i in np.argsort(-heights, kind="stable").tolist():
        if len(found) == most or heights[i] <= heights.mean():
            break
        around = heights[first[i] : last[i]]
        if first[i] + int(around.argmax()) == i:
            found.append(int(known[i]))
    return found

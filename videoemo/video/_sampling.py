"""Sampling of frames: every n-th, n per second, a range of time."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError

__all__ = ["check_sampling", "sample"]

# Presentation times are whole ticks turned into floats: a tick of 0.2 s must still find the frame
# at 0.2 s.
ROUNDING = 1e-6


def sample(
    seconds: npt.NDArray[np.float64],
    *,
    every: int = 1,
    fps: float | None = None,
    start: float | None = None,
    end: float | None = None,
) -> npt.NDArray[np.int64]:
    """Indices of sampled frames, ascending.

    Parameters
    ----------
    seconds : float64 (n,)
        The presentation times of all frames, ascending.
    every : int, default=1
        Take every n-th frame of the range, from its first; at least 1.
    fps : float or None
        Take so many frames per second: for each tick k / fps from the first frame of the range the
        first frame at or after it, each frame at most once; more than 0, and not together with an
        `every` above 1.
    start, end : float or None
        The range in seconds on the clock of `seconds`, half-open: start <= time < end.

    Returns
    -------
    int64 (m,)
        m = 0 where no frame lies in the range.

    Raises
    ------
    InputError
        An argument out of its range.
    """
    check_sampling(every=every, fps=fps, start=start, end=end)
    first = 0 if start is None else int(np.searchsorted(seconds, start, side="left"))
    stop = len(seconds) if end is None else int(np.searchsorted(seconds, end, side="left"))
    if fps is None:
        return np.arange(first, stop, every, dtype=np.int64)
    inside = seconds[first:stop]
    # (m,) the last tick at or before each frame
    ticks = np.floor((inside - inside[:1] + ROUNDING) * fps)
    fresh = np.diff(ticks, prepend=-1.0) > 0  # a tick lies between the frame before and this one
    return first + np.flatnonzero(fresh).astype(np.int64)


def check_sampling(
    *,
    every: int = 1,
    fps: float | None = None,
    start: float | None = None,
    end: float | None = None,
) -> None:
    """Check the arguments of `sample` that no video could satisfy.

    Parameters
    ----------
    every, fps, start, end : int, float or None, float or None, float or None
        As of `sample`.

    Raises
    ------
    InputError
        An argument out of its range.
    """
    if isinstance(every, bool) or not isinstance(every, int | np.integer) or every < 1:
        raise InputError(f"every={every!r}: give a whole number of at least 1")
    if fps is not None and not (math.isfinite(fps) and fps > 0):
        raise InputError(f"fps={fps!r}: give a number of frames per second above 0")
    if fps is not None and every > 1:
        raise InputError(f"every={every} and fps={fps}: give one of the two")
    for name, value in (("start", start), ("end", end)):
        if value is not None and not math.isfinite(value):
            raise InputError(f"{name}={value!r}: give a time in seconds, or leave it out")
    if start is not None and end is not None and start >= end:
        raise InputError(f"start={start}, end={end}: give an end after the start")

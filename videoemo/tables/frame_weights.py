"""Weights of frames in a mean by time: as long as each frame is shown."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.util.arrays import Float64Array

__all__ = ["TIME_EPSILON", "frame_weights", "shown_until", "weighted_mean"]

# By which sums and differences of times may miss one, in seconds.
TIME_EPSILON = 1e-9


def frame_weights(seconds: Float64Array, *, longest: float) -> Float64Array:
    """Weight of each frame: the seconds until the next one, which a player shows it for.

    Nobody knows what is displayed in a pause, in which a recording has no frames: no frame weighs
    more than `longest`, or than the median step, where all are that far apart. The last one weighs
    the median step.

    Parameters
    ----------
    seconds : float64 (n,)
        The times of the sampled frames, in their order.
    longest : float
        In seconds.

    Returns
    -------
    float64 (n,)
        In seconds, 0 or more; ones for a single frame.
    """
    if len(seconds) < 2:
        return np.ones(len(seconds))
    steps = np.diff(seconds)
    typical = float(np.median(steps))
    return np.append(steps, typical).clip(0, max(longest, typical))


def shown_until(seconds: Float64Array, *, longest: float) -> Float64Array:
    """Time until which each frame is shown: that of the next one, with the limits of
    `frame_weights`.

    Parameters
    ----------
    seconds : float64 (n,)
        The times of the sampled frames, in their order.
    longest : float
        In seconds.

    Returns
    -------
    float64 (n,)
        In seconds, to the bit that of the next frame where it is not too far; of a single frame
        its own time.
    """
    if len(seconds) < 2:
        return seconds.copy()
    typical = float(np.median(np.diff(seconds)))
    following = np.append(seconds[1:], seconds[-1] + typical)
    return np.asarray(np.clip(following, seconds, seconds + max(longest, typical)))


def weighted_mean(
    values: npt.NDArray[np.float32], weights: Float64Array | None
) -> npt.NDArray[np.float64]:
    """Mean of the rows of some values, (m, k) -> (k,).

    Parameters
    ----------
    values : float32 (m, k)
        One row or more.
    weights : float64 (m,) or None
        Of the rows, 0 or more; None, or nothing but zeros, for rows that all weigh the same.
    """
    if weights is None or not weights.any():
        return np.asarray(values.mean(axis=0, dtype=np.float64))
    return np.asarray(weights @ values / weights.sum(), np.float64)

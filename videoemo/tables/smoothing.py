"""What a person's faces express, without the flicker from frame to frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from videoemo.tables.faces import FaceTable

__all__ = ["smooth"]


def smooth(table: FaceTable, seconds: float) -> FaceTable:
    """The table with probabilities and values averaged along each track.

    Each face's are the mean over all faces of its track, weighted with `exp(-abs(t) / seconds)`,
    where t is the time between them: exponential smoothing in both directions, so that nothing
    is late.
    Times are the video's own, so a gap parts what lies before it from what lies after; where there
    is no face nothing is made up, nor for a face without probabilities, which somebody added by
    hand. Probabilities sum to 1 as before.

    Parameters
    ----------
    seconds : float
        The time constant, above 0; or 0, and the table is returned as it is. So is one that is
        smoothed already.
    """
    found = table.known_rows()
    if table.smoothed or seconds == 0 or not len(found):
        return table
    # Frames ascend within a track as they do in the table.
    rows = found[np.argsort(table.track[found], kind="stable")]
    averaged = table.outputs()
    # (n - 1,), 0 from one track to the next, where the time may go back, by hours
    step = np.where(np.diff(table.track[rows]) == 0, np.abs(np.diff(table.seconds[rows])), np.inf)
    keep = np.exp(-step / seconds)
    averaged[rows] = _both_ways(averaged[rows].astype(np.float64), keep)
    return replace(table.with_outputs(averaged), smoothed=seconds)


def _both_ways(
    values: npt.NDArray[np.float64], keep: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The weighted means of (n, c), where `keep` (n - 1,) is what is left of a weight from each row
    to the next.
    """
    # The last column adds up the weights.
    weighted = np.column_stack([values, np.ones(len(values))])
    before, after = weighted.copy(), weighted.copy()
    for i, share in enumerate(keep.tolist()):
        before[i + 1] += share * before[i]
    for i in range(len(keep) - 1, -1, -1):
        after[i] += keep[i] * after[i + 1]
    total = before + after - weighted
    means: npt.NDArray[np.float64] = total[:, :-1] / total[:, -1:]
    return means

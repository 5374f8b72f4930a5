"""The faces of tracks that are to be spared, among all that were found anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from videoemo.annotation.placed import Placed
from videoemo.annotation.search import FoundFaces
from videoemo.util.boxes import iou

__all__ = ["match_tracks", "spared_faces"]

# Intersection over union from which two boxes may be those of one face.
SAME_FACE = 0.3
# A face of nobody whom the results know.
UNKNOWN = -1


def match_tracks(found: FoundFaces, marks: Placed) -> npt.NDArray[np.int64]:
    """Match faces that were found anew with the tracks of results, frame by frame.

    Parameters
    ----------
    found : FoundFaces
        m faces.
    marks : Placed
        Where the results have faces.

    Returns
    -------
    int64 (m,)
        The number of the track whose box is the same face's, -1 where there is none. Where two
        found faces or two tracks lay claim to each other, only the best pair is a match.
    """
    matched = np.full(len(found.frame), UNKNOWN, np.int64)
    order = np.argsort(found.frame, kind="stable")
    frames, first = np.unique(found.frame[order], return_index=True)
    for frame, rows in zip(frames.tolist(), np.split(order, first)[1:], strict=True):
        there = marks.at(frame)
        if len(there):
            pairs = best_pairs(found.boxes[rows], there.boxes)
            matched[rows[pairs[:, 0]]] = there.track[pairs[:, 1]]
    return matched


def best_pairs(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Pairs of boxes of the same faces, the best overlaps first: int64 (k, 2)."""
    n, m = len(a), len(b)
    overlap = iou(np.repeat(a, m, axis=0), np.tile(b, (n, 1))).reshape(n, m)
    pairs = []
    while overlap.size and overlap.max() >= SAME_FACE:
        i, j = divmod(int(overlap.argmax()), m)
        pairs.append((i, j))
        overlap[i], overlap[:, j] = 0, 0
    return np.array(pairs, np.int64).reshape(-1, 2)


def spared_faces(
    found: FoundFaces, matched: npt.NDArray[np.int64], spare: Sequence[int], *, gap: float
) -> npt.NDArray[np.bool_]:
    """Which of the faces found anew are those of tracks to be spared; in doubt, a face is not.

    A face is spared that matches such a track; and one that matches none, where those of its own
    new track that were matched last before it and first after it match the same track to be spared,
    both within `gap`.

    Parameters
    ----------
    found : FoundFaces
        m faces.
    matched : int64 (m,)
        What `match_tracks` gives.
    spare : sequence of int
        The numbers of tracks of the results.
    gap : float
        In seconds.

    Returns
    -------
    bool (m,)
        True for a face that is left as it is.
    """
    m, rows = len(matched), np.arange(len(matched))
    known = matched != UNKNOWN
    before = np.maximum.accumulate(np.where(known, rows, -1))
    after = np.minimum.accumulate(np.where(known, rows, m)[::-1])[::-1]
    between = ~known & (before >= 0) & (after < m)
    low, high = before[between], after[between]
    times = found.seconds[found.frame]
    alike = (
        (found.track[low] == found.track[between])
        & (found.track[high] == found.track[between])
        & (matched[low] == matched[high])
        & (times[high] - times[low] <= gap)
    )
    taken = matched.copy()
    taken[between] = np.where(alike, matched[low], UNKNOWN)
    spared: npt.NDArray[np.bool_] = np.isin(taken, [track for track in spare if track >= 0])
    return spared

"""Non-maximum suppression of boxes in many frames at once, without a loop over boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray

__all__ = ["Overlap", "of_smaller", "of_union", "suppress"]

IntArray = npt.NDArray[np.int64]
Share = npt.NDArray[np.floating[Any]]
Overlap = Callable[[FloatArray, FloatArray], Share]

# Pairs looked at at once: 20 MB of boxes.
MAX_PAIRS = 1 << 19


def of_union(a: FloatArray, b: FloatArray) -> Share:
    """Intersection over union of pairs of boxes: two (k, 4) -> (k,)."""
    common = _area(_intersection(a, b))
    return common / (_area(a) + _area(b) - common)


def of_smaller(a: FloatArray, b: FloatArray) -> Share:
    """Intersection over the smaller of pairs of boxes, whose last pixel counts, as in the MTCNN authors' code: two (k, 4) -> (k,)."""
    last = np.array([0, 0, 1, 1], np.float32)
    a, b = a + last, b + last
    return _area(_intersection(a, b)) / np.minimum(_area(a), _area(b))


def suppress(
    boxes: FloatArray, scores: FloatArray, *, frame: IntArray, threshold: float, overlap: Overlap = of_union, margin: float = 0.0
) -> IntArray:
    """In each frame, take the box of the highest score, drop those that overlap it by more than the threshold, and so on.

    Parameters
    ----------
    boxes : float32 (m, 4), x1, y1, x2, y2.
    scores : float32 (m,); of equal scores the earlier box wins.
    frame : (m,), boxes of different frames never meet.
    threshold : 0 to 1.
    overlap : how overlap is measured.
    margin : by how much a score must be higher than another to drop its box.

    Returns
    -------
    int64 (k,), the places of the boxes kept, by falling score.
    """
    order = np.argsort(-scores, kind="stable")
    boxes, scores, frame = boxes[order], scores[order], frame[order]
    conflicts = [np.empty((2, 0), np.int64)]
    for pair in _neighbours(boxes, frame):
        clear = scores[pair[0]] - scores[pair[1]] >= margin
        conflicts.append(pair[:, clear & (overlap(boxes[pair[0]], boxes[pair[1]]) > threshold)])
    winner, loser = np.concatenate(conflicts, axis=1)
    return order[_undefeated(len(boxes), winner, loser)]


def _undefeated(n: int, winner: IntArray, loser: IntArray) -> npt.NDArray[np.bool_]:
    """Which of n boxes, best first, lose to no box that is kept: a few rounds over all conflicts instead of one step a box."""
    kept = np.zeros(n, np.bool_)
    open_ = np.ones(n, np.bool_)
    while open_.any():
        safe = open_.copy()
        safe[loser] = False
        kept |= safe
        open_ &= ~safe
        open_[loser[safe[winner]]] = False
        left = open_[winner] & open_[loser]
        winner, loser = winner[left], loser[left]
    return kept


def _neighbours(boxes: FloatArray, frame: IntArray) -> Iterator[IntArray]:
    """Pairs of boxes of one frame whose spans in x meet, the earlier box first, in parts of shape (2, k)."""
    if len(boxes) == 0:
        return
    x1, x2 = boxes[:, 0].astype(np.float64), boxes[:, 2].astype(np.float64) + 1
    # Frames are laid side by side, too far apart for boxes of two frames to meet.
    shift = frame * (x2.max() - x1.min() + 1)
    x1, x2 = x1 + shift, x2 + shift
    by_x = np.argsort(x1, kind="stable")
    first = np.arange(1, len(boxes) + 1)
    count = np.maximum(np.searchsorted(x1[by_x], x2[by_x], side="right") - first, 0)
    ends = np.cumsum(count)
    done = 0
    while done < len(boxes):
        so_far = ends[done - 1] if done else 0
        until = max(done + 1, int(np.searchsorted(ends, so_far + MAX_PAIRS, side="right")))
        part = slice(done, until)
        a = np.repeat(np.arange(done, until), count[part])
        b = np.arange(len(a)) - np.repeat(ends[part] - count[part] - so_far - first[part], count[part])
        pair = by_x[np.stack([a, b])]
        yield np.sort(pair, axis=0)
        done = until


def _intersection(a: FloatArray, b: FloatArray) -> FloatArray:
    common = np.concatenate([np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])], axis=1)
    common[:, 2:] = np.maximum(common[:, 2:], common[:, :2])
    return common


def _area(boxes: FloatArray) -> FloatArray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])

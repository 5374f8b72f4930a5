"""The choice among boxes that lie on one another in NumPy, without a loop over boxes: what `_suppression`, which is compiled, is held to, and what
serves where no compiler was at hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from videoemo.faces import overlap
from videoemo.faces.networks import FloatArray, IntArray

__all__ = ["undefeated"]

# Pairs looked at at once: 20 MB of boxes.
MAX_PAIRS = 1 << 19


def undefeated(
    boxes: FloatArray,
    scores: FloatArray,
    frame: IntArray,
    order: IntArray,
    kept: npt.NDArray[np.bool_],
    threshold: float,
    margin: float,
    of_smaller: bool,
) -> None:
    """Mark the boxes that are dropped by no box that is kept.

    Parameters
    ----------
    boxes : float32 (n, 4), x1, y1, x2, y2.
    scores : float32 (n,).
    frame : int64 (n,); boxes of different frames never meet.
    order : int64 (n,), the places of the boxes, frame by frame, in each by falling score.
    kept : bool (n,), where they are marked.
    threshold : a box drops another, later one that shares more than this with it,
    margin : if its score is higher by so much or more.
    of_smaller : whether that is the share of the smaller box (`overlap.of_smaller`), not of the union.
    """
    share = overlap.of_smaller if of_smaller else overlap.of_union
    boxes, scores, frame = boxes[order], scores[order], frame[order]
    conflicts = [np.empty((2, 0), np.int64)]
    for pair in _neighbours(boxes, frame):
        clear = scores[pair[0]] - scores[pair[1]] >= margin
        conflicts.append(pair[:, clear & (share(boxes[pair[0]], boxes[pair[1]]) > threshold)])
    winner, loser = np.concatenate(conflicts, axis=1)
    kept[order] = _unbeaten(len(boxes), winner, loser)


def _unbeaten(n: int, winner: IntArray, loser: IntArray) -> npt.NDArray[np.bool_]:
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

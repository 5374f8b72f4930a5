"""Greedy non-maximum suppression in NumPy, without a loop over boxes: the reference of `nms.c`, and
its fallback where no compiler was at hand.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from videoemo.util.arrays import Float32Array, Int64Array
from videoemo.util.boxes import iom, iou

__all__ = ["keep_mask"]

# Pairs compared in one batch: 20 MB of boxes.
MAX_PAIRS = 1 << 19


def keep_mask(
    boxes: Float32Array,
    scores: Float32Array,
    frame: Int64Array,
    order: Int64Array,
    kept: npt.NDArray[np.bool_],
    threshold: float,
    margin: float,
    use_iom: bool,
) -> None:
    """Greedy non-maximum suppression mask.

    Parameters
    ----------
    boxes : float32 (n, 4)
        x1, y1, x2, y2.
    scores : float32 (n,)
        Their scores.
    frame : int64 (n,)
        The frame of each box; boxes of different frames do not suppress each other.
    order : int64 (n,)
        The indices of the boxes, frame by frame, in each by falling score.
    kept : bool (n,)
        The output: True for the boxes that no box kept suppresses; False before.
    threshold : float
        The overlap above which a box may suppress a later one.
    margin : float
        How much higher its score must be, at least, to suppress it.
    use_iom : bool
        Whether the overlap is that with the smaller box (`boxes.iom`), not with the union
        (`boxes.iou`).
    """
    overlap = iom if use_iom else iou
    boxes, scores, frame = boxes[order], scores[order], frame[order]
    conflicts = [np.empty((2, 0), np.int64)]
    for pair in _neighbours(boxes, frame):
        clear = scores[pair[0]] - scores[pair[1]] >= margin
        conflicts.append(pair[:, clear & (overlap(boxes[pair[0]], boxes[pair[1]]) > threshold)])
    winner, loser = np.concatenate(conflicts, axis=1)
    kept[order] = _resolve_conflicts(len(boxes), winner, loser)


def _resolve_conflicts(n: int, winner: Int64Array, loser: Int64Array) -> npt.NDArray[np.bool_]:
    """Mask of the n boxes, best first, that lose to no box kept: a few rounds over all conflicts
    instead of one step a box.
    """
    kept = np.zeros(n, np.bool_)
    undecided = np.ones(n, np.bool_)
    while undecided.any():
        safe = undecided.copy()
        safe[loser] = False
        kept |= safe
        undecided &= ~safe
        undecided[loser[safe[winner]]] = False
        left = undecided[winner] & undecided[loser]
        winner, loser = winner[left], loser[left]
    return kept


def _neighbours(boxes: Float32Array, frame: Int64Array) -> Iterator[Int64Array]:
    """Pairs of boxes of one frame whose spans in x meet, the earlier box first, in batches of
    shape (2, k).
    """
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
        n_before = ends[done - 1] if done else 0
        stop = max(done + 1, int(np.searchsorted(ends, n_before + MAX_PAIRS, side="right")))
        batch = slice(done, stop)
        a = np.repeat(np.arange(done, stop), count[batch])
        b = np.arange(len(a)) - np.repeat(
            ends[batch] - count[batch] - n_before - first[batch], count[batch]
        )
        pair = by_x[np.stack([a, b])]
        yield np.sort(pair, axis=0)
        done = stop

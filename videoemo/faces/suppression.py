"""Non-maximum suppression of boxes in many frames at once."""

from __future__ import annotations

import numpy as np

from videoemo.faces.networks import FloatArray, IntArray

try:
    from videoemo.faces._suppression import undefeated
except ImportError:
    from videoemo.faces.suppression_numpy import undefeated

__all__ = ["suppress"]


def suppress(boxes: FloatArray, scores: FloatArray, *, frame: IntArray, threshold: float, margin: float = 0.0, of_smaller: bool = False) -> IntArray:
    """In each frame, take the box of the highest score, drop those that overlap it by more than the threshold, and so on.

    Parameters
    ----------
    boxes : float32 (m, 4), x1, y1, x2, y2.
    scores : float32 (m,); of equal scores the earlier box wins.
    frame : (m,), boxes of different frames never meet.
    threshold : 0 to 1, of the union.
    margin : by how much a score must be higher than another to drop its box.
    of_smaller : whether the threshold is of the smaller box instead, see `overlap.of_smaller`.

    Returns
    -------
    int64 (k,), the places of the boxes kept, by falling score.
    """
    order = np.argsort(-scores, kind="stable")
    by_frame = order[np.argsort(frame[order], kind="stable")]
    kept = np.zeros(len(boxes), np.bool_)
    undefeated(np.ascontiguousarray(boxes), np.ascontiguousarray(scores), np.ascontiguousarray(frame), by_frame, kept, threshold, margin, of_smaller)
    return order[kept[order]]

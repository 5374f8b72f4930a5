"""Greedy non-maximum suppression of boxes in many frames at once."""

from __future__ import annotations

import numpy as np

from videoemo.util.arrays import Float32Array, Int64Array

try:
    from videoemo._native.nms import keep_mask
except ImportError:
    from videoemo._native.nms_numpy import keep_mask

__all__ = ["batched_nms"]


def batched_nms(
    boxes: Float32Array,
    scores: Float32Array,
    *,
    batch_index: Int64Array,
    threshold: float,
    margin: float = 0.0,
    use_iom: bool = False,
) -> Int64Array:
    """Greedy non-maximum suppression, frame by frame.

    In each frame the box of the highest score is kept and drops those that overlap it by more than
    the threshold, and so on.

    Parameters
    ----------
    boxes : float32 (m, 4)
        x1, y1, x2, y2.
    scores : float32 (m,)
        Of equal scores the earlier box wins.
    batch_index : int64 (m,)
        The frame of each box; boxes of different frames do not suppress each other.
    threshold : float
        The overlap from which on, exclusive, a box is dropped, 0 to 1.
    margin : float, default=0.0
        How much higher a score must be than another to drop its box.
    use_iom : bool, default=False
        Whether the overlap is the intersection over the smaller box (`boxes.iom`), not over the
        union (`boxes.iou`).

    Returns
    -------
    int64 (k,)
        The indices of the boxes kept, by falling score.
    """
    order = np.argsort(-scores, kind="stable")
    by_frame = order[np.argsort(batch_index[order], kind="stable")]
    kept = np.zeros(len(boxes), np.bool_)
    keep_mask(
        np.ascontiguousarray(boxes),
        np.ascontiguousarray(scores),
        np.ascontiguousarray(batch_index),
        by_frame,
        kept,
        threshold,
        margin,
        use_iom,
    )
    return order[kept[order]]

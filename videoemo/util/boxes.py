"""Boxes: area, intersection over union (IoU) and over the smaller box (IoM), matches."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.util.arrays import Float32Array

__all__ = ["area", "iom", "iou", "mutual_best_matches"]

Overlap = npt.NDArray[np.floating[Any]]


def area(boxes: Float32Array) -> Float32Array:
    """Area of boxes x1, y1, x2, y2: (m, 4) -> (m,), in square pixels."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def iou(a: Float32Array, b: Float32Array) -> Overlap:
    """Intersection over union of pairs of boxes: two (k, 4) -> (k,)."""
    common = area(_intersection(a, b))
    return common / (area(a) + area(b) - common)


def iom(a: Float32Array, b: Float32Array) -> Overlap:
    """Intersection over the smaller of pairs of boxes: two (k, 4) -> (k,).

    The last pixel counts, as in the MTCNN authors' code.
    """
    last = np.array([0, 0, 1, 1], np.float32)
    a, b = a + last, b + last
    return area(_intersection(a, b)) / np.minimum(area(a), area(b))


def mutual_best_matches(
    a: Float32Array, b: Float32Array
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Mutual best matches of two sets of boxes by their IoU.

    Two boxes match that intersect, and of which each has its highest IoU with the other.

    Parameters
    ----------
    a, b : float32 (n, 4) and (m, 4)
        The boxes.

    Returns
    -------
    tuple of (ndarray of intp, ndarray of intp)
        The indices of the pairs in either, (k,) each.
    """
    if not len(a) or not len(b):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    n, m = len(a), len(b)
    overlap = iou(np.repeat(a, m, axis=0), np.tile(b, (n, 1))).reshape(n, m)
    best = overlap.argmax(axis=1)
    i = np.flatnonzero((overlap.argmax(axis=0)[best] == np.arange(n)) & (overlap.max(axis=1) > 0))
    return i, best[i]


def _intersection(a: Float32Array, b: Float32Array) -> Float32Array:
    common = np.concatenate(
        [np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])], axis=1
    )
    common[:, 2:] = np.maximum(common[:, 2:], common[:, :2])
    return common

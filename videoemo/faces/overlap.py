"""How much boxes share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray

__all__ = ["of_smaller", "of_union", "partners"]

Share = npt.NDArray[np.floating[Any]]


def of_union(a: FloatArray, b: FloatArray) -> Share:
    """Intersection over union of pairs of boxes: two (k, 4) -> (k,)."""
    common = _area(_intersection(a, b))
    return common / (_area(a) + _area(b) - common)


def of_smaller(a: FloatArray, b: FloatArray) -> Share:
    """Intersection over the smaller of pairs of boxes, whose last pixel counts, as in the MTCNN authors' code: two (k, 4) -> (k,)."""
    last = np.array([0, 0, 1, 1], np.float32)
    a, b = a + last, b + last
    return _area(_intersection(a, b)) / np.minimum(_area(a), _area(b))


def partners(a: FloatArray, b: FloatArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pairs of boxes of (n, 4) and (m, 4) that share something, and with each other more than with any other: their places, (k,) each."""
    if not len(a) or not len(b):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    n, m = len(a), len(b)
    shared = of_union(np.repeat(a, m, axis=0), np.tile(b, (n, 1))).reshape(n, m)
    best = shared.argmax(axis=1)
    i = np.flatnonzero((shared.argmax(axis=0)[best] == np.arange(n)) & (shared.max(axis=1) > 0))
    return i, best[i]


def _intersection(a: FloatArray, b: FloatArray) -> FloatArray:
    common = np.concatenate([np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])], axis=1)
    common[:, 2:] = np.maximum(common[:, 2:], common[:, :2])
    return common


def _area(boxes: FloatArray) -> FloatArray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])

"""Pictures averaged down to what the networks of the cascade want: whole levels of the pyramid, parts of them, and crops."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray, IntArray

try:
    from videoemo.faces._pooling import pool as _pool
except ImportError:
    from videoemo.faces.pooling_numpy import pool as _pool

__all__ = ["Divided", "Grids", "Pictures", "pool", "pool_boxes"]

Pictures = Sequence[npt.NDArray[np.uint8]]


class Divided(NamedTuple):
    """One axis of m grids, int64 (m,) each or one number for all: `length` px from `offset` on are divided into `parts` bins, of which those from
    `first` on are wanted."""

    offset: IntArray | int
    length: IntArray | int
    parts: IntArray | int
    first: IntArray | int = 0


class Grids(NamedTuple):
    """m grids of width x height bins: int64 (m,), the place of the picture that each lies on, and their axes."""

    picture: IntArray
    x: Divided
    y: Divided
    width: int
    height: int


def pool_boxes(pictures: Pictures, boxes: IntArray, *, picture: IntArray, size: int) -> FloatArray:
    """Boxes averaged to size x size.

    Parameters
    ----------
    boxes : (m, 4), x1, y1, x2, y2 in whole pixels, half-open, not empty, inside their pictures.
    picture : (m,), the place of the picture of each.
    size : the side of the result in px.

    Returns
    -------
    float32 (m, 3, size, size), -1 to 1.
    """
    left, top, right, bottom = boxes.T
    (pooled,) = pool(pictures, [Grids(picture, Divided(left, right - left, size), Divided(top, bottom - top, size), size, size)])
    return pooled


def pool(pictures: Pictures, groups: Sequence[Grids]) -> list[FloatArray]:
    """The means over the bins of grids, as PyTorch's adaptive average pooling gives them.

    Parameters
    ----------
    pictures : uint8 (h, w, 3).
    groups : of grids, each of one size.

    Returns
    -------
    Of each group, float32 (m, 3, height, width), -1 to 1.
    """
    sizes = [3 * group.height * group.width for group in groups]
    n = [len(group.picture) for group in groups]
    pooled = np.empty(sum(map(mul, n, sizes)), np.float32)
    grids = np.empty((sum(n), 12), np.int64)
    means, row, at = [], 0, 0
    for group, m, size in zip(groups, n, sizes, strict=True):
        columns = (np.arange(at, at + m * size, size), group.width, group.height, group.picture, *group.x, *group.y)
        for place, numbers in enumerate(columns):
            grids[row : row + m, place] = numbers
        means.append(pooled[at : at + m * size].reshape(m, 3, group.height, group.width))
        row, at = row + m, at + m * size
    _pool([_in_rows(one) for one in pictures], grids, pooled)
    return means


def _in_rows(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The same picture, its rows each in one piece, whatever the space between them."""
    return picture if picture.strides[1:] == (3, 1) else np.ascontiguousarray(picture)

"""Average pooling of pictures to the inputs of MTCNN: levels of the pyramid, patches and crops."""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.util.arrays import Float32Array, Int64Array

try:
    from videoemo._native.pooling import pool as _pool
except ImportError:
    from videoemo._native.pooling_numpy import pool as _pool

__all__ = ["BinnedAxis", "Pictures", "PoolingGrids", "pool", "pool_boxes"]

Pictures = Sequence[npt.NDArray[np.uint8]]


class BinnedAxis(NamedTuple):
    """One axis of m pooling grids: pixels divided into bins.

    Parameters
    ----------
    offset, length : int64 (m,) or int
        The `length` px from `offset` on are divided; one number stands for all grids.
    parts : int64 (m,) or int
        Into how many bins.
    first : int64 (m,) or int, default=0
        The first bin that is wanted.
    """

    offset: Int64Array | int
    length: Int64Array | int
    parts: Int64Array | int
    first: Int64Array | int = 0


class PoolingGrids(NamedTuple):
    """m pooling grids of width x height bins.

    Parameters
    ----------
    picture : int64 (m,)
        The index of the picture that each lies on.
    x, y : BinnedAxis
        Their axes.
    width, height : int
        The number of bins along each axis.
    """

    picture: Int64Array
    x: BinnedAxis
    y: BinnedAxis
    width: int
    height: int


def pool_boxes(
    pictures: Pictures, boxes: Int64Array, *, picture: Int64Array, size: int
) -> Float32Array:
    """Average-pool boxes of pictures to size x size.

    Parameters
    ----------
    pictures : sequence of uint8 (h, w, 3)
        The pictures.
    boxes : int64 (m, 4)
        x1, y1, x2, y2 in whole pixels, half-open, not empty, inside their pictures.
    picture : int64 (m,)
        The index of the picture of each.
    size : int
        The side of the result in px.

    Returns
    -------
    float32 (m, 3, size, size)
        -1 to 1.
    """
    left, top, right, bottom = boxes.T
    (pooled,) = pool(
        pictures,
        [
            PoolingGrids(
                picture,
                BinnedAxis(left, right - left, size),
                BinnedAxis(top, bottom - top, size),
                size,
                size,
            )
        ],
    )
    return pooled


def pool(pictures: Pictures, groups: Sequence[PoolingGrids]) -> list[Float32Array]:
    """Adaptive average pooling of pictures over grids, as PyTorch defines it.

    Parameters
    ----------
    pictures : sequence of uint8 (h, w, 3)
        The pictures to average.
    groups : sequence of PoolingGrids
        Grids, grouped by their size.

    Returns
    -------
    list of ndarray of float32
        Of each group, float32 (m, 3, height, width), -1 to 1.
    """
    sizes = [3 * group.height * group.width for group in groups]
    n = [len(group.picture) for group in groups]
    pooled = np.empty(sum(map(mul, n, sizes)), np.float32)
    grids = np.empty((sum(n), 12), np.int64)
    means, row, start = [], 0, 0
    for group, m, size in zip(groups, n, sizes, strict=True):
        stop = start + m * size
        columns = (
            np.arange(start, stop, size),
            group.width,
            group.height,
            group.picture,
            *group.x,
            *group.y,
        )
        for column, numbers in enumerate(columns):
            grids[row : row + m, column] = numbers
        means.append(pooled[start:stop].reshape(m, 3, group.height, group.width))
        row, start = row + m, stop
    _pool([_with_contiguous_rows(picture) for picture in pictures], grids, pooled)
    return means


def _with_contiguous_rows(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The picture, or a copy, whose rows are contiguous, whatever the space between them."""
    return picture if picture.strides[1:] == (3, 1) else np.ascontiguousarray(picture)

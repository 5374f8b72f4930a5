"""Resizing by averaging whole pixels, as PyTorch's `interpolate(mode="area")`, from tables of sums.

With the sums of every rectangle that starts at the corner (Crow, "Summed-area tables for texture mapping", SIGGRAPH 1984), the sum over
any rectangle is four look-ups: one table serves every level of the pyramid and every crop, at a cost that follows the output's size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray

__all__ = ["Tables", "bins", "pool", "pool_boxes", "pool_frames", "summed"]

IntArray = npt.NDArray[np.int64]
Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Tables:
    """Summed-area tables of some rectangles of pictures that are all of one size.

    Parameters
    ----------
    sums : int32 (k, 4), the tables one behind the other, each (height + 1) x (width + 1), modulo 2**32: differences are right wherever a bin
        holds fewer than 8.4 million pixels. Red, green, blue, and a fourth that is for nothing but speed: NumPy looks up 16 bytes in half the time.
    first : int64 (m,), where each table begins.
    rectangles : int64 (m, 4), x1, y1, x2, y2 in whole pixels of the picture, half-open.
    picture : int64 (m,), the place of the picture that each rectangle lies in.
    width, height : of the pictures, px.
    """

    sums: npt.NDArray[np.int32]
    first: IntArray
    rectangles: IntArray
    picture: IntArray
    width: int
    height: int

    def __post_init__(self) -> None:
        n = len(self.first)
        if self.sums.shape[1:] != (4,) or self.rectangles.shape != (n, 4) or self.picture.shape != (n,):
            shapes = f"{self.sums.shape}, {self.rectangles.shape}, {self.picture.shape}"
            raise ValueError(f"Tables: expected sums (k, 4), rectangles ({n}, 4), picture ({n},), got {shapes}")


def summed(pictures: Sequence[Picture], *, rectangles: IntArray | None = None, picture: IntArray | None = None) -> Tables:
    """The tables of some rectangles, or of whole pictures.

    Parameters
    ----------
    pictures : n pictures uint8 (h, w, 3), or one array of them.
    rectangles : (m, 4), x1, y1, x2, y2 in whole pixels, half-open, not empty, inside the picture; by default each picture whole.
    picture : (m,), the place of the picture of each rectangle.
    """
    height, width, _ = pictures[0].shape
    if rectangles is None or picture is None:
        rectangles, picture = np.tile([0, 0, width, height], (len(pictures), 1)), np.arange(len(pictures))
    sides = rectangles[:, 2:] - rectangles[:, :2] + 1  # (m, 2), of the tables
    ends = np.cumsum(sides.prod(axis=1))
    sums = np.empty((int(ends[-1]) if len(ends) else 0, 4), np.int32)
    first = ends - sides.prod(axis=1)
    for (x1, y1, x2, y2), place, start, end in zip(rectangles.tolist(), picture.tolist(), first.tolist(), ends.tolist(), strict=True):
        part = cv2.cvtColor(pictures[place][y1:y2, x1:x2], cv2.COLOR_RGB2RGBA)
        cv2.integral(part, sums[start:end].reshape(y2 - y1 + 1, x2 - x1 + 1, 4), sdepth=cv2.CV_32S)
    return Tables(sums, first, rectangles, picture, width, height)


def pool_frames(tables: Tables, *, height: int, width: int) -> FloatArray:
    """Whole pictures averaged to height x width: float32 (n, 3, height, width), 0 to 255."""
    sums = tables.sums.reshape(-1, tables.height + 1, tables.width + 1, 4)
    y1, y2 = bins(np.array(tables.height), np.arange(height), height)
    x1, x2 = bins(np.array(tables.width), np.arange(width), width)
    rows = sums.take(y2, axis=1)  # (n, height, w + 1, 4)
    rows -= sums.take(y1, axis=1)
    total = rows.take(x2, axis=2)  # (n, height, width, 4)
    total -= rows.take(x1, axis=2)
    return _means(total, y2 - y1, x2 - x1)


def pool_boxes(tables: Tables, boxes: IntArray, *, table: IntArray, size: int) -> FloatArray:
    """Boxes averaged to size x size.

    Parameters
    ----------
    boxes : (m, 4), x1, y1, x2, y2 in whole pixels of the picture, half-open, not empty, inside the table's rectangle.
    table : (m,), the table that each box is looked up in.
    size : the side of the result in px.

    Returns
    -------
    float32 (m, 3, size, size), 0 to 255.
    """
    left, top, right, bottom = boxes.T.astype(np.int64)
    y1, y2 = (top[:, None] + edge for edge in bins(bottom - top, np.arange(size), size))  # (m, size)
    x1, x2 = (left[:, None] + edge for edge in bins(right - left, np.arange(size), size))
    return pool(tables, y=(y1, y2), x=(x1, x2), table=table)


def pool(tables: Tables, *, y: tuple[IntArray, IntArray], x: tuple[IntArray, IntArray], table: IntArray) -> FloatArray:
    """The means over the rectangles of grids.

    Parameters
    ----------
    y, x : first and last (exclusive) row, and column, of the bins of each grid, (m, h) and (m, w), px of the picture, inside the table's rectangle.
    table : (m,), the table of each grid.

    Returns
    -------
    float32 (m, 3, h, w), 0 to 255.
    """
    left, top, right, _ = tables.rectangles[table].T[:, :, None]  # each (m, 1)
    row = right - left + 1
    y1, y2 = (tables.first[table][:, None] + (edge - top) * row for edge in y)
    x1, x2 = (edge - left for edge in x)

    def corner(rows: IntArray, columns: IntArray) -> npt.NDArray[np.int32]:
        return tables.sums.take(rows[:, :, None] + columns[:, None, :], axis=0)  # (m, h, w, 4)

    total = corner(y2, x2)
    total -= corner(y1, x2)
    total -= corner(y2, x1)
    total += corner(y1, x1)
    return _means(total, y[1] - y[0], x[1] - x[0])


def bins(length: IntArray, i: IntArray, n: IntArray | int) -> tuple[IntArray, IntArray]:
    """First and last (exclusive) pixel of the bins i of n in PyTorch's adaptive pooling, which overlap where n does not divide the length.

    Parameters
    ----------
    length : (...,), px that are divided.
    i : (k,) or (..., k), numbers of bins, 0 to n - 1.
    n : how many there are, one number or (..., 1).
    """
    length = length[..., None]
    return i * length // n, -(-(i + 1) * length // n)


def _means(total: npt.NDArray[np.int32], height: IntArray, width: IntArray) -> FloatArray:
    """Sums (n, h, w, 4) over bins of the heights (h,) or (n, h) and the widths (w,) or (n, w) -> means (n, 3, h, w)."""
    n, rows, columns, _ = total.shape
    means = np.empty((n, 3, rows, columns), np.float32)
    means[...] = total.transpose(0, 3, 1, 2)[:, :3]
    # Two divisions, as PyTorch does: the bits are the same.
    means /= height.reshape(-1, 1, rows, 1).astype(np.float32)
    means /= width.reshape(-1, 1, 1, columns).astype(np.float32)
    return means

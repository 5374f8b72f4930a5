"""Resizing by averaging whole pixels, as PyTorch's `interpolate(mode="area")`, from one table of sums a frame.

With the sums of every rectangle that starts at the corner (Crow, "Summed-area tables for texture mapping", SIGGRAPH 1984), the sum over
any rectangle is four look-ups: one table serves every level of the pyramid and every crop, at a cost that follows the output's size.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray

__all__ = ["pool_boxes", "pool_frames", "summed"]

IntArray = npt.NDArray[np.integer[Any]]


def summed(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """Summed-area tables of frames.

    Parameters
    ----------
    rgb : uint8 (n, h, w, 3).

    Returns
    -------
    int32 (n, h + 1, w + 1, 3), modulo 2**32: differences are right wherever a bin holds fewer than 8.4 million pixels.
    """
    n, height, width, _ = rgb.shape
    sums = np.empty((n, height + 1, width + 1, 3), np.int32)
    for frame, table in zip(rgb, sums, strict=True):
        cv2.integral(frame, table, sdepth=cv2.CV_32S)
    return sums


def pool_frames(sums: npt.NDArray[np.int32], *, height: int, width: int) -> FloatArray:
    """Whole frames averaged to height x width: float32 (n, 3, height, width), 0 to 255."""
    y1, y2 = _bins(np.array(sums.shape[1] - 1), height)
    x1, x2 = _bins(np.array(sums.shape[2] - 1), width)
    rows = sums.take(y2, axis=1)  # (n, height, w + 1, 3)
    rows -= sums.take(y1, axis=1)
    total = rows.take(x2, axis=2)  # (n, height, width, 3)
    total -= rows.take(x1, axis=2)
    return _means(total, y2 - y1, x2 - x1)


def pool_boxes(sums: npt.NDArray[np.int32], boxes: IntArray, *, frame: IntArray, size: int) -> FloatArray:
    """Boxes averaged to size x size.

    Parameters
    ----------
    sums : the summed-area tables of n frames.
    boxes : (m, 4), x1, y1, x2, y2 in whole pixels, half-open, not empty, inside the frame.
    frame : (m,), the table each box lies in, 0 to n - 1.
    size : the side of the result in px.

    Returns
    -------
    float32 (m, 3, size, size), 0 to 255.
    """
    _, table_height, table_width, _ = sums.shape
    flat = sums.reshape(-1, 3)
    left, top, right, bottom = boxes.T.astype(np.int64)
    y1, y2 = (((frame * table_height + top)[:, None] + edge) * table_width for edge in _bins(bottom - top, size))  # (m, size)
    x1, x2 = (left[:, None] + edge for edge in _bins(right - left, size))  # (m, size)

    def corner(y: IntArray, x: IntArray) -> npt.NDArray[np.int32]:
        return flat.take(y[:, :, None] + x[:, None, :], axis=0)  # (m, size, size, 3)

    total = corner(y2, x2)
    total -= corner(y1, x2)
    total -= corner(y2, x1)
    total += corner(y1, x1)
    return _means(total, (y2 - y1) // table_width, x2 - x1)


def _bins(length: IntArray, n: int) -> tuple[IntArray, IntArray]:
    """First and last (exclusive) pixel of the n bins of PyTorch's adaptive pooling, which overlap where n does not divide the length."""
    i = np.arange(n)
    length = length[..., None]
    return i * length // n, -(-(i + 1) * length // n)


def _means(total: npt.NDArray[np.int32], height: IntArray, width: IntArray) -> FloatArray:
    """Sums (n, h, w, 3) over bins of the heights (h,) or (n, h) and the widths (w,) or (n, w) -> means (n, 3, h, w)."""
    means = np.empty(total.transpose(0, 3, 1, 2).shape, np.float32)
    means[...] = total.transpose(0, 3, 1, 2)
    # Two divisions, as PyTorch does: the bits are the same.
    means /= height.reshape(-1, 1, total.shape[1], 1).astype(np.float32)
    means /= width.reshape(-1, 1, 1, total.shape[2]).astype(np.float32)
    return means

"""Adaptive average pooling in NumPy, by summed-area tables: the reference of `pooling.c`, and its
fallback where no compiler was at hand.

With the sums of every rectangle that starts at the corner (Crow, "Summed-area tables for texture
mapping", SIGGRAPH 1984), the sum over any rectangle is four look-ups.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.util.arrays import Float32Array, Int64Array

__all__ = ["pool"]


def pool(
    pictures: Sequence[npt.NDArray[np.uint8]], grids: Int64Array, pooled: Float32Array
) -> None:
    """Adaptive average pooling of pictures over the bins of grids.

    As PyTorch's (`interpolate(mode="area")`), in float32.

    Parameters
    ----------
    pictures : sequence of uint8 (h, w, 3)
        The pictures to average.
    grids : int64 (m, 12)
        The index in `pooled` from which on the means of a grid are written, (3, height, width); its
        width and height in bins; the index of its picture; then along x `offset`, `length`, `parts`
        and `first`: `length` px from `offset` on are divided into `parts` bins, of which those from
        `first` on are wanted; then the same four along y. Bins overlap where their number does not
        divide the length.
    pooled : float32 (k,)
        The output: the means, -1 to 1, one a bin and channel.

    Raises
    ------
    ValueError
        A grid that does not lie on its picture, or whose means have no room.
    """
    for start, width, height, index, x0, x1, x2, x3, *y in grids.tolist():
        picture = pictures[index]
        left, right = _bins(x0, x1, x2, x3, n=width, pixels=picture.shape[1])
        top, bottom = _bins(*y, n=height, pixels=picture.shape[0])
        means = pooled[start : start + 3 * height * width].reshape(3, height, width)
        # Modulo 2**32: differences are right.
        sums = cv2.integral(picture[top[0] : bottom[-1], left[0] : right[-1]], sdepth=cv2.CV_32S)
        rows = sums[bottom - top[0]] - sums[top - top[0]]  # (height, columns + 1, 3)
        totals = rows[:, right - left[0]] - rows[:, left - left[0]]  # (height, width, 3)
        # Two divisions, as PyTorch does: the bits are the same.
        means[:] = totals.transpose(2, 0, 1)
        means /= (bottom - top).astype(np.float32)[:, None]
        means /= (right - left).astype(np.float32)
        means -= 127.5
        means /= 128


def _bins(
    offset: int, length: int, parts: int, first: int, *, n: int, pixels: int
) -> tuple[Int64Array, Int64Array]:
    """First and last (exclusive) pixels of n bins."""
    if min(offset, first) < 0 or not 0 < length <= pixels - offset or not 0 < n <= parts - first:
        raise ValueError(
            f"pool: a grid does not lie on its picture of {pixels} px: bins {first} + {n} of "
            f"{parts}, px {offset} + {length}"
        )
    i = np.arange(first, first + n)
    return offset + i * length // parts, offset - (-(i + 1) * length // parts)

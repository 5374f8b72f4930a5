"""The arithmetic of pooling in NumPy: what `_pooling`, which is compiled, is held to, and what serves where no compiler was at hand.

With the sums of every rectangle that starts at the corner (Crow, "Summed-area tables for texture mapping", SIGGRAPH 1984), the sum over
any rectangle is four look-ups.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray, IntArray

__all__ = ["pool"]


def pool(pictures: Sequence[npt.NDArray[np.uint8]], grids: IntArray, pooled: FloatArray) -> None:
    """Average pictures over the bins of grids, as PyTorch's adaptive average pooling does (`interpolate(mode="area")`), in float32.

    Parameters
    ----------
    pictures : uint8 (h, w, 3).
    grids : int64 (m, 12), the number in `pooled` from which on the means of a grid are written, (3, height, width); its width and height in bins;
        the place of its picture; then along x how many px from which on (offset, length) are divided into how many bins (parts), and the first bin
        that is wanted; then the same four along y. Bins overlap where their number does not divide the length.
    pooled : float32 (k,), where the means are written, -1 to 1, one a bin and channel.

    Raises
    ------
    ValueError : a grid that does not lie on its picture, or whose means have no room.
    """
    for at, width, height, place, x0, x1, x2, x3, *y in grids.tolist():
        picture = pictures[place]
        left, right = _bins(x0, x1, x2, x3, n=width, pixels=picture.shape[1])
        top, bottom = _bins(*y, n=height, pixels=picture.shape[0])
        means = pooled[at : at + 3 * height * width].reshape(3, height, width)
        sums = cv2.integral(picture[top[0] : bottom[-1], left[0] : right[-1]], sdepth=cv2.CV_32S)  # modulo 2**32: differences are right
        rows = sums[bottom - top[0]] - sums[top - top[0]]  # (height, columns + 1, 3)
        totals = rows[:, right - left[0]] - rows[:, left - left[0]]  # (height, width, 3)
        # Two divisions, as PyTorch does: the bits are the same.
        means[:] = totals.transpose(2, 0, 1)
        means /= (bottom - top).astype(np.float32)[:, None]
        means /= (right - left).astype(np.float32)
        means -= 127.5
        means /= 128


def _bins(offset: int, length: int, parts: int, first: int, *, n: int, pixels: int) -> tuple[IntArray, IntArray]:
    """First and last (exclusive) pixel of n bins."""
    if min(offset, first) < 0 or not 0 < length <= pixels - offset or not 0 < n <= parts - first:
        raise ValueError(f"pool: a grid does not lie on its picture of {pixels} px: bins {first} + {n} of {parts}, px {offset} + {length}")
    i = np.arange(first, first + n)
    return offset + i * length // parts, offset - (-(i + 1) * length // parts)

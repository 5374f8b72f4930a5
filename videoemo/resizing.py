"""Crops resized, to what is then looked up of each byte: for a network, or to see how sharp they are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

try:
    from videoemo._resizing import resize as _resize
except ImportError:
    from videoemo.resizing_pillow import resize as _resize

__all__ = ["resize"]


def resize(crop: npt.NDArray[np.uint8], levels: npt.NDArray[np.float32], resized: npt.NDArray[np.float32], *, detail: int | None = None) -> None:
    """Resize a crop, and look up each byte of the result.

    Pillow's bilinear filter widens with the reduction, so it does not alias.

    Parameters
    ----------
    crop : uint8 (h, w, 3), RGB, of any size.
    levels : float32 (channels, 256), what each byte stands for; of one channel, the crop is made grey first.
    resized : float32 (channels, side, side), where the result is written.
    detail : side in px of the square that a larger crop is resized to first, so that no more detail is left than it has room for; or None.

    Raises
    ------
    ValueError : a crop of another shape or type.
    """
    if crop.dtype != np.uint8 or crop.ndim != 3 or crop.shape[2] != 3 or 0 in crop.shape:
        raise ValueError(f"expected a crop uint8 (h, w, 3), got {crop.dtype} {crop.shape}")
    first = 0 if detail is None or min(crop.shape[:2]) <= detail else detail
    _resize(crop if crop.strides[1:] == (3, 1) else np.ascontiguousarray(crop), first, levels, resized)

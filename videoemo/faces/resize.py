"""Crops resized and normalised by a look-up table: for a network, or to measure sharpness."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

try:
    from videoemo._native.resize import resize as _resize
except ImportError:
    from videoemo._native.resize_pillow import resize as _resize

__all__ = ["resize_crop"]


def resize_crop(
    crop: npt.NDArray[np.uint8],
    levels: npt.NDArray[np.float32],
    resized: npt.NDArray[np.float32],
    *,
    detail: int | None = None,
) -> None:
    """Resize a crop and map each byte of the result by a look-up table.

    The filter is Pillow's bilinear one, which widens with the reduction, so that it does not alias.

    Parameters
    ----------
    crop : uint8 (h, w, 3)
        RGB, of any size.
    levels : float32 (channels, 256)
        The look-up table of each channel; with one channel, the crop is made grey first.
    resized : float32 (channels, side, side)
        The output.
    detail : int or None
        Side in px of a square to which a larger crop is resized first, so that no finer detail is
        left; None for none.

    Raises
    ------
    ValueError
        A crop of another shape or type.
    """
    if crop.dtype != np.uint8 or crop.ndim != 3 or crop.shape[2] != 3 or 0 in crop.shape:
        raise ValueError(f"expected a crop uint8 (h, w, 3), got {crop.dtype} {crop.shape}")
    first = 0 if detail is None or min(crop.shape[:2]) <= detail else detail
    _resize(
        crop if crop.strides[1:] == (3, 1) else np.ascontiguousarray(crop), first, levels, resized
    )

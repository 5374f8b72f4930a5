"""Resizing by Pillow: what `_resizing`, which is compiled, is held to, and what serves where no compiler was at hand."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["resize"]


def resize(crop: npt.NDArray[np.uint8], detail: int, levels: npt.NDArray[np.float32], resized: npt.NDArray[np.float32]) -> None:
    """Resize a crop and look up each byte of the result.

    Parameters
    ----------
    crop : uint8 (h, w, 3), RGB, not empty.
    detail : side in px of the picture that the crop is resized to first; 0 for none.
    levels : float32 (channels, 256); of one channel, the crop is made grey first.
    resized : float32 (channels, side, side), where the result is written.
    """
    image = Image.fromarray(np.ascontiguousarray(crop))
    if len(levels) == 1:
        image = image.convert("L")
    for side in (detail, resized.shape[1]):
        if side:
            image = image.resize((side, side), Image.Resampling.BILINEAR)
    for band, level, channel in zip(image.split(), levels, resized, strict=True):
        cv2.LUT(np.asarray(band), level, dst=channel)

"""Resizing by Pillow: the reference of `resize.c`, and its fallback where no compiler was at
hand.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["resize"]


def resize(
    crop: npt.NDArray[np.uint8],
    detail: int,
    levels: npt.NDArray[np.float32],
    resized: npt.NDArray[np.float32],
) -> None:
    """Resize a crop and map each byte of the result by a look-up table.

    Parameters
    ----------
    crop : uint8 (h, w, 3)
        RGB, not empty.
    detail : int
        Side in px of a square to which the crop is resized first; 0 for none.
    levels : float32 (channels, 256)
        The look-up table of each channel; with one channel, the crop is made grey first.
    resized : float32 (channels, side, side)
        The output.
    """
    image = Image.fromarray(np.ascontiguousarray(crop))
    if len(levels) == 1:
        image = image.convert("L")
    for side in (detail, resized.shape[1]):
        if side:
            image = image.resize((side, side), Image.Resampling.BILINEAR)
    for band, level, channel in zip(image.split(), levels, resized, strict=True):
        cv2.LUT(np.asarray(band), level, dst=channel)

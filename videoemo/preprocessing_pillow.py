"""Preprocessing by Pillow: what `_preprocessing`, which is compiled, is held to, and what serves where no compiler was at hand."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["prepare"]


def prepare(crop: npt.NDArray[np.uint8], detail: int, levels: npt.NDArray[np.float32], prepared: npt.NDArray[np.float32]) -> None:
    """Resize a crop and look up what each byte of it is to a network.

    Parameters
    ----------
    crop : uint8 (h, w, 3), RGB, not empty.
    detail : side in px of the picture that the crop is resized to first; 0 for none.
    levels : float32 (channels, 256); of one channel, the crop is made grey first.
    prepared : float32 (channels, side, side), where the result is written.
    """
    image = Image.fromarray(np.ascontiguousarray(crop))
    if len(levels) == 1:
        image = image.convert("L")
    for side in (detail, prepared.shape[1]):
        if side:
            image = image.resize((side, side), Image.Resampling.BILINEAR)
    for band, level, channel in zip(image.split(), levels, prepared, strict=True):
        cv2.LUT(np.asarray(band), level, dst=channel)

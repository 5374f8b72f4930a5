"""Frames of one size: those of another are fitted into the first one's, their shape kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["fit", "scale_into"]

Picture = npt.NDArray[np.uint8]

# Shapes that differ by no more than this are one, of which a side was rounded (640x360, 426x240).
SAME_SHAPE = 0.01


def scale_into(size: tuple[int, int], canvas: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a picture made as large as its canvas allows, its shape kept.

    Parameters
    ----------
    size, canvas : tuple of (int, int)
        Width and height of the picture and of the canvas, in px.
    """
    (width, height), (most_wide, most_high) = size, canvas
    scale = min(most_wide / width, most_high / height)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    if wide >= most_wide * (1 - SAME_SHAPE) and high >= most_high * (1 - SAME_SHAPE):
        return canvas
    return wide, high


def fit(rgb: Picture, canvas: tuple[int, int]) -> Picture:
    """Put a picture, uint8 (h, w, 3), into the middle of its canvas, black around it.

    Parameters
    ----------
    rgb : uint8 (h, w, 3)
        No larger than the canvas.
    canvas : tuple of (int, int)
        Width and height, in px.
    """
    height, width = rgb.shape[:2]
    if (width, height) == canvas:
        return rgb
    whole = np.zeros((canvas[1], canvas[0], 3), np.uint8)
    x, y = (canvas[0] - width) // 2, (canvas[1] - height) // 2
    whole[y : y + height, x : x + width] = rgb
    return whole

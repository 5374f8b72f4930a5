"""Frames with faces for the fake networks: bright squares in dark frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from videoemo.records import Frames


def toy_faces(*boxes: Sequence[int], light: Sequence[int] = ()) -> Frames:
    """One black frame of 300 x 200, number 7, with faces that fill the boxes x1, y1, x2, y2, white
    unless `light` says otherwise.
    """
    rgb = np.zeros((1, 200, 300, 3), np.uint8)
    for (x1, y1, x2, y2), level in zip(boxes, light or [255] * len(boxes), strict=True):
        quarter = (x2 - x1) // 4
        rgb[0, y1 + quarter : y2 - quarter, x1 + quarter : x2 - quarter] = level
    return at_times(rgb, index=[7])


def at_times(rgb: npt.NDArray[np.uint8], *, index: Sequence[int] | None = None) -> Frames:
    """Pictures as frames 40 ms apart."""
    numbers = np.array(range(len(rgb)) if index is None else index, np.int64)
    return Frames(rgb, np.array(numbers * 0.04, np.float64), numbers)

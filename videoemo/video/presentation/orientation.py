"""Orientation of stored frames: rotation and mirroring."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.video.presentation.side_data import read_side_data

__all__ = ["read_orientation", "to_upright"]


def read_orientation(frame: Any) -> tuple[int, bool]:
    """Orientation of a PyAV frame: the rotation in degrees counter-clockwise (0, 90, 180, 270) by
    which it is presented, and whether it is mirrored left to right after that.
    """
    matrix = read_side_data(frame, "DISPLAYMATRIX")
    if matrix is None:
        return round(frame.rotation / 90) % 4 * 90, False
    # Rows a b u, c d v, x y w: a stored point (x, y), y down, is presented at (ax + cy, bx + dy).
    (a, b, _), (c, d, _), _ = np.frombuffer(matrix, np.int32).reshape(3, 3).tolist()
    mirrored = a * d - b * c < 0
    if mirrored:
        a = -a  # without the mirror
    return round(math.degrees(math.atan2(-b, a)) / 90) % 4 * 90, mirrored


def to_upright(
    rgb: npt.NDArray[np.uint8], *, rotation: int, mirrored: bool
) -> npt.NDArray[np.uint8]:
    """View of a stored frame (h, w, 3) as it is presented."""
    turned = np.rot90(rgb, rotation // 90)
    return turned[:, ::-1] if mirrored else turned

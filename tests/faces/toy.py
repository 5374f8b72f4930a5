"""A cascade for which a face is a bright square in a dark frame twice its size, and frames with such faces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from videoemo.faces.networks import FloatArray, Networks
from videoemo.records import Frames

# As fractions of the box: five x, five y.
POINTS = np.array([0.3, 0.7, 0.5, 0.35, 0.65, 0.4, 0.4, 0.6, 0.8, 0.8], np.float32)


def likeness(pictures: FloatArray) -> FloatArray:
    """How much brighter the inner half of square pictures (..., side, side) is than their rim, 0 to 1."""
    side = pictures.shape[-1]
    distance = np.abs(np.arange(side) - (side - 1) / 2) / side  # (side,), 0 in the middle, 1/2 at the rim
    distance = np.maximum(distance[:, None], distance)  # (side, side)
    contrast = pictures[..., distance < 1 / 4].mean(axis=-1) - pictures[..., distance > 1 / 3].mean(axis=-1)
    share: FloatArray = np.clip(contrast / 2, 0, 1).astype(np.float32)
    return share


def toy_networks(*, grow: float = 0.0) -> Networks:
    """The probability of a face is its likeness; O-Net moves each side of a box outwards by `grow` of its length."""

    def pnet(x: FloatArray) -> tuple[FloatArray, FloatArray]:
        probability = likeness(sliding_window_view(x.mean(axis=1), (12, 12), axis=(1, 2))[:, ::2, ::2])  # (n, h, w)
        return np.zeros((len(x), 4, *probability.shape[1:]), np.float32), probability

    def rnet(x: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.zeros((len(x), 4), np.float32), likeness(x.mean(axis=1))

    def onet(x: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        offsets = np.full((len(x), 4), grow, np.float32) * np.array([-1, -1, 1, 1], np.float32)
        return offsets, likeness(x.mean(axis=1)), np.tile(POINTS, (len(x), 1))

    return Networks(pnet, rnet, onet)


def toy_faces(*boxes: Sequence[int], light: Sequence[int] = ()) -> Frames:
    """One black frame of 300 x 200, number 7, with faces that fill the boxes x1, y1, x2, y2, white unless `light` says otherwise."""
    rgb = np.zeros((1, 200, 300, 3), np.uint8)
    for (x1, y1, x2, y2), level in zip(boxes, light or [255] * len(boxes), strict=True):
        quarter = (x2 - x1) // 4
        rgb[0, y1 + quarter : y2 - quarter, x1 + quarter : x2 - quarter] = level
    return at_times(rgb, index=[7])


def at_times(rgb: npt.NDArray[np.uint8], *, index: Sequence[int] | None = None) -> Frames:
    """Pictures as frames 40 ms apart."""
    numbers = np.array(range(len(rgb)) if index is None else index, np.int64)
    return Frames(rgb, np.array(numbers * 0.04, np.float64), numbers)

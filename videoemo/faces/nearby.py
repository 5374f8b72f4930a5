"""P-Net near places where faces are expected, instead of everywhere: on patches of those levels of the pyramid at which such faces fill its window.

A patch is a part of its level to the pixel and to the step, so that P-Net says of it what it says of the whole level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray, IntArray, PNet
from videoemo.faces.pooling import Divided, Grids, Pictures, pool
from videoemo.faces.stages import STEP, WINDOW, Candidates, Fired, at_least, level_size, proposed

__all__ = ["Places", "astray", "propose_near"]

# The side of a patch, px of its level: windows up to (PATCH - WINDOW) / 2 from the expected place are in it.
PATCH = 32
# P-Net's windows looked at, as multiples of the side of the face expected: what the full search keeps of a face begins with one of these.
SMALLEST, LARGEST = 0.3, 2.2
# A face whose centre is so many of its sides away from where one was expected, or whose side is another by so large a factor, is astray.
FAR, OTHER = 0.25, 1.25
# Patches given to P-Net at once: 40 MB in its first layer.
MAX_PATCHES = 1024


class Places(NamedTuple):
    """Where faces are expected: boxes float32 (m, 4), px; frame int64 (m,), the place of each box's frame."""

    boxes: FloatArray
    frame: IntArray


def propose_near(frames: Pictures, places: Places, *, pnet: PNet, scales: Sequence[float], threshold: float) -> Candidates:
    """The candidates of P-Net near some places of frames, all of one size."""
    height, width, _ = frames[0].shape
    centre, side = _centres(places)
    window = WINDOW / np.array(scales) / side  # (m, levels), of the face's side
    window[:, -1] = np.where(window[:, -1] < SMALLEST, 1, window[:, -1])  # a face larger than any window: the largest
    place, level = np.nonzero((window >= SMALLEST) & (window <= LARGEST))
    size = np.array([level_size(frames, scale)[::-1] for scale in scales])[level]  # (p, 2): width, height
    # Patches begin at even pixels, where P-Net's windows do, and end with their level, where P-Net's last windows are cut.
    furthest = np.maximum(-(-(size - PATCH) // STEP) * STEP, 0)
    origin = np.rint((centre[place] * np.array(scales)[level, None] - PATCH / 2) / STEP).astype(np.int64) * STEP
    origin = origin.clip(0, furthest)
    extent = np.minimum(size - origin, PATCH)
    alike = [np.flatnonzero((extent == one).all(axis=1)) for one in np.unique(extent, axis=0)]
    groups = []
    for patches in alike:
        (left, top), (wide, tall), (columns, rows) = origin[patches].T, size[patches].T, extent[patches[0]].tolist()
        groups.append(Grids(places.frame[place[patches]], Divided(0, width, wide, left), Divided(0, height, tall, top), columns, rows))
    fired = [_none()]
    for patches, group, pixels in zip(alike, groups, pool(frames, groups), strict=True):
        for start in range(0, len(patches), MAX_PATCHES):
            offsets, probability = pnet(pixels[start : start + MAX_PATCHES])
            patch, row, column = at_least(threshold, probability)
            scores, moves = probability[patch, row, column], offsets[patch, :, row, column]
            corner = origin[patches[start + patch]] // STEP
            fired.append(Fired(group.picture[start + patch], level[patches[start + patch]], corner[:, 1] + row, corner[:, 0] + column, scores, moves))
    return proposed(fired, scales=scales)


def astray(faces: Places, places: Places) -> npt.NDArray[np.bool_]:
    """Which of m faces lie nowhere near a place where one was expected, bool (m,): what P-Net sees of them may be cut off."""
    (centre, side), (expected, size) = _centres(faces), _centres(places)
    off = np.abs(centre[:, None] - expected).max(axis=2)  # (m, places)
    larger = np.maximum(side, size.T) / np.minimum(side, size.T)
    near = (off <= FAR * side) & (larger <= OTHER) & (faces.frame[:, None] == places.frame)
    alone: npt.NDArray[np.bool_] = ~near.any(axis=1)
    return alone


def _centres(places: Places) -> tuple[FloatArray, FloatArray]:
    """The centres (m, 2) and the longer sides (m, 1) of the boxes, px."""
    sides = places.boxes[:, 2:] - places.boxes[:, :2]
    return places.boxes[:, :2] + sides * np.float32(0.5), sides.max(axis=1, keepdims=True)


def _none() -> Fired:
    nowhere = np.empty(0, np.int64)
    return Fired(nowhere, nowhere, nowhere, nowhere, np.empty(0, np.float32), np.empty((0, 4), np.float32))

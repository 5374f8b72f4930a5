"""P-Net near places where faces are expected, instead of everywhere: on patches of those levels of the pyramid at which such faces fill its window.

A patch is a part of its level to the pixel and to the step, so that P-Net says of it what it says of the whole level.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray, PNet
from videoemo.faces.pooling import Tables, bins, pool
from videoemo.faces.stages import STEP, WINDOW, Candidates, Fired, level_size, normalized, proposed

__all__ = ["Places", "propose_near", "rectangles"]

IntArray = npt.NDArray[np.int64]

# The side of a patch, px of its level: windows up to (PATCH - WINDOW) / 2 from the expected place are in it.
PATCH = 32
# P-Net's windows looked at, as multiples of the side of the face expected: what the full search keeps of a face begins with one of these.
SMALLEST, LARGEST = 0.3, 1.8
# A table's rectangle, as a multiple of the side of the face: R- and O-Net's crops lie within.
REACH = 3.5


class Places(NamedTuple):
    """Where faces are expected: boxes float32 (m, 4), px; frame int64 (m,), the place of each box's frame."""

    boxes: FloatArray
    frame: IntArray


def rectangles(places: Places, *, width: int, height: int) -> IntArray:
    """What has to be seen of each frame: int64 (m, 4), x1, y1, x2, y2, half-open, not empty, inside the frame.

    Parameters
    ----------
    places : whose centres lie inside the frame.
    """
    centre, side = _centres(places)
    reach = side * (REACH / 2)
    corners = np.concatenate([np.floor(centre - reach), np.ceil(centre + reach)], axis=1).astype(np.int64)
    return corners.clip(0, [width, height, width, height])


def propose_near(tables: Tables, places: Places, *, pnet: PNet, scales: Sequence[float], threshold: float) -> Candidates:
    """The candidates of P-Net near some places.

    Parameters
    ----------
    tables : one a place, of its rectangle.
    """
    centre, side = _centres(places)
    window = WINDOW / np.array(scales) / side  # (m, levels), of the face's side
    window[:, -1] = np.where(window[:, -1] < SMALLEST, 1, window[:, -1])  # a face larger than any window: the largest
    place, level = np.nonzero((window >= SMALLEST) & (window <= LARGEST))
    size = np.array([level_size(tables, scale)[::-1] for scale in scales])[level]  # (p, 2): width, height
    # Patches begin at even pixels, where P-Net's windows do, and end with their level, where P-Net's last windows are cut.
    furthest = np.maximum(-(-(size - PATCH) // STEP) * STEP, 0)
    origin = np.rint((centre[place] * np.array(scales)[level, None] - PATCH / 2) / STEP).astype(np.int64) * STEP
    origin = origin.clip(0, furthest)
    extent = np.minimum(size - origin, PATCH)
    fired = [_none()]
    for one in np.unique(extent, axis=0):
        alike = np.flatnonzero((extent == one).all(axis=1))
        pixels = _patches(tables, place[alike], origin[alike], size[alike], extent=one)
        offsets, probability = pnet(normalized(pixels))
        patch, row, column = np.nonzero(probability >= threshold)
        at = origin[alike][patch] // STEP + np.stack([column, row], axis=1)
        seen = np.flatnonzero(_seen(tables, place[alike][patch], at * STEP, size[alike][patch]))
        patch, row, column, at = patch[seen], row[seen], column[seen], at[seen]
        scores, moves = probability[patch, row, column], offsets[patch, :, row, column]
        fired.append(Fired(place[alike][patch], level[alike][patch], at[:, 1], at[:, 0], scores, moves))
    return proposed(tables, Fired(*(np.concatenate(part) for part in zip(*fired, strict=True))), scales=scales)


def _centres(places: Places) -> tuple[FloatArray, FloatArray]:
    """The centres (m, 2) and the longer sides (m, 1) of the boxes, px."""
    sides = places.boxes[:, 2:] - places.boxes[:, :2]
    return places.boxes[:, :2] + sides * np.float32(0.5), sides.max(axis=1, keepdims=True)


def _patches(tables: Tables, table: IntArray, origin: IntArray, size: IntArray, *, extent: IntArray) -> FloatArray:
    """Patches of levels of the sizes (p, 2), width and height, from the pixels `origin` (p, 2) on, as large as `extent` (2,): (p, 3, h, w)."""
    rectangle = tables.rectangles[table]  # (p, 4)
    edges = []
    for axis, length in enumerate((tables.width, tables.height)):
        pixel = origin[:, axis, None] + np.arange(extent[axis])
        first, last = bins(np.full(len(table), length), pixel, size[:, axis, None])
        low, high = rectangle[:, axis, None], rectangle[:, axis + 2, None]
        edges.append((np.clip(first, low, high - 1), np.clip(last, low + 1, high)))  # beyond the rectangle nothing is known, nor taken for seen
    return pool(tables, y=edges[1], x=edges[0], table=table)


def _seen(tables: Tables, table: IntArray, start: IntArray, size: IntArray) -> npt.NDArray[np.bool_]:
    """Which windows that start at some pixels (m, 2) of levels of some sizes (m, 2) lie inside their tables' rectangles; (m,)."""
    frame, rectangle = np.array([tables.width, tables.height]), tables.rectangles[table]
    first, last = start * frame // size, -(-np.minimum(start + WINDOW, size) * frame // size)
    within: npt.NDArray[np.bool_] = np.all(np.concatenate([first >= rectangle[:, :2], last <= rectangle[:, 2:]], axis=1), axis=1)
    return within


def _none() -> Fired:
    nowhere = np.empty(0, np.int64)
    return Fired(nowhere, nowhere, nowhere, nowhere, np.empty(0, np.float32), np.empty((0, 4), np.float32))

"""What tells two faces apart beside their places: the colours about them, and their vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray
from videoemo.records import Faces, Frames

__all__ = ["Looks", "colours", "looks", "mixed", "unlikeness", "vectors"]

# float64 (n, 64 + d), of n faces the square roots of the shares of each colour, and the network's vectors, either as long as the root of its weight:
# the product of two rows says how much two faces look alike, in nats.
Looks = npt.NDArray[np.float64]

# Sampled on a grid of so many points a side, over twice the box's width, from half a box above it (hair) to one below (clothes).
POINTS = 16
BITS = 2  # of each colour channel
COLOURS = 2 ** (3 * BITS)
# Nats for a whole unit of difference, of the colours (1 - Bhattacharyya's coefficient) and of the vectors (1 - cosine). On the labelled clip of
# tests/data (eval/tracking.py) a face differs from the same person's 0.2 s earlier by 0.02 and 0.07 in the median, from another's by 0.16 and 0.34.
COLOUR_WEIGHT, VECTOR_WEIGHT = 20.0, 12.0
LENGTHS = np.sqrt([COLOUR_WEIGHT, VECTOR_WEIGHT])
TINY = np.finfo(float).tiny
# The share of a face just seen in what is remembered of its person.
FRESH = 0.3


def looks(frames: Frames, faces: Faces, embedding: FloatArray) -> Looks:
    """The looks of m faces, found in these frames, with float32 (m, d) vectors."""
    _, height, width, _ = frames.rgb.shape
    x1, y1, x2, y2 = faces.boxes.astype(np.float64).T[..., None]  # (m, 1) each
    grid = (np.arange(POINTS) + 0.5) / POINTS
    columns = np.clip((x1 + x2) / 2 + (grid - 0.5) * 2 * (x2 - x1), 0, width - 1).astype(np.intp)  # (m, 16)
    rows = np.clip(y1 + (grid * 2.5 - 0.5) * (y2 - y1), 0, height - 1).astype(np.intp)
    place = np.searchsorted(frames.index, faces.frame)
    rgb = frames.rgb[place[:, None, None], rows[:, :, None], columns[:, None, :]]  # (m, 16, 16, 3)
    red, green, blue = np.moveaxis(rgb >> (8 - BITS), 3, 0)
    code = ((red << 2 * BITS) | (green << BITS) | blue) + np.arange(len(faces))[:, None, None] * COLOURS
    counts = np.bincount(code.ravel(), minlength=len(faces) * COLOURS).reshape(-1, COLOURS)
    return _weighed(np.concatenate([np.sqrt(counts), embedding], axis=1))


def unlikeness(known: Looks, seen: Looks) -> npt.NDArray[np.float64]:
    """How little each of m faces seen looks like each of n known, float64 (n, m), in nats, 0 for the same."""
    cost: npt.NDArray[np.float64] = COLOUR_WEIGHT + VECTOR_WEIGHT - known @ seen.T
    return cost


def mixed(known: Looks, seen: Looks) -> Looks:
    """What is remembered of n faces after each was seen again."""
    return _weighed(known + FRESH * (seen - known))


def colours(looks: Looks) -> npt.NDArray[np.float64]:
    """The square roots of the shares of each colour, (n, 64), rows of length 1."""
    shares: npt.NDArray[np.float64] = looks[:, :COLOURS] / LENGTHS[0]
    return shares


def vectors(looks: Looks) -> npt.NDArray[np.float64]:
    """The network's vectors, (n, d), of length 1."""
    directions: npt.NDArray[np.float64] = looks[:, COLOURS:] / LENGTHS[1]
    return directions


def _weighed(rows: npt.NDArray[np.float64]) -> Looks:
    """Colours and vectors of any length."""
    length = np.sqrt(np.add.reduceat(rows * rows, (0, COLOURS), axis=1))  # (n, 2)
    return rows / np.repeat(np.maximum(length, TINY) / LENGTHS, (COLOURS, rows.shape[1] - COLOURS), axis=1)

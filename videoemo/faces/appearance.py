"""What tells two faces apart beside their places: the colours about them, and their vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.faces.networks import FloatArray
from videoemo.records import Faces, Frames

__all__ = ["Looks", "looks", "mixed", "unlikeness"]

# Sampled on a grid of so many points a side, over twice the box's width, from half a box above it (hair) to one below (clothes).
POINTS = 16
BITS = 2  # of each colour channel
COLOURS = 2 ** (3 * BITS)
# Nats for a whole unit of difference, of the colours (1 - Bhattacharyya's coefficient) and of the vectors (1 - cosine). On the labelled clip of
# tests/data (eval/tracking.py) a face differs from the same person's 0.2 s earlier by 0.02 and 0.07 in the median, from another's by 0.16 and 0.34.
COLOUR_WEIGHT, VECTOR_WEIGHT = 20.0, 12.0
TINY = np.finfo(float).tiny
# The share of a face just seen in what is remembered of its person.
FRESH = 0.3


@dataclass(frozen=True)
class Looks:
    """What n faces look like.

    Parameters
    ----------
    colours : float64 (n, 64), square roots of the shares of each colour; rows of length 1.
    vectors : float64 (n, d), the network's vectors, each of length 1.
    """

    colours: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float64]

    def __getitem__(self, chosen: slice | npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Looks:
        return Looks(self.colours[chosen], self.vectors[chosen])

    def __add__(self, other: Looks) -> Looks:
        return Looks(np.concatenate([self.colours, other.colours]), np.concatenate([self.vectors, other.vectors]))


def looks(frames: Frames, faces: Faces, vectors: FloatArray) -> Looks:
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
    return Looks(np.sqrt(counts / POINTS**2), _of_length_one(vectors.astype(np.float64)))


def unlikeness(known: Looks, seen: Looks) -> npt.NDArray[np.float64]:
    """How little each of m faces seen looks like each of n known, float64 (n, m), in nats, 0 for the same."""
    alike = COLOUR_WEIGHT * (known.colours @ seen.colours.T) + VECTOR_WEIGHT * (known.vectors @ seen.vectors.T)
    cost: npt.NDArray[np.float64] = COLOUR_WEIGHT + VECTOR_WEIGHT - alike
    return cost


def mixed(known: Looks, seen: Looks) -> Looks:
    """What is remembered of n faces after each was seen again."""
    colours, vectors = (old + FRESH * (new - old) for old, new in ((known.colours, seen.colours), (known.vectors, seen.vectors)))
    return Looks(_of_length_one(colours), _of_length_one(vectors))


def _of_length_one(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    length: npt.NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return rows / np.maximum(length, TINY)[:, None]

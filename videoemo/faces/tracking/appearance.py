"""Appearance of faces for tracking: a colour histogram about each, and its embedding."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.records import Faces, Frames
from videoemo.util.arrays import Float32Array

__all__ = ["Appearance", "appearance_cost", "blend", "colours_of", "describe", "embeddings_of"]

# float64 (n, 64 + d): of n faces the square roots of the shares of each colour, and the embeddings,
# each scaled to the root of its weight as its length: the product of two rows is the likeness of
# two faces, in nats.
Appearance = npt.NDArray[np.float64]

# Sampled on a grid of so many points a side, over twice the box's width, from half a box above it
# (hair) to one below (clothes).
POINTS = 16
BITS = 2  # of each colour channel
COLOURS = 2 ** (3 * BITS)
# Nats for a whole unit of difference, of the colours (1 - Bhattacharyya's coefficient) and of the
# embeddings (1 - cosine). On the labelled clip of tests/data (eval/tracking.py) a face differs from
# the same person's 0.2 s earlier by 0.02 and 0.07 in the median, from another's by 0.16 and 0.34.
COLOUR_WEIGHT, EMBEDDING_WEIGHT = 20.0, 12.0
LENGTHS = np.sqrt([COLOUR_WEIGHT, EMBEDDING_WEIGHT])
TINY = np.finfo(float).tiny
# The share of the latest face in the appearance of its track.
UPDATE_SHARE = 0.3


def describe(frames: Frames, faces: Faces, embedding: Float32Array) -> Appearance:
    """Appearance of faces.

    Parameters
    ----------
    frames : Frames
        Every frame that `faces.frame` names, ascending.
    faces : Faces
        m faces.
    embedding : float32 (m, d)
        Their embeddings.
    """
    _, height, width, _ = frames.rgb.shape
    x1, y1, x2, y2 = faces.boxes.astype(np.float64).T[..., None]  # (m, 1) each
    grid = (np.arange(POINTS) + 0.5) / POINTS
    # (m, 16)
    columns = np.clip((x1 + x2) / 2 + (grid - 0.5) * 2 * (x2 - x1), 0, width - 1).astype(np.intp)
    rows = np.clip(y1 + (grid * 2.5 - 0.5) * (y2 - y1), 0, height - 1).astype(np.intp)
    position = np.searchsorted(frames.index, faces.frame)[:, None, None]
    rgb = frames.rgb[position, rows[:, :, None], columns[:, None, :]]  # (m, 16, 16, 3)
    red, green, blue = np.moveaxis(rgb >> (8 - BITS), 3, 0)
    code = ((red << 2 * BITS) | (green << BITS) | blue) + np.arange(len(faces))[
        :, None, None
    ] * COLOURS
    counts = np.bincount(code.ravel(), minlength=len(faces) * COLOURS).reshape(-1, COLOURS)
    return _weight(np.concatenate([np.sqrt(counts), embedding], axis=1))


def appearance_cost(tracks: Appearance, faces: Appearance) -> npt.NDArray[np.float64]:
    """Appearance cost of each pair of n tracks and m faces, float64 (n, m), in nats; 0 for the
    same appearance.
    """
    cost: npt.NDArray[np.float64] = COLOUR_WEIGHT + EMBEDDING_WEIGHT - tracks @ faces.T
    return cost


def blend(tracks: Appearance, faces: Appearance) -> Appearance:
    """Exponential moving average of the appearance of n tracks, after one more face of each."""
    return _weight(tracks + UPDATE_SHARE * (faces - tracks))


def colours_of(appearance: Appearance) -> npt.NDArray[np.float64]:
    """Square roots of the shares of each colour, (n, 64), rows of length 1."""
    shares: npt.NDArray[np.float64] = appearance[:, :COLOURS] / LENGTHS[0]
    return shares


def embeddings_of(appearance: Appearance) -> npt.NDArray[np.float64]:
    """Embeddings, (n, d), rows of length 1."""
    directions: npt.NDArray[np.float64] = appearance[:, COLOURS:] / LENGTHS[1]
    return directions


def _weight(rows: npt.NDArray[np.float64]) -> Appearance:
    """Scale colours and embeddings of any length to the roots of their weights."""
    length = np.sqrt(np.add.reduceat(rows * rows, (0, COLOURS), axis=1))  # (n, 2)
    return rows / np.repeat(
        np.maximum(length, TINY) / LENGTHS, (COLOURS, rows.shape[1] - COLOURS), axis=1
    )

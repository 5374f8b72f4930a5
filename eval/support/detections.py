"""The faces that two pipelines detect in a clip, and what they read in them, compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.analysis.video import analyze_video, sample_video
from videoemo.config.pipeline import Pipeline
from videoemo.inference.models import load_for_pipeline
from videoemo.records import Clip
from videoemo.util.arrays import Float32Array, Float64Array, Int64Array
from videoemo.util.timings import StageTimer

__all__ = ["Agreement", "Detections", "compare", "detect", "match", "overlaps"]

IOU = 0.5
COSINE = 0.995
Boxes = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Detections:
    """The m faces of a clip.

    Parameters
    ----------
    frame : int64 (m,)
        The index of each one's frame.
    boxes : float32 (m, 4)
        x1, y1, x2, y2 in px.
    embedding : float32 (m, d)
        The network's.
    probabilities : float32 (m, c)
        Of each class.
    """

    frame: Int64Array
    boxes: Float32Array
    embedding: Float32Array
    probabilities: Float32Array


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How ours agree with the reference on a clip.

    Parameters
    ----------
    ours, reference, matched : int
        Faces, and those that match one to one in their frames.
    precision : float
        Share of ours that are right: matched, or in the frame before or after where the reference
        has a box there.
    recall : float
        Share of the reference's that are matched.
    cosine_least, cosine_first_percentile, cosine_mean : float
        Of the embeddings of matched faces.
    close : float
        Share of matched faces whose cosine is 0.995 or more.
    same_class : float
        Share of matched faces with the same dominant class.
    mean_difference : float
        The largest difference of the clip's mean probabilities.
    """

    clip: str
    ours: int
    reference: int
    matched: int
    precision: float
    recall: float
    cosine_least: float
    cosine_first_percentile: float
    cosine_mean: float
    close: float
    same_class: float
    mean_difference: float

    @property
    def missed(self) -> tuple[str, ...]:
        """The bars that are not reached."""
        bars = {
            "precision": self.precision >= 0.99,
            "recall": self.recall >= 0.99,
            "cosine": self.cosine_mean >= COSINE,
            "class": self.same_class >= 0.99,
            "means": self.mean_difference <= 0.01,
        }
        return tuple(name for name, reached in bars.items() if not reached)


def detect(path: Path, pipeline: Pipeline) -> Detections:
    """All faces of a clip, as a pipeline detects and reads them.

    Raises
    ------
    VideoemoError
        The clip cannot be read, or a network cannot be had.
    """
    sampled = sample_video(Clip(path, path.name), pipeline, StageTimer())
    with load_for_pipeline(pipeline) as networks:
        found = [
            (faces.frame, faces.boxes, features.embedding, features.probabilities)
            for _, faces, features in analyze_video(sampled, pipeline, networks)
        ]
    return Detections(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def compare(clip: str, ours: Detections, reference: Detections) -> Agreement:
    """Ours against the reference; shares of nothing are 1, and so are cosines."""
    pairs = np.array(list(match(ours, reference)), np.int64).reshape(-1, 2)
    right = set(pairs[:, 0].tolist()) | set(_nearby(ours, reference))
    cosines = (
        _cosines(ours.embedding[pairs[:, 0]], reference.embedding[pairs[:, 1]])
        if len(pairs)
        else np.ones(1)
    )
    same = ours.probabilities[pairs[:, 0]].argmax(axis=1) == reference.probabilities[
        pairs[:, 1]
    ].argmax(axis=1)
    both = len(ours.frame) and len(reference.frame)
    difference = (
        np.abs(ours.probabilities.mean(axis=0) - reference.probabilities.mean(axis=0)).max()
        if both
        else 0.0
    )
    return Agreement(
        clip=clip,
        ours=len(ours.frame),
        reference=len(reference.frame),
        matched=len(pairs),
        precision=len(right) / len(ours.frame) if len(ours.frame) else 1.0,
        recall=len(pairs) / len(reference.frame) if len(reference.frame) else 1.0,
        cosine_least=float(cosines.min()),
        cosine_first_percentile=float(np.percentile(cosines, 1)),
        cosine_mean=float(cosines.mean()),
        close=float((cosines >= COSINE).mean()),
        same_class=float(same.mean()) if len(same) else 1.0,
        mean_difference=float(difference),
    )


def match(ours: Detections, reference: Detections) -> Iterator[tuple[int, int]]:
    """Places of boxes of one frame that overlap by `IOU` or more, one to one, those that overlap
    most first.
    """
    for frame in np.intersect1d(ours.frame, reference.frame):
        mine, theirs = (np.flatnonzero(side.frame == frame) for side in (ours, reference))
        shares = overlaps(ours.boxes[mine], reference.boxes[theirs])
        while shares.size and shares.max() >= IOU:
            row, column = np.unravel_index(shares.argmax(), shares.shape)
            yield int(mine[row]), int(theirs[column])
            shares[row, :] = shares[:, column] = 0


def _nearby(ours: Detections, reference: Detections) -> Iterator[int]:
    """Places of our boxes that overlap one of the reference's in the frame before or after."""
    for frame in np.unique(ours.frame):
        mine, theirs = (
            np.flatnonzero(ours.frame == frame),
            np.flatnonzero(np.abs(reference.frame - frame) == 1),
        )
        if len(theirs):
            yield from mine[
                overlaps(ours.boxes[mine], reference.boxes[theirs]).max(axis=1) >= IOU
            ].tolist()


def overlaps(a: Boxes, b: Boxes) -> Float64Array:
    """Intersection over union of every box of a (m, 4) with every one of b (n, 4): (m, n)."""
    first, second = a[:, None].astype(np.float64), b[None].astype(np.float64)
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(
        first[..., :2], second[..., :2]
    )
    common = sides.clip(0).prod(axis=-1)
    area_a, area_b = ((boxes[..., 2:] - boxes[..., :2]).prod(axis=-1) for boxes in (first, second))
    return np.asarray(common / (area_a + area_b - common))


def _cosines(a: Float32Array, b: Float32Array) -> Float64Array:
    """Of the rows of a and b, (m, d) each: (m,)."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    return np.asarray((x * y).sum(axis=1) / np.linalg.norm(x, axis=1) / np.linalg.norm(y, axis=1))

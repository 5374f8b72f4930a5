"""Two ways of finding and reading the same faces, compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.expressions import expressions
from videoemo.networks import load_models
from videoemo.recipes import Pipeline
from videoemo.video import probe

__all__ = ["Agreement", "Detections", "compare", "detect", "match", "overlaps"]

IOU = 0.5
COSINE = 0.995
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Detections:
    """The faces of a clip: frame int64 (m,), boxes float32 (m, 4) xyxy px, embedding float32 (m, d), probabilities float32 (m, c)."""

    frame: npt.NDArray[np.int64]
    boxes: FloatArray
    embedding: FloatArray
    probabilities: FloatArray


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How ours agree with the reference on a clip.

    Parameters
    ----------
    ours, reference, matched : faces, and those that match one to one in their frames.
    precision : share of ours that are right: matched, or in the frame before or after where the reference has a box there.
    recall : share of the reference's that are matched.
    cosine_least, cosine_first_percentile, cosine_mean : of the embeddings of matched faces.
    close : share of matched faces whose cosine is 0.995 or more.
    same_class : share of matched faces with the same dominant class.
    mean_difference : the largest difference of the clip's mean probabilities.
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
            "precision": self.precision >= 0.98,
            "recall": self.recall >= 0.98,
            "cosine": self.cosine_least >= COSINE,
            "class": self.same_class >= 0.99,
            "means": self.mean_difference <= 0.01,
        }
        return tuple(name for name, reached in bars.items() if not reached)


def detect(path: Path, pipeline: Pipeline) -> Detections:
    """All faces of a clip, as a pipeline finds and reads them.

    Raises
    ------
    VideoemoError : the clip cannot be read, or a network cannot be had.
    """
    with load_models(pipeline) as models:
        found = [(faces, features) for _, faces, features in expressions(probe(path), pipeline, models)]
    return Detections(
        np.concatenate([faces.frame for faces, _ in found]),
        np.concatenate([faces.boxes for faces, _ in found]),
        np.concatenate([features.embedding for _, features in found]),
        np.concatenate([features.probabilities for _, features in found]),
    )


def compare(clip: str, ours: Detections, reference: Detections) -> Agreement:
    """Ours against the reference; shares of nothing are 1, and so are cosines."""
    pairs = np.array(list(match(ours, reference)), np.int64).reshape(-1, 2)
    right = set(pairs[:, 0].tolist()) | set(_nearby(ours, reference))
    cosines = _cosines(ours.embedding[pairs[:, 0]], reference.embedding[pairs[:, 1]]) if len(pairs) else np.ones(1)
    same = ours.probabilities[pairs[:, 0]].argmax(axis=1) == reference.probabilities[pairs[:, 1]].argmax(axis=1)
    both = len(ours.frame) and len(reference.frame)
    difference = np.abs(ours.probabilities.mean(axis=0) - reference.probabilities.mean(axis=0)).max() if both else 0.0
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
    """Places of boxes of one frame that overlap by `IOU` or more, one to one, those that overlap most first."""
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
        mine, theirs = np.flatnonzero(ours.frame == frame), np.flatnonzero(np.abs(reference.frame - frame) == 1)
        if len(theirs):
            yield from mine[overlaps(ours.boxes[mine], reference.boxes[theirs]).max(axis=1) >= IOU].tolist()


def overlaps(a: FloatArray, b: FloatArray) -> npt.NDArray[np.float64]:
    """Intersection over union of every box of a (m, 4) with every one of b (n, 4): (m, n)."""
    first, second = a[:, None].astype(np.float64), b[None].astype(np.float64)
    sides = np.minimum(first[..., 2:], second[..., 2:]) - np.maximum(first[..., :2], second[..., :2])
    common = sides.clip(0).prod(axis=-1)
    area_a, area_b = ((boxes[..., 2:] - boxes[..., :2]).prod(axis=-1) for boxes in (first, second))
    return np.asarray(common / (area_a + area_b - common))


def _cosines(a: FloatArray, b: FloatArray) -> npt.NDArray[np.float64]:
    """Of the rows of a and b, (m, d) each: (m,)."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    return np.asarray((a * b).sum(axis=1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1))

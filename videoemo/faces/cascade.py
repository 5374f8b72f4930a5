"""Faces in frames by MTCNN: the pyramid, the three stages over parts of bounded size, and the order of what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter

import numpy as np

from videoemo.errors import InputError
from videoemo.faces.networks import FloatArray, Networks
from videoemo.faces.pooling import summed
from videoemo.faces.selection import areas
from videoemo.faces.stages import WINDOW, confirm, propose, refine
from videoemo.records import Faces, Frames

__all__ = ["ORDERS", "find"]

ORDERS: dict[str, Callable[[Faces], FloatArray]] = {"size": areas, "score": attrgetter("scores")}

# Pixels looked at together: 12 MB of summed-area tables, one frame of 1080p (25 MB), four of 360p; more is no faster.
MAX_PIXELS = 1 << 20


def find(
    frames: Frames,
    *,
    networks: Networks,
    min_face: float = 40,
    thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7),
    factor: float = 0.709,
    order: str = "size",
) -> Faces:
    """Find the faces in some frames.

    Parameters
    ----------
    frames : any number of frames: memory stays bounded, and the faces of a frame do not depend on the others.
    networks : P-, R- and O-Net.
    min_face : the smallest face looked for in px, 12 or more.
    thresholds : the smallest probability of a face after P-, R- and O-Net, each 0 to 1.
    factor : the size of a level of the pyramid over that of the one before, 0.1 to 0.95.
    order : of the faces of a frame: "size", the largest box first, or "score", the highest score first.

    Returns
    -------
    Faces, in the order of the frames; boxes end at the edge of the frame; `crops` is None.

    Raises
    ------
    InputError : an argument out of range.
    """
    _check(min_face=min_face, thresholds=thresholds, factor=factor, order=order)
    _, height, width, _ = frames.rgb.shape
    scales = list(_scales(min(height, width), min_face=min_face, factor=factor))
    n_together = max(1, MAX_PIXELS // max(1, height * width))
    parts = [frames[start : start + n_together] for start in range(0, len(frames), n_together)] if scales else []
    return _joined([_find(part, networks=networks, scales=scales, thresholds=thresholds, order=ORDERS[order]) for part in parts])


def _check(*, min_face: float, thresholds: tuple[float, float, float], factor: float, order: str) -> None:
    if not WINDOW <= min_face < np.inf:
        raise InputError(f"the smallest face is {min_face} px: give {WINDOW} px or more, such as 20 or 40")
    if len(thresholds) != 3 or not all(0 <= threshold <= 1 for threshold in thresholds):
        raise InputError(f"the thresholds are {thresholds}: give three numbers from 0 to 1, such as 0.6, 0.7, 0.7")
    if not 0.1 <= factor <= 0.95:
        raise InputError(f"the pyramid's factor is {factor}: give a number from 0.1 to 0.95, such as 0.709")
    if order not in ORDERS:
        raise InputError(f"faces cannot be ordered by {order!r}: give one of {', '.join(ORDERS)}")


def _scales(side: int, *, min_face: float, factor: float) -> Iterator[float]:
    """Scales at which faces from `min_face` px up to the frame's shorter side fill P-Net's window; none when the frame is too small."""
    scale = WINDOW / min_face
    side_left = side * scale
    while side_left >= WINDOW:
        yield scale
        scale *= factor
        side_left *= factor


def _find(
    frames: Frames,
    *,
    networks: Networks,
    scales: list[float],
    thresholds: tuple[float, float, float],
    order: Callable[[Faces], FloatArray],
) -> Faces:
    tables = summed(frames.rgb)
    candidates = propose(tables, pnet=networks.pnet, scales=scales, threshold=thresholds[0])
    candidates = refine(tables, candidates, rnet=networks.rnet, threshold=thresholds[1])
    (boxes, scores, place, _), landmarks = confirm(tables, candidates, onet=networks.onet, threshold=thresholds[2])
    _, height, width, _ = frames.rgb.shape
    boxes = np.clip(boxes, 0, np.array([width, height, width, height], np.float32))
    faces = Faces(boxes, scores, landmarks, frames.index[place])
    ranked = np.lexsort((-order(faces), place))
    return faces[ranked[areas(faces)[ranked] > 0]]


def _joined(parts: list[Faces]) -> Faces:
    none = Faces(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty((0, 5, 2), np.float32), np.empty(0, np.int64))
    parts = [none, *parts]
    return Faces(
        boxes=np.concatenate([part.boxes for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
        landmarks=np.concatenate([part.landmarks for part in parts]),
        frame=np.concatenate([part.frame for part in parts]),
    )

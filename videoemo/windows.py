"""A fitted classifier over time: what it says of each window of a video."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from videoemo.files import whole
from videoemo.tables import FaceTable, Prediction

__all__ = ["Classify", "Window", "over_time", "write_windows"]

# So many descriptors are classified at once: a forest is slow to start, and a long video's descriptors are not to be kept.
_AT_ONCE = 64
# By which sums of steps may miss a time, in seconds.
_HAIR = 1e-9


class Classify(Protocol):
    """What says of faces, together, what they are: `prediction.ClipClassifier`."""

    scores: tuple[str, ...]

    def __call__(self, frame: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32]) -> Prediction:
        """Of the frames (m,), ascending, and the vectors (m, d) of some faces; no class where there is no face."""

    def describe(self, frame: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Their descriptor, (k,)."""

    def predictions(self, descriptors: npt.NDArray[np.float32]) -> list[Prediction]:
        """Of n descriptors, (n, k)."""


@dataclass(frozen=True)
class Window:
    """A stretch of a video and what a classifier says of it.

    Parameters
    ----------
    start, end : seconds; half-open: the end is not in it.
    frames, face_frames, faces : frames sampled in it, those with a face, faces in all.
    prediction : as of a whole video; without a class where there is no face.
    """

    start: float
    end: float
    frames: int
    face_frames: int
    faces: int
    prediction: Prediction


def over_time(
    classify: Classify, table: FaceTable, faces: tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]], *, length: float, step: float
) -> list[Window]:
    """Classify each window of a video, its faces pooled as those of a whole clip.

    The first window begins with the first frame, each one a step later, and the last is the first that reaches the last frame. Beside the faces
    given, no more is kept than the descriptors of 64 windows.

    Parameters
    ----------
    table : says when each frame is.
    faces : the frame int64 (m,), ascending, and the vector float32 (m, d) of each face.
    length, step : of the windows, in seconds.
    """
    starts = table.frame_starts()
    if not len(starts):
        return []
    frame, vectors = faces
    seconds = np.sort(table.seconds[starts])  # a damaged container's times may go back
    when = table.seconds[starts][np.searchsorted(table.frame[starts], frame)]  # (m,)
    order = np.argsort(when, kind="stable")
    begins = seconds[0] + step * np.arange(_count(float(seconds[-1] - seconds[0]), length=length, step=step))
    edges = np.stack([begins, begins + length]) - _HAIR  # (2, windows)
    n_frames, places = np.diff(np.searchsorted(seconds, edges), axis=0)[0], np.searchsorted(when[order], edges)
    windows: list[Window] = []
    for first in range(0, len(begins), _AT_ONCE):
        made, described = [], []
        for i in range(first, min(first + _AT_ONCE, len(begins))):
            inside = np.sort(order[slice(*places[:, i])])
            here = frame[inside]
            made.append(Window(float(begins[i]), float(begins[i] + length), int(n_frames[i]), len(np.unique(here)), len(here), Prediction()))
            if len(here):
                described.append(classify.describe(here, vectors[inside]))
        said = iter(classify.predictions(np.stack(described)) if described else ())
        windows += [replace(window, prediction=next(said)) if window.faces else window for window in made]
    return windows


def _count(duration: float, *, length: float, step: float) -> int:
    """How many windows there are: until one reaches the end, or, where they are further apart than they are long, begins after it."""
    reaching = 2 + math.floor((duration - length) / step + _HAIR) if duration >= length else 1
    return min(reaching, 1 + math.floor(duration / step + _HAIR))


def write_windows(windows: Sequence[Window], scores: Sequence[str], path: Path) -> None:
    """Write `windows.csv`: one row a window, in order.

    Parameters
    ----------
    scores : the columns of the classifier's scores, which follow its `prediction`.

    Raises
    ------
    OutputError : it cannot be written.
    """
    with whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["start", "end", "frames", "face_frames", "faces", "prediction", *scores])
        for one in windows:
            told = [f"{one.prediction.scores[name]:.6f}" if name in one.prediction.scores else "" for name in scores]
            writer.writerow([f"{one.start:.6f}", f"{one.end:.6f}", one.frames, one.face_frames, one.faces, one.prediction.label, *told])

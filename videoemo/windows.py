"""A fitted classifier over time: what it says of each window of a video."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from videoemo.files import whole
from videoemo.records import Faces, Features, Frames
from videoemo.tables import Prediction

__all__ = ["Classify", "Window", "Windows", "write_windows"]

# So many descriptors are classified at once: a forest is slow to start, and a long video's descriptors are not to be kept.
_AT_ONCE = 64


class Classify(Protocol):
    """What says of faces, together, what they are: `prediction.ClipClassifier`."""

    scores: tuple[str, ...]

    def __call__(self, frame: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32]) -> Prediction:
        """Of the frames (m,), ascending, and the vectors (m, d) of some faces; none where there is no face."""

    def describe(self, frame: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Their descriptor, (k,)."""

    def predictions(self, descriptors: npt.NDArray[np.float32]) -> list[Prediction]:
        """Of n descriptors, (n, k)."""


@dataclass(frozen=True)
class Window:
    """A stretch of a video and what a classifier says of it.

    Parameters
    ----------
    start, end : seconds; half-open, as everywhere: the end is not in it.
    frames, face_frames, faces : frames sampled in it, those with a face, faces in all.
    prediction : as of a whole video; without a class where there is no face.
    """

    start: float
    end: float
    frames: int
    face_frames: int
    faces: int
    prediction: Prediction


class Windows:
    """Classify the windows of a video while it streams by; no more is kept than the faces of one window.

    The first begins with the first frame, each one a step later, and the last is the first that reaches the last frame.

    Parameters
    ----------
    classify : what classifies; a window's descriptor is pooled as a whole clip's.
    length, step : seconds.
    """

    def __init__(self, classify: Classify, *, length: float, step: float) -> None:
        self._classify = classify
        self._length, self._step = length, step
        self._first: float | None = None
        self._kept: list[tuple[float, int, npt.NDArray[np.float32]]] = []  # seconds, index and vectors (faces, d) of each frame
        self._waiting: list[tuple[int, npt.NDArray[np.float32]]] = []  # the places of windows with faces, and their descriptors
        self._done: list[Window] = []

    def add(self, frames: Frames, faces: Faces, features: Features) -> None:
        """The next frames, in their order, and what was found in them."""
        order = np.argsort(faces.frame, kind="stable")
        edges = np.searchsorted(faces.frame[order], frames.index), np.searchsorted(faces.frame[order], frames.index, "right")
        vectors = features.embedding[order]
        for seconds, index, start, stop in zip(frames.seconds.tolist(), frames.index.tolist(), *(edge.tolist() for edge in edges), strict=True):
            self._first = seconds if self._first is None else self._first
            while seconds >= self._start + self._length:
                self._close()
            if seconds >= self._start:  # no window begins before it where they are further apart than they are long
                # A copy, so that a window keeps its own faces alive and not whole batches.
                self._kept.append((seconds, index, vectors[start:stop].copy()))

    def finish(self) -> list[Window]:
        """All windows, in order; none without a frame."""
        if self._kept:
            self._close()
        self._classified()
        return self._done

    @property
    def _start(self) -> float:
        """Where the open window begins."""
        return (self._first or 0.0) + len(self._done) * self._step

    def _close(self) -> None:
        """The open window is over; the next one begins."""
        start = self._start
        inside = [frame for frame in self._kept if start <= frame[0] < start + self._length]
        n_faces = [len(vectors) for _, _, vectors in inside]
        if sum(n_faces):
            indices = np.repeat(np.array([index for _, index, _ in inside], np.int64), n_faces)
            descriptor = self._classify.describe(indices, np.concatenate([vectors for _, _, vectors in inside]))
            self._waiting.append((len(self._done), descriptor))
        with_face = sum(n > 0 for n in n_faces)
        self._done.append(Window(start, start + self._length, len(inside), with_face, sum(n_faces), Prediction()))
        self._kept = [frame for frame in self._kept if frame[0] >= self._start]
        if len(self._waiting) == _AT_ONCE:
            self._classified()

    def _classified(self) -> None:
        """Classify the windows that wait for it."""
        if not self._waiting:
            return
        told = self._classify.predictions(np.stack([descriptor for _, descriptor in self._waiting]))
        for (place, _), prediction in zip(self._waiting, told, strict=True):
            window = self._done[place]
            self._done[place] = Window(window.start, window.end, window.frames, window.face_frames, window.faces, prediction)
        self._waiting = []


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

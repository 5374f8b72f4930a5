"""A fitted classifier over time: what it says of each window of a video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from videoemo.tables.columns import Columns
from videoemo.tables.videos import Prediction, prediction_fields
from videoemo.util.columns import Column, check_csv
from videoemo.util.files import write_csv

__all__ = ["ClipPredictor", "Window", "check_windows", "write_windows"]


class ClipPredictor(Protocol):
    """Classifies the faces of a clip together: see `classification.predict.ClipClassifier`."""

    scores: tuple[str, ...]

    def __call__(
        self, frame: npt.NDArray[np.int64], embedding: npt.NDArray[np.float32]
    ) -> Prediction:
        """The prediction of the frames (m,), ascending, and embeddings (m, d) of some faces; of no
        face, one without a class.
        """

    def describe(
        self, frame: npt.NDArray[np.int64], embedding: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """Their descriptor, (k,)."""

    def predictions(self, descriptors: npt.NDArray[np.float32]) -> list[Prediction]:
        """Of n descriptors, (n, k)."""


@dataclass(frozen=True)
class Window:
    """A stretch of a video and what a classifier says of it.

    Parameters
    ----------
    start, end : float
        In seconds; half-open: the end is not in it.
    frames, face_frames, faces : int
        Frames sampled in it, those with a face, faces in all.
    prediction : Prediction
        As of a whole video; without a class where there is no face.
    """

    start: float
    end: float
    frames: int
    face_frames: int
    faces: int
    prediction: Prediction


def write_windows(windows: Sequence[Window], scores: Sequence[str], path: Path) -> None:
    """Write `windows.csv`: one row a window, in order.

    Parameters
    ----------
    scores : sequence of str
        The columns of the classifier's scores, which follow its `prediction`.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    counts = ["frames", "face_frames", "faces"]
    rows = [
        [
            f"{one.start:.6f}",
            f"{one.end:.6f}",
            one.frames,
            one.face_frames,
            one.faces,
            *prediction_fields(one.prediction, scores),
        ]
        for one in windows
    ]
    write_csv(path, ["start", "end", *counts, "prediction", *scores], rows)


def check_windows(path: Path, columns: Columns) -> None:
    """Check windows.csv of a folder of results, wherever it comes from.

    Parameters
    ----------
    path : Path
        The file.
    columns : Columns
        Of its classifier.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_windows` writes it; the message names the column.
    """
    expected = [
        *(Column(name, "float64") for name in ("start", "end")),
        *(Column(name, "int64", low=0) for name in ("frames", "face_frames", "faces")),
        *columns.of_classifier(),
    ]
    check_csv(path, expected)

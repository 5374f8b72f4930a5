"""One row a video: videos.csv."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from videoemo.tables.columns import Columns
from videoemo.util.columns import Column, check_numbers, read_csv, read_heading, share
from videoemo.util.files import write_csv
from videoemo.util.messages import shown
from videoemo.util.text import from_cell

__all__ = [
    "LOW_COVERAGE",
    "Prediction",
    "VideoRow",
    "VideosTable",
    "prediction_fields",
    "read_videos",
    "write_videos",
]


_LEADING = (
    *("video", "status", "error"),
    *("seconds", "frames", "face_frames", "faces", "coverage", "longest_gap", "dominant"),
)
_PREDICTION = "prediction"
# What a video's `dominant` says instead of naming an expression.
LOW_COVERAGE = "low coverage"


@dataclass(frozen=True)
class Prediction:
    """What a fitted classifier says of a whole video.

    Parameters
    ----------
    label : str, default=""
        The class; empty without a face.
    scores : dict of str to float
        The probability (0 to 1) or else the margin of each class, by the name of its column; empty
        without a face.
    """

    label: str = ""
    scores: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class VideoRow:
    """One row of videos.csv.

    Parameters
    ----------
    video : str
        The clip's id.
    status : {"ok", "failed"}
        Whether it could be worked on.
    error : str, default=""
        Why it failed, or what the reader should know of a video that did not; empty otherwise.
    seconds : float or None
        The duration.
    frames, face_frames, faces : int or None
        Frames sampled, those with a face, faces in all.
    longest_gap : float or None
        `FaceTable.longest_gap`; None where there is no such table.
    mean : float32 (c,) or None
        The mean probability of each class over all faces, NaN without a face; None where it is
        not known.
    dominant : str, default=""
        The class with the highest mean, empty without a face; `LOW_COVERAGE` where too few frames
        have one.
    values : dict of str to float
        The mean over all faces of each of the network's values, by its name; NaN without a face.
    prediction : Prediction or None
        What a fitted classifier says of it; None where there is no classifier.
    """

    video: str
    status: Literal["ok", "failed"] = "ok"
    error: str = ""
    seconds: float | None = None
    frames: int | None = None
    face_frames: int | None = None
    faces: int | None = None
    longest_gap: float | None = None
    mean: npt.NDArray[np.float32] | None = None
    dominant: str = ""
    values: dict[str, float] = field(default_factory=dict)
    prediction: Prediction | None = None

    @property
    def failed(self) -> bool:
        """Whether the video could not be scored."""
        return self.status == "failed"

    @property
    def coverage(self) -> float | None:
        """The share of the sampled frames that have a face, 0 to 1; None where none was sampled."""
        return (
            None if not self.frames or self.face_frames is None else self.face_frames / self.frames
        )


@dataclass(frozen=True)
class VideosTable:
    """What videos.csv of a folder of results says.

    Parameters
    ----------
    outputs : list of str
        The names of the network's classes and values, in the order of the columns.
    scores : tuple of str or None
        The columns of a fitted classifier's scores; None where there is no classifier.
    cells : dict of str to list
        The values of each column, by its name, in the order of the rows: text, and numbers or None.
    """

    outputs: list[str]
    scores: tuple[str, ...] | None
    cells: dict[str, list[Any]]

    @property
    def videos(self) -> list[str]:
        """The ids, in the order of the rows; each once."""
        return self.cells["video"]

    def rows(self, columns: Columns) -> list[VideoRow]:
        """The rows; means have the six digits that stand in the file.

        Parameters
        ----------
        columns : Columns
            Which of `outputs` are classes, and which are values.

        Raises
        ------
        ValueError
            A mean is no probability, or `dominant` no class; the message names the column.
        """
        n = len(self.videos)
        shares = np.array([self.cells[name] for name in columns.classes], np.float64)
        for name, column in zip(columns.classes, shares, strict=True):
            check_numbers(column[~np.isnan(column)], share(name, "float64"))
        means = shares.astype(np.float32).reshape(len(columns.classes), n)
        for dominant in set(self.cells["dominant"]) - {"", LOW_COVERAGE, *columns.classes}:
            raise ValueError(f"dominant: expected a class, got {shown(dominant)}")
        values = {name: self.cells[name] for name in columns.values}
        known = ("error", "seconds", "frames", "face_frames", "faces", "longest_gap", "dominant")
        return [
            VideoRow(
                video=self.videos[i],
                status=self.cells["status"][i],
                mean=means[:, i] if self._scored(i) else None,
                values={
                    name: math.nan if column[i] is None else column[i]
                    for name, column in values.items()
                    if self._scored(i)
                },
                prediction=self._prediction(i),
                **{name: self.cells[name][i] for name in known},
            )
            for i in range(n)
        ]

    def _scored(self, i: int) -> bool:
        return bool(self.cells["status"][i] == "ok")

    def _prediction(self, i: int) -> Prediction | None:
        if self.scores is None or not self._scored(i):
            return None
        scores = {name: self.cells[name][i] for name in self.scores}
        known = {name: score for name, score in scores.items() if score is not None}
        return Prediction(self.cells[_PREDICTION][i], known)


def write_videos(
    rows: Sequence[VideoRow],
    classes: Sequence[str],
    path: Path,
    *,
    values: Sequence[str] = (),
    scores: Sequence[str] | None = None,
) -> None:
    """Write videos.csv: one row a video, in the order given.

    Parameters
    ----------
    values : sequence of str, default=()
        The names of the network's heads of one value.
    scores : sequence of str or None
        The columns of a fitted classifier's scores, which follow its `prediction`; None where there
        is no classifier.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    predicted = [] if scores is None else [_PREDICTION, *scores]
    header = [*_LEADING, *classes, *values, *predicted]
    write_csv(path, header, (_fields(row, len(classes), values, scores) for row in rows))


def read_videos(path: Path) -> VideosTable:
    """Read videos.csv of a folder of results, wherever it comes from.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_videos` writes it; the message names the column.
    """
    own = read_heading(path)[len(_LEADING) :]
    end = own.index(_PREDICTION) if _PREDICTION in own else len(own)
    outputs, scores = own[:end], tuple(own[end + 1 :]) if end < len(own) else None
    counts = ("frames", "face_frames", "faces")
    expected = [
        Column("video", "string"),
        Column("status", "string", values=("ok", "failed")),
        Column("error", "string"),
        Column("seconds", "float64", low=0, optional=True),
        *(Column(name, "int64", low=0, optional=True) for name in counts),
        share("coverage", "float64", optional=True),
        Column("longest_gap", "float64", low=0, optional=True),
        Column("dominant", "string"),
        *(Column(name, "float64", optional=True) for name in outputs),
        *Columns((), (), scores).of_classifier(),
    ]
    cells: dict[str, list[Any]] = {column.name: [] for column in expected}
    for part in read_csv(path, expected):
        for column in expected:
            given = part[column.name].to_pylist()
            cells[column.name] += map(from_cell, given) if column.kind == "string" else given
    twice = next((name for name, n in Counter(cells["video"]).items() if n > 1), None)
    if twice is not None:
        raise ValueError(f"video: {shown(twice)} is there twice")
    for frames, with_face in zip(cells["frames"], cells["face_frames"], strict=True):
        if (with_face or 0) > (frames or 0):
            raise ValueError(f"face_frames: expected at most {frames or 0}, got {with_face}")
    return VideosTable(outputs, scores, cells)


def prediction_fields(prediction: Prediction, scores: Sequence[str]) -> list[str]:
    """A prediction as fields of a CSV file: its label, and its scores, empty where it has none.

    Parameters
    ----------
    prediction : Prediction
        The prediction.
    scores : sequence of str
        The names of the scores, in the order of the columns.
    """
    return [
        prediction.label,
        *(f"{prediction.scores[name]:.6f}" if name in prediction.scores else "" for name in scores),
    ]


def _fields(
    row: VideoRow, n_classes: int, values: Sequence[str], scores: Sequence[str] | None
) -> list[object]:
    means = [*_numbers(row.mean, n_classes), *_values(row.values, values)]
    seconds, coverage, gap = (
        None if value is None else f"{value:.6f}"
        for value in (row.seconds, row.coverage, row.longest_gap)
    )
    counts = [seconds, row.frames, row.face_frames, row.faces, coverage, gap]
    predicted = [] if scores is None else prediction_fields(row.prediction or Prediction(), scores)
    return [row.video, row.status, row.error, *counts, row.dominant, *means, *predicted]


def _numbers(values: npt.NDArray[np.float32] | None, n: int) -> list[str]:
    return (
        [""] * n
        if values is None or np.isnan(values).any()
        else [f"{value:.6f}" for value in values]
    )


def _values(means: dict[str, float], names: Sequence[str]) -> list[str]:
    known = (means.get(name, math.nan) for name in names)
    return ["" if math.isnan(value) else f"{value:.6f}" for value in known]

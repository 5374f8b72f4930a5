"""One row a video: videos.csv."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from videoemo.tables.columns import Columns
from videoemo.util.columns import Column, read_csv, read_heading, share
from videoemo.util.files import write_csv
from videoemo.util.messages import shown
from videoemo.util.text import from_cell

__all__ = [
    "LOW_COVERAGE",
    "Prediction",
    "VideoRow",
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


def read_videos(path: Path) -> tuple[list[str], tuple[str, ...] | None, list[str]]:
    """Read videos.csv of a folder of results, wherever it comes from.

    Returns
    -------
    outputs : list of str
        The names of the network's classes and values, in the order of the columns.
    scores : tuple of str or None
        The columns of a fitted classifier's scores; None where there is no classifier.
    videos : list of str
        The ids, in the order of the rows; each once.

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
    videos: list[str] = []
    for part in read_csv(path, expected):
        videos += map(from_cell, part["video"].to_pylist())
    twice = next((name for name, n in Counter(videos).items() if n > 1), None)
    if twice is not None:
        raise ValueError(f"video: {shown(twice)} is there twice")
    return outputs, scores, videos


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

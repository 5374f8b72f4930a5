"""The tables of a run: their columns, their types and their bytes, the same for the same input and settings."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from videoemo.files import whole
from videoemo.records import QUALITY, Faces, Features, Frames

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["AFFECT", "LOW_COVERAGE", "SCHEMA", "Course", "FaceTable", "Prediction", "VideoRow", "face_table", "write_faces", "write_videos"]

# Of the columns of the tables, their types and what is in them: goes up when any changes, so that results of before are made again.
SCHEMA = 3
# What a video's `dominant` says instead of naming an expression.
LOW_COVERAGE = "low coverage"
# The columns of `FaceTable.affect`.
AFFECT = ("valence", "arousal")


@dataclass(frozen=True)
class Course:
    """What the faces of each sampled frame express together.

    Parameters
    ----------
    seconds : float64 (n_frames,).
    probabilities : float32 (n_frames, c), the mean over the faces of the frame, NaN without a face.
    n_faces : int64 (n_frames,).
    """

    seconds: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float32]
    n_faces: npt.NDArray[np.int64]


@dataclass(frozen=True)
class FaceTable:
    """One row a face a sampled frame; a frame without a face keeps one row.

    Parameters
    ----------
    frame : int64 (n,), the frame's index.
    seconds : float64 (n,), its presentation time.
    face : int64 (n,), the number of the face within its frame from 0, -1 where the frame has none.
    track : int64 (n,), the number of its person from 0, -1 where the frame has no face.
    boxes : float32 (n, 4), x, y, width, height in px; NaN where there is no face, as in the next three.
    scores : float32 (n,), the detector's, 0 to 1.
    quality : float32 (n, 4), the columns of `QUALITY`, as `faces.quality` has them.
    probabilities : float32 (n, c).
    classes : the c class names.
    affect : float32 (n, 2), valence and arousal, -1 to 1; None where the network does not give them.
    smoothed : the time constant in seconds with which both were smoothed along tracks; 0 where they are as the network gave them.
    """

    frame: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.float64]
    face: npt.NDArray[np.int64]
    track: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    quality: npt.NDArray[np.float32]
    probabilities: npt.NDArray[np.float32]
    classes: tuple[str, ...]
    affect: npt.NDArray[np.float32] | None = None
    smoothed: float = 0.0

    def __post_init__(self) -> None:
        n, c = len(self.frame), len(self.classes)
        quality = (n, len(QUALITY))
        shapes = {"seconds": (n,), "face": (n,), "track": (n,), "boxes": (n, 4), "scores": (n,), "quality": quality, "probabilities": (n, c)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"FaceTable.{name}: expected {shape}, got {getattr(self, name).shape}")
        if self.affect is not None and self.affect.shape != (n, 2):
            raise ValueError(f"FaceTable.affect: expected {(n, 2)}, got {self.affect.shape}")

    def frame_starts(self) -> npt.NDArray[np.intp]:
        """The first row of each frame, (n_frames,)."""
        return np.unique(self.frame, return_index=True)[1]

    def mean(self) -> npt.NDArray[np.float32]:
        """The mean probability of each class over all faces, (c,); NaN without a face."""
        return self._mean(self.probabilities)

    def mean_affect(self) -> npt.NDArray[np.float32] | None:
        """The mean valence and arousal over all faces, (2,); NaN without a face, None where the network does not give them."""
        return None if self.affect is None else self._mean(self.affect)

    def longest_gap(self) -> float:
        """The longest time in seconds without a face, from the first frame without one to the next with one, or to the last frame."""
        starts = self.frame_starts()
        seconds, has_face = self.seconds[starts], self.face[starts] >= 0
        if not len(starts):
            return 0.0
        begins = np.flatnonzero(~has_face & np.append(True, has_face[:-1]))
        ends = np.append(np.flatnonzero(has_face & np.append(False, ~has_face[:-1])), len(starts) - 1)[: len(begins)]
        return float((seconds[ends] - seconds[begins]).max(initial=0.0))

    def _mean(self, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        found = values[self.face >= 0]
        if not len(found):
            return np.full(values.shape[1], np.nan, np.float32)
        return np.asarray(found.mean(axis=0, dtype=np.float64), np.float32)

    def course(self) -> Course:
        """Frame by frame, the mean over its faces."""
        starts = self.frame_starts()
        rows = np.diff(starts, append=len(self.frame))
        n_faces = np.where(self.face[starts] < 0, 0, rows)
        mean = np.add.reduceat(self.probabilities, starts, axis=0) / rows[:, None] if len(starts) else self.probabilities
        return Course(self.seconds[starts], mean.astype(np.float32), n_faces.astype(np.int64))

    def to_arrow(self) -> pa.Table:
        """The table with the columns of the contract; what is NaN or -1 here is null there. That it is smoothed is said in its metadata."""
        import pyarrow as pa

        values = np.column_stack([self.boxes, self.scores, self.quality, self.probabilities])
        names = ("x", "y", "width", "height", "score", *QUALITY, *self.classes)
        if self.affect is not None:
            values, names = np.column_stack([values, self.affect]), (*names, *AFFECT)
        empty = self.face < 0
        return pa.table(
            metadata={"smoothed_seconds": f"{self.smoothed:g}"} if self.smoothed else None,
            data={
                "frame": pa.array(self.frame),
                "seconds": pa.array(self.seconds),
                "face": pa.array(self.face, mask=empty),
                "track": pa.array(self.track, mask=empty),
                **{name: pa.array(column, mask=empty) for name, column in zip(names, values.T, strict=True)},
            },
        )


def face_table(batches: Iterable[tuple[Frames, Faces, Features]], classes: Sequence[str], *, affect: bool = False) -> FaceTable:
    """The faces of a video's batches of frames; within a frame they keep their order, and frames keep theirs.

    Parameters
    ----------
    batches : with faces that are followed: `track` and `quality` are there.
    affect : whether the features have valence and arousal.
    """
    c = len(classes)
    parts = [_rows(*batch) for batch in batches]
    frame = [np.empty(0, np.int64), *(part[0] for part in parts)]
    seconds = [np.empty(0, np.float64), *(part[1] for part in parts)]
    face = [np.empty(0, np.int64), *(part[2] for part in parts)]
    track = [np.empty(0, np.int64), *(part[3] for part in parts)]
    q = 5 + len(QUALITY)
    values = np.concatenate([np.empty((0, q + c + 2 * affect), np.float32), *(part[4] for part in parts)])
    return FaceTable(
        frame=np.concatenate(frame),
        seconds=np.concatenate(seconds),
        face=np.concatenate(face),
        track=np.concatenate(track),
        boxes=values[:, :4],
        scores=values[:, 4],
        quality=values[:, 5:q],
        probabilities=values[:, q : q + c],
        classes=tuple(classes),
        affect=values[:, q + c :] if affect else None,
    )


_Rows = tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]


def _rows(frames: Frames, faces: Faces, features: Features) -> _Rows:
    """frame, seconds, face, track, then float32: x, y, width, height, score, quality, probabilities, valence and arousal if given."""
    in_frames = np.argsort(faces.frame, kind="stable")
    faces, features = faces[in_frames], features[in_frames]
    if faces.track is None or faces.quality is None:
        raise ValueError("faces: expected track and quality, got faces that nobody followed")
    counts = np.searchsorted(faces.frame, frames.index, "right") - np.searchsorted(faces.frame, frames.index, "left")
    rows = np.maximum(counts, 1)  # rows a frame
    of_row = np.repeat(np.arange(len(frames)), rows)
    found = counts[of_row] > 0
    number = np.arange(len(of_row)) - np.repeat(np.cumsum(rows) - rows, rows)
    x1, y1, x2, y2 = faces.boxes.T
    given = [x1, y1, x2 - x1, y2 - y1, faces.scores, faces.quality, features.probabilities]
    if features.valence is not None and features.arousal is not None:
        given += [features.valence, features.arousal]
    told = np.column_stack(given)
    values = np.full((len(of_row), told.shape[1]), np.nan, np.float32)
    values[found] = told
    person = np.full(len(of_row), -1, np.int64)
    person[found] = faces.track
    return frames.index[of_row], frames.seconds[of_row], np.where(found, number, -1), person, values


def write_faces(table: FaceTable, folder: Path, *, as_csv: bool) -> None:
    """Write `faces.parquet`, and `faces.csv` when asked for.

    Raises
    ------
    OutputError : it cannot be written.
    """
    import pyarrow.csv
    import pyarrow.parquet

    arrow = table.to_arrow()
    with whole(folder / "faces.parquet") as path:
        pyarrow.parquet.write_table(arrow, path)
    if as_csv:
        with whole(folder / "faces.csv") as path, path.open("wb") as file:
            file.write(f"{','.join(arrow.column_names)}\n".encode())  # pyarrow would put each name in quotes
            pyarrow.csv.write_csv(arrow, file, pyarrow.csv.WriteOptions(include_header=False))


@dataclass(frozen=True)
class Prediction:
    """What a fitted classifier says of a whole video.

    Parameters
    ----------
    label : the class; empty without a face.
    scores : the probability (0 to 1) or else the margin of each class, by the name of its column; empty without a face.
    """

    label: str = ""
    scores: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class VideoRow:
    """One row of videos.csv.

    Parameters
    ----------
    video : the clip's id.
    error : why it failed, or what the reader should know of a video that did not; empty otherwise.
    seconds : the duration.
    frames, face_frames, faces : frames sampled, those with a face, faces in all.
    longest_gap : `FaceTable.longest_gap`; None where there is no such table.
    mean : float32 (c,), the mean probability of each class over all faces, NaN without a face; None when it failed.
    dominant : the class with the highest mean, empty without a face; `LOW_COVERAGE` where too few frames have one.
    affect : float32 (2,), mean valence and arousal, NaN without a face; None where the network does not give them.
    prediction : what a fitted classifier says of it; None where there is no classifier.
    """

    video: str
    error: str = ""
    seconds: float | None = None
    frames: int | None = None
    face_frames: int | None = None
    faces: int | None = None
    longest_gap: float | None = None
    mean: npt.NDArray[np.float32] | None = None
    dominant: str = ""
    affect: npt.NDArray[np.float32] | None = None
    prediction: Prediction | None = None

    @property
    def failed(self) -> bool:
        """Whether the video could not be scored."""
        return self.mean is None

    @property
    def coverage(self) -> float | None:
        """The share of the sampled frames that have a face, 0 to 1; None where none was sampled."""
        return None if not self.frames or self.face_frames is None else self.face_frames / self.frames


def write_videos(rows: Sequence[VideoRow], classes: Sequence[str], path: Path, *, affect: bool = False, scores: Sequence[str] | None = None) -> None:
    """Write videos.csv: one row a video, in the order given.

    Parameters
    ----------
    affect : whether the network gives valence and arousal.
    scores : the columns of a fitted classifier's scores, which follow its `prediction`; None where there is no classifier.

    Raises
    ------
    OutputError : it cannot be written.
    """
    predicted = [] if scores is None else ["prediction", *scores]
    names = [*classes, *(AFFECT if affect else ())]
    with whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        counts = ["frames", "face_frames", "faces", "coverage", "longest_gap"]
        writer.writerow(["video", "status", "error", "seconds", *counts, "dominant", *names, *predicted])
        for row in rows:
            means = [*_numbers(row.mean, len(classes)), *_numbers(row.affect, 2 * affect)]
            seconds, coverage, gap = (None if value is None else f"{value:.6f}" for value in (row.seconds, row.coverage, row.longest_gap))
            status = "failed" if row.failed else "ok"
            told = [] if scores is None else _told(row.prediction or Prediction(), scores)
            counted = [row.frames, row.face_frames, row.faces, coverage, gap]
            writer.writerow([row.video, status, row.error, seconds, *counted, row.dominant, *means, *told])


def _numbers(values: npt.NDArray[np.float32] | None, n: int) -> list[str]:
    return [""] * n if values is None or np.isnan(values).any() else [f"{value:.6f}" for value in values]


def _told(prediction: Prediction, scores: Sequence[str]) -> list[str]:
    return [prediction.label, *(f"{prediction.scores[name]:.6f}" if name in prediction.scores else "" for name in scores)]

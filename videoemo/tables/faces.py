"""The tables of a run: their columns, their types and their bytes, the same for the same input
and settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from videoemo.records import QUALITY, Faces, Features, Frames, check_shapes
from videoemo.tables.columns import Columns
from videoemo.tables.frame_weights import frame_weights, weighted_mean
from videoemo.util.columns import Column, check_csv, read_parquet, share
from videoemo.util.files import atomic_write, write_arrow_csv
from videoemo.util.text import escape

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "SCHEMA",
    "FaceTable",
    "FrameSeries",
    "check_faces_csv",
    "face_table",
    "read_faces",
    "write_faces",
    "write_faces_csv",
]

# Of the columns of the tables, their types and what is in them: goes up when any changes, so that
# results of before are made again.
SCHEMA = 5


@dataclass(frozen=True)
class FrameSeries:
    """What the faces of each sampled frame express together.

    Parameters
    ----------
    seconds : float64 (n_frames,)
        The time of each frame.
    probabilities : float32 (n_frames, c)
        The mean over the faces of the frame, NaN without a face.
    n_faces : int64 (n_frames,)
        The number of faces in each frame.
    """

    seconds: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float32]
    n_faces: npt.NDArray[np.int64]


@dataclass(frozen=True)
class FaceTable:
    """One row a face a sampled frame; a frame without a face keeps one row.

    Parameters
    ----------
    frame : int64 (n,)
        The frame's index.
    seconds : float64 (n,)
        Its presentation time.
    face : int64 (n,)
        The number of the face within its frame from 0, -1 where the frame has none.
    track : int64 (n,)
        The number of its person from 0, -1 where the frame has no face.
    boxes : float32 (n, 4)
        x, y, width, height in px; NaN where there is no face, as in the next three.
    scores : float32 (n,)
        The detector's, 0 to 1.
    quality : float32 (n, 4)
        The columns of `QUALITY`, as `faces.quality` has them.
    probabilities : float32 (n, c)
        Of each class; NaN, too, of a face that somebody added by hand, as are its score and its
        quality.
    classes : tuple of str
        The c class names.
    values : dict of str to float32 (n,)
        What each of the network's heads of one value gives, such as valence, by its name.
    smoothed : float, default=0.0
        The time constant in seconds with which probabilities and values were smoothed along tracks;
        0 where they are as the network gave them.
    looked_at : bool (n,) or None
        Whether the network looked at the face itself, or the row has what it gave of an earlier
        one; False where there is no face, and of one that somebody added. None where it looked at
        all faces.
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
    values: dict[str, npt.NDArray[np.float32]] = field(default_factory=dict)
    smoothed: float = 0.0
    looked_at: npt.NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        n, c = len(self.frame), len(self.classes)
        quality = (n, len(QUALITY))
        shapes = {
            "seconds": (n,),
            "face": (n,),
            "track": (n,),
            "boxes": (n, 4),
            "scores": (n,),
            "quality": quality,
            "probabilities": (n, c),
            **({} if self.looked_at is None else {"looked_at": (n,)}),
        }
        check_shapes(self, shapes)
        for name, value in self.values.items():
            if value.shape != (n,):
                raise ValueError(f"FaceTable.values[{name!r}]: expected {(n,)}, got {value.shape}")

    def frame_starts(self) -> npt.NDArray[np.intp]:
        """The first row of each frame, (n_frames,)."""
        return np.unique(self.frame, return_index=True)[1]

    def known_rows(self) -> npt.NDArray[np.intp]:
        """The rows with probabilities: those of all faces but the ones that somebody added."""
        return np.flatnonzero(~np.isnan(self.probabilities).any(axis=1))

    def weights(self, longest: float) -> npt.NDArray[np.float64]:
        """Weights of rows in means by time, (n,): see `frame_weights`."""
        starts = self.frame_starts()
        weights = frame_weights(self.seconds[starts], longest=longest)
        return np.repeat(weights, np.diff(starts, append=len(self.frame)))

    def mean(self, weights: npt.NDArray[np.float64] | None = None) -> npt.NDArray[np.float32]:
        """The mean probability of each class over all faces that have some, (c,); NaN without.

        Parameters
        ----------
        weights : float64 (n,) or None
            Of the rows; None for faces that all weigh the same.
        """
        return self._mean(self.probabilities, weights)

    def mean_values(self, weights: npt.NDArray[np.float64] | None = None) -> dict[str, float]:
        """The mean of each value over all faces, by its name; NaN without a face.

        Parameters
        ----------
        weights : float64 (n,) or None
            As for `mean`.
        """
        means = self._mean(self.outputs(), weights)[len(self.classes) :]
        return dict(zip(self.values, means.tolist(), strict=True))

    def outputs(self) -> npt.NDArray[np.float32]:
        """The columns that the network gives, (n, c + v): probabilities, then values."""
        return np.column_stack([self.probabilities, *self.values.values()])

    def with_outputs(self, outputs: npt.NDArray[np.float32]) -> FaceTable:
        """The table with other columns in their place, (n, c + v)."""
        c = len(self.classes)
        return replace(
            self,
            probabilities=outputs[:, :c],
            values=dict(zip(self.values, outputs[:, c:].T, strict=True)),
        )

    def longest_gap(self) -> float:
        """The longest time in seconds without a face, from the first frame without one to the next
        with one, or to the last frame.
        """
        starts = self.frame_starts()
        seconds, has_face = self.seconds[starts], self.face[starts] >= 0
        if not len(starts):
            return 0.0
        begins = np.flatnonzero(~has_face & np.append(True, has_face[:-1]))
        ends = np.append(
            np.flatnonzero(has_face & np.append(False, ~has_face[:-1])), len(starts) - 1
        )[: len(begins)]
        return float((seconds[ends] - seconds[begins]).max(initial=0.0))

    def _mean(
        self, values: npt.NDArray[np.float32], weights: npt.NDArray[np.float64] | None
    ) -> npt.NDArray[np.float32]:
        found = self.known_rows()
        if not len(found):
            return np.full(values.shape[1], np.nan, np.float32)
        mean = weighted_mean(values[found], None if weights is None else weights[found])
        return mean.astype(np.float32)

    def per_frame(self) -> FrameSeries:
        """The mean over the faces of each frame that have probabilities."""
        starts = self.frame_starts()
        rows = np.diff(starts, append=len(self.frame))
        n_faces = np.where(self.face[starts] < 0, 0, rows)
        known = np.zeros(len(self.frame), np.bool_)
        known[self.known_rows()] = True
        mean = np.full((len(starts), len(self.classes)), np.nan, np.float32)
        if len(starts):
            values = np.where(known[:, None], self.probabilities, np.float32(0))
            count = np.add.reduceat(known, starts, dtype=np.int64)
            some = count > 0
            mean[some] = (np.add.reduceat(values, starts, axis=0) / count[:, None].clip(1))[some]
        return FrameSeries(self.seconds[starts], mean, n_faces.astype(np.int64))

    def to_arrow(self) -> pa.Table:
        """The table with the columns of the contract; what is NaN or -1 here is null there. That it
        is smoothed is said in its metadata.
        """
        import pyarrow as pa

        columns = np.column_stack([self.boxes, self.scores, self.quality, self.outputs()])
        names = ("x", "y", "width", "height", "score", *QUALITY, *self.classes, *self.values)
        empty = self.face < 0
        return pa.table(
            metadata={"smoothed_seconds": f"{self.smoothed:g}"} if self.smoothed else None,
            data={
                "frame": pa.array(self.frame),
                "seconds": pa.array(self.seconds),
                "face": pa.array(self.face, mask=empty),
                "track": pa.array(self.track, mask=empty),
                **{
                    name: pa.array(column, mask=empty)
                    for name, column in zip(names, columns.T, strict=True)
                },
                **(
                    {}
                    if self.looked_at is None
                    else {"looked_at": pa.array(self.looked_at, mask=empty)}
                ),
            },
        )


def face_table(
    batches: Iterable[tuple[Frames, Faces, Features]],
    classes: Sequence[str],
    values: Sequence[str] = (),
    *,
    looked_at: bool = False,
) -> FaceTable:
    """The faces of a video's batches of frames; within a frame they keep their order, and frames
    keep theirs.

    Parameters
    ----------
    batches : iterable of tuple of (Frames, Faces, Features)
        With faces that are followed: `track` and `quality` are there.
    values : sequence of str, default=()
        The names of the network's heads of one value.
    looked_at : bool, default=False
        Whether features have `looked_at`, which the table is to hold.
    """
    parts = [_rows(*batch, values) for batch in batches]
    frame = [np.empty(0, np.int64), *(part[0] for part in parts)]
    seconds = [np.empty(0, np.float64), *(part[1] for part in parts)]
    face = [np.empty(0, np.int64), *(part[2] for part in parts)]
    track = [np.empty(0, np.int64), *(part[3] for part in parts)]
    q = 5 + len(QUALITY)
    c = q + len(classes)
    given = np.concatenate(
        [np.empty((0, c + len(values)), np.float32), *(part[4] for part in parts)]
    )
    return FaceTable(
        frame=np.concatenate(frame),
        seconds=np.concatenate(seconds),
        face=np.concatenate(face),
        track=np.concatenate(track),
        boxes=given[:, :4],
        scores=given[:, 4],
        quality=given[:, 5:q],
        probabilities=given[:, q:c],
        classes=tuple(classes),
        values=dict(zip(values, given[:, c:].T, strict=True)),
        looked_at=np.concatenate([np.empty(0, np.bool_), *(part[5] for part in parts)])
        if looked_at
        else None,
    )


_Rows = tuple[
    npt.NDArray[np.int64],
    npt.NDArray[np.float64],
    npt.NDArray[np.int64],
    npt.NDArray[np.int64],
    npt.NDArray[np.float32],
    npt.NDArray[np.bool_],
]


def _rows(frames: Frames, faces: Faces, features: Features, names: Sequence[str]) -> _Rows:
    """frame, seconds, face, track, then float32: x, y, width, height, score, quality,
    probabilities, and the values named; and whether each face was looked at.
    """
    in_frames = np.argsort(faces.frame, kind="stable")
    faces, features = faces[in_frames], features[in_frames]
    if faces.track is None or faces.quality is None:
        raise ValueError("faces: expected track and quality, got faces that nobody followed")
    counts = np.searchsorted(faces.frame, frames.index, "right") - np.searchsorted(
        faces.frame, frames.index, "left"
    )
    rows = np.maximum(counts, 1)  # rows a frame
    of_row = np.repeat(np.arange(len(frames)), rows)
    found = counts[of_row] > 0
    number = np.arange(len(of_row)) - np.repeat(np.cumsum(rows) - rows, rows)
    x1, y1, x2, y2 = faces.boxes.T
    outputs = [features.probabilities, *(features.values[name] for name in names)]
    columns = np.column_stack([x1, y1, x2 - x1, y2 - y1, faces.scores, faces.quality, *outputs])
    values = np.full((len(of_row), columns.shape[1]), np.nan, np.float32)
    values[found] = columns
    person = np.full(len(of_row), -1, np.int64)
    person[found] = faces.track
    looked_at = np.zeros(len(of_row), np.bool_)
    looked_at[found] = True if features.looked_at is None else features.looked_at
    number = np.where(found, number, -1)
    return frames.index[of_row], frames.seconds[of_row], number, person, values, looked_at


def write_faces(table: FaceTable, path: Path) -> None:
    """Write faces.parquet.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    import pyarrow.parquet

    arrow = table.to_arrow()
    names = list(map(escape, arrow.column_names))
    if names != arrow.column_names:  # renamed to the same, the file would have other bytes
        arrow = arrow.rename_columns(names)
    with atomic_write(path) as temporary:
        pyarrow.parquet.write_table(arrow, temporary)


def write_faces_csv(table: FaceTable, path: Path) -> None:
    """Write faces.csv, with the columns of faces.parquet.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    write_arrow_csv(table.to_arrow(), path)


def read_faces(path: Path, columns: Columns) -> FaceTable:
    """Read faces.parquet of a folder of results, wherever it comes from.

    Parameters
    ----------
    path : Path
        The file.
    columns : Columns
        Of its network.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_faces` writes it; the message names the column.
    """
    table = read_parquet(path, _columns(columns))
    empty = np.asarray(table["face"].is_null())
    for name in table.column_names[2:]:
        if not np.array_equal(np.asarray(table[name].is_null()), empty):
            raise ValueError(f"{name}: missing where there is a face, or given where there is none")
    names = [column.name for column in _columns(columns) if column.kind == "float32"]
    given = np.column_stack([table[name].to_numpy() for name in names])
    q = 5 + len(QUALITY)
    c = q + len(columns.classes)
    faces = FaceTable(
        frame=table["frame"].to_numpy(),
        seconds=table["seconds"].to_numpy(),
        face=table["face"].fill_null(-1).to_numpy(),
        track=table["track"].fill_null(-1).to_numpy(),
        boxes=given[:, :4],
        scores=given[:, 4],
        quality=given[:, 5:q],
        probabilities=given[:, q:c],
        classes=columns.classes,
        values=dict(zip(columns.values, given[:, c:].T, strict=True)),
        smoothed=float((table.schema.metadata or {}).get(b"smoothed_seconds", 0)),
        looked_at=table["looked_at"].fill_null(False).to_numpy() if columns.looked_at else None,
    )
    _check_rows(faces)
    return faces


def check_faces_csv(path: Path, columns: Columns) -> None:
    """Check faces.csv of a folder of results, wherever it comes from.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_faces_csv` writes it; the message names the column.
    """
    check_csv(path, _columns(columns))


def _columns(columns: Columns) -> list[Column]:
    """The columns of the contract, as they have to be."""
    return [
        Column("frame", "int64", low=0),
        Column("seconds", "float64"),
        Column("face", "int64", low=0, optional=True),
        Column("track", "int64", low=0, optional=True),
        *(Column(name, "float32", optional=True) for name in ("x", "y", "width", "height")),
        share("score", optional=True),
        *(Column(name, "float32", optional=True) for name in QUALITY),
        *columns.of_network("float32", optional=True),
        *([Column("looked_at", "bool", optional=True)] if columns.looked_at else []),
    ]


def _check_rows(faces: FaceTable) -> None:
    """Frames and their times ascend; within one, faces are numbered, each another person's, or
    there is one row without a face.
    """
    steps, seconds = np.diff(faces.frame), np.diff(faces.seconds)
    if (steps < 0).any():
        raise ValueError("frame: expected numbers that do not fall")
    if (seconds < 0).any() or (seconds[steps == 0] != 0).any():
        raise ValueError("seconds: expected one time a frame, none before that of the frame before")
    order = np.lexsort([faces.track, faces.frame])  # rows without a face are alone in their frames
    if ((np.diff(faces.frame[order]) == 0) & (np.diff(faces.track[order]) == 0)).any():
        raise ValueError("track: expected each person once a frame")
    starts = faces.frame_starts()
    rows = np.diff(starts, append=len(faces.frame))
    number = np.arange(len(faces.frame)) - np.repeat(starts, rows)
    alone = (faces.face < 0) & (np.repeat(rows, rows) == 1)
    if not np.array_equal(faces.face, np.where(alone, -1, number)):
        raise ValueError("face: expected the faces of each frame to be numbered from 0")

"""Corrections of a video's faces by hand: corrections.csv, beside the tables that they correct."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.records import FLOAT32, FLOAT64, INT64, ParallelArrays, check_arrays
from videoemo.tables.faces import FaceTable
from videoemo.util.arrays import Float32Array, Int64Array
from videoemo.util.boxes import iou
from videoemo.util.columns import Column, read_csv
from videoemo.util.files import write_csv
from videoemo.util.messages import shown
from videoemo.util.text import from_cell

__all__ = [
    "CORRECTIONS",
    "SAME_PLACE",
    "Corrections",
    "Placed",
    "read_corrections",
    "write_corrections",
]

# The file in a video's folder. No run writes it, so none removes it or puts another in its place.
CORRECTIONS = "corrections.csv"
# Pixels by which a box that nobody moved may differ: other programs write two digits.
SAME_PLACE = 0.05
# The least overlap of a corrected box with a detected one at which it is the same face, with the
# probabilities that the network gave to it.
_SAME_FACE = 0.5
# Seconds within which a frame of a number is the one that was corrected; of another video by the
# same name it rarely is.
_SAME_TIME = 1e-3
# Above the number of any person: some count by it.
_MOST_TRACKS = 1_000_000
# Pixels from the frame's corner that no box is beyond.
_FAR = 1e6
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")
_BOX = ("x", "y", "width", "height")


class Placed(NamedTuple):
    """Rows of a corrected table.

    Parameters
    ----------
    frame : int64 (m,)
        The frame of each.
    found : int64 (m,)
        The row of the table that it is from; -1 for a face that was not found there, and for a
        frame whose faces were all taken away.
    own : int64 (m,)
        The row of the corrections that it is from; -1 in frames that nobody corrected.
    """

    frame: Int64Array
    found: Int64Array
    own: Int64Array


@dataclass(frozen=True, repr=False)
class Corrections(ParallelArrays):
    """Faces of frames that somebody put right, all those that such a frame has.

    Frames that are not named are as they were found. A corrected frame without a face has one row.

    Parameters
    ----------
    frame : int64 (n,)
        The index of the frame, ascending.
    seconds : float64 (n,)
        Its presentation time.
    track : int64 (n,)
        The person, from 0, once a frame; -1 where the frame has no face.
    boxes : float32 (n, 4)
        x, y, width, height in px; NaN where there is no face.
    expression : tuple of str
        n classes; empty where nobody corrected what the network said.
    """

    frame: Int64Array
    seconds: npt.NDArray[np.float64]
    track: Int64Array
    boxes: Float32Array
    expression: tuple[str, ...]

    def __post_init__(self) -> None:
        check_arrays(
            self,
            {
                "frame": (INT64, (None,)),
                "seconds": (FLOAT64, (None,)),
                "track": (INT64, (None,)),
                "boxes": (FLOAT32, (None, 4)),
            },
        )
        if len(self.expression) != len(self.frame):
            raise ValueError(
                f"Corrections.expression: expected {len(self.frame)} strings, got "
                f"{len(self.expression)}"
            )
        _check_rows(self)

    @property
    def frames(self) -> Int64Array:
        """The corrected frames, each once."""
        return np.unique(self.frame)

    @property
    def expressions(self) -> dict[tuple[int, int], str]:
        """The corrected expressions, by frame and track."""
        return {
            (frame, track): expression
            for frame, track, expression in zip(
                self.frame.tolist(), self.track.tolist(), self.expression, strict=True
            )
            if expression
        }

    def apply(self, table: FaceTable) -> FaceTable:
        """Table with the corrected frames in place of those found.

        A corrected face keeps its probabilities, its score and its quality where its box overlaps
        a detected one by half (IoU), of which each is the other's best; elsewhere they are NaN. The
        faces of a frame are numbered in the order of detection, those that were added last.

        Parameters
        ----------
        table : FaceTable
            As it was found. Corrected frames that it does not have are left out, see `missing`.
        """
        frame, found, own = self.placed(table)
        detected, corrected = _take(table.boxes, found), _take(self.boxes, own)
        left = (np.abs(corrected - detected) <= SAME_PLACE).all(axis=1) | (own < 0)
        track = np.where(own < 0, _take(table.track, found), _take(self.track, own))
        starts, of_frame = np.unique(frame, return_index=True, return_inverse=True)[1:]
        return replace(
            table,
            frame=frame,
            seconds=table.seconds[np.searchsorted(table.frame, frame)],
            face=np.where(track < 0, -1, np.arange(len(frame)) - starts[of_frame]),
            track=track,
            boxes=np.where(left[:, None], detected, corrected),
            scores=_take(table.scores, found),
            quality=_take(table.quality, found),
            probabilities=_take(table.probabilities, found),
            values={name: _take(value, found) for name, value in table.values.items()},
            looked_at=None if table.looked_at is None else _take(table.looked_at, found),
        )

    def placed(self, table: FaceTable) -> Placed:
        """Rows of the corrected table, by those of a table and of the corrections."""
        there = self._there(table)
        kept = np.flatnonzero(~np.isin(table.frame, there))
        own = np.flatnonzero(np.isin(self.frame, there))
        frame = np.concatenate([table.frame[kept], self.frame[own]])
        found = np.concatenate([kept, self._found(table, there)[own]])
        own = np.concatenate([np.full(len(kept), -1), own])
        # Those that were added come last.
        order = np.lexsort([own, np.where(found < 0, len(table.frame), found), frame])
        return Placed(frame[order], found[order], own[order])

    def missing(self, table: FaceTable) -> Int64Array:
        """Corrected frames that a table does not have, or has at another time, as where it was
        made anew with other sampling.
        """
        return np.setdiff1d(self.frame, self._there(table))

    def _there(self, table: FaceTable) -> Int64Array:
        """The corrected frames that a table has."""
        theirs, ours = table.frame_starts(), np.unique(self.frame, return_index=True)[1]
        common, here, there = np.intersect1d(
            table.frame[theirs], self.frame[ours], assume_unique=True, return_indices=True
        )
        apart = np.abs(table.seconds[theirs[here]] - self.seconds[ours[there]])
        return common[apart <= _SAME_TIME]

    def _found(self, table: FaceTable, frames: Int64Array) -> Int64Array:
        """For each row, that of the table in which the same face was found, in some frames; or
        -1, (n,).
        """
        theirs = np.flatnonzero(np.isin(table.frame, frames) & (table.face >= 0))
        ours = np.flatnonzero(np.isin(self.frame, frames) & (self.track >= 0))
        # All pairs within a frame.
        first, stop = (
            np.searchsorted(self.frame[ours], table.frame[theirs], side) for side in _SIDES
        )
        counts = stop - first
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        one = np.repeat(theirs, counts)
        other = ours[np.repeat(first, counts) + within]
        overlap = iou(_corners(table.boxes[one]), _corners(self.boxes[other]))
        mutual = np.intersect1d(_best(one, overlap), _best(other, overlap), assume_unique=True)
        same = mutual[overlap[mutual] >= _SAME_FACE]
        found = np.full(len(self.frame), -1, np.int64)
        found[other[same]] = one[same]
        return found


def write_corrections(corrections: Corrections, path: Path) -> None:
    """Write corrections.csv: `frame, seconds, track, x, y, width, height, expression`.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    write_csv(path, [column.name for column in _COLUMNS], _cells(corrections))


def read_corrections(path: Path, classes: Sequence[str]) -> Corrections:
    """Read corrections.csv of a folder of results, wherever it comes from.

    Parameters
    ----------
    path : Path
        The file.
    classes : sequence of str
        The expressions of the network, of which each corrected one is.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_corrections` writes it; the message names the column.
    """
    parts = list(read_csv(path, _COLUMNS))
    names = [column.name for column in _COLUMNS]
    columns = {name: [one for part in parts for one in part[name].to_pylist()] for name in names}
    expression = tuple(from_cell(text or "") for text in columns["expression"])
    other = next((text for text in expression if text and text not in classes), None)
    if other is not None:
        raise ValueError(f"expression: expected one of {', '.join(classes)}, got {shown(other)}")
    given = [[cell is None for cell in columns[name]] for name in ("track", *_BOX)]
    if any(column != given[0] for column in given):
        raise ValueError("track, x, y, width, height: expected all five of a face, or none")
    return Corrections(
        frame=np.array(columns["frame"], np.int64),
        seconds=np.array(columns["seconds"], np.float64),
        track=np.array([-1 if track is None else track for track in columns["track"]], np.int64),
        boxes=np.array([columns[name] for name in _BOX], np.float32).T.reshape(-1, 4),
        expression=expression,
    )


_COLUMNS = (
    Column("frame", "int64", low=0),
    Column("seconds", "float64"),
    Column("track", "int64", low=0, high=_MOST_TRACKS, optional=True),
    *(Column(name, "float64", low=-_FAR, high=_FAR, optional=True) for name in ("x", "y")),
    *(Column(name, "float64", low=0, high=_FAR, optional=True) for name in ("width", "height")),
    Column("expression", "string", optional=True),
)


def _cells(corrections: Corrections) -> Iterator[list[object]]:
    for row, track in enumerate(corrections.track.tolist()):
        box = [f"{value:.3f}" for value in corrections.boxes[row].tolist()]
        face = [track, *box] if track >= 0 else [""] * 5
        seconds = f"{corrections.seconds[row]:.6f}"
        yield [corrections.frame[row], seconds, *face, corrections.expression[row]]


def _check_rows(corrections: Corrections) -> None:
    """Frames ascend, each at one time; in one, no person is there twice, and nobody beside a row
    without a face.
    """
    frame, track = corrections.frame, corrections.track
    steps = np.diff(frame)
    if (steps < 0).any():
        raise ValueError("frame: expected numbers that do not fall")
    if (np.diff(corrections.seconds)[steps == 0] != 0).any():
        raise ValueError("seconds: expected one time a frame")
    empty = track < 0
    if not np.array_equal(np.isnan(corrections.boxes), np.repeat(empty[:, None], 4, axis=1)):
        raise ValueError("x, y, width, height: expected numbers where there is a track, else none")
    if (corrections.boxes[~empty, 2:] <= 0).any():
        raise ValueError("width, height: expected numbers above 0")
    if any(map(corrections.expression.__getitem__, np.flatnonzero(empty).tolist())):
        raise ValueError("expression: given where there is no face")
    if len(np.unique(np.column_stack([frame, track]), axis=0)) < len(frame):
        raise ValueError("track: expected each person once a frame")
    if (np.isin(frame, frame[empty]) & ~empty).any():
        raise ValueError("track: missing in a frame that has other faces")


def _best(of: Int64Array, overlap: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """The pair of the highest overlap for each of the faces `of` which pairs are."""
    order = np.lexsort([-overlap, of])
    return order[np.unique(of[order], return_index=True)[1]]


def _corners(boxes: Float32Array) -> Float32Array:
    """x, y, width, height to x1, y1, x2, y2, (m, 4)."""
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def _take(values: npt.NDArray[Any], rows: Int64Array) -> npt.NDArray[Any]:
    """Some rows; in place of row -1 NaN, of whole numbers -1, of truth False."""
    missing = {"i": -1, "b": False}.get(values.dtype.kind, np.nan)
    padding = np.full((1, *values.shape[1:]), missing, values.dtype)
    return np.concatenate([values, padding])[rows]

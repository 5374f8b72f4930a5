"""The persons of a video: one row each, in tracks.csv; and the one who is seen longest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from videoemo.records import QUALITY
from videoemo.tables.columns import Columns
from videoemo.tables.faces import FaceTable
from videoemo.tables.frame_weights import weighted_mean
from videoemo.util.columns import Column, read_whole_csv, share
from videoemo.util.files import write_csv
from videoemo.util.text import from_cell

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["longest_track", "read_tracks", "select_track", "tracks_columns", "write_tracks"]


def longest_track(track: npt.NDArray[np.int64]) -> int:
    """The person of most faces; of equals the one who appeared first; -1 without a face.

    Parameters
    ----------
    track : int64 (n,)
        The person of each face; -1 is nobody.
    """
    seen = track[track >= 0]
    return int(np.bincount(seen).argmax()) if len(seen) else -1


def select_track(table: FaceTable, track: int) -> FaceTable:
    """The table with the faces of one person; frames without keep a row."""
    theirs = (table.track == track) & (table.face >= 0)
    bare = ~np.isin(table.frame, table.frame[theirs])
    first = np.zeros(len(table.frame), np.bool_)
    first[table.frame_starts()] = True
    rows = theirs | (bare & first)
    cleared = bare[rows]
    columns = {
        name: getattr(table, name)[rows] for name in ("boxes", "scores", "quality", "probabilities")
    }
    looked_at = None if table.looked_at is None else table.looked_at[rows] & ~cleared
    values = {name: value[rows] for name, value in table.values.items()}
    for array in (*columns.values(), *values.values()):
        array[cleared] = np.nan
    nobody = np.where(cleared, -1, 0)
    person = np.where(cleared, -1, track)
    return replace(
        table,
        frame=table.frame[rows],
        seconds=table.seconds[rows],
        face=nobody,
        track=person,
        values=values,
        looked_at=looked_at,
        **columns,
    )


def write_tracks(
    table: FaceTable,
    path: Path,
    *,
    series: FaceTable,
    weights: npt.NDArray[np.float64] | None = None,
) -> None:
    """Write one row a person: `track, first, last` (seconds), `frames, coverage` (of the sampled
    frames from first to last), means of the box, of the detector's score and of the quality, and of
    each probability and value, `dominant`, and `changes`, how often the dominant class changes.
    What nobody knows of a person is empty: all of whose faces were added by hand.

    Parameters
    ----------
    series : FaceTable
        The table smoothed along tracks, see `smooth`, in which changes are counted.
    weights : float64 (n,) or None
        Of the rows in the means of probabilities and values, see `FaceTable.weights`; None for
        faces that all weigh the same.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    means = ("x", "y", "width", "height", "score", *QUALITY, *table.classes, *table.values)
    counts = ("track", "first", "last", "frames", "coverage")
    write_csv(path, [*counts, *means, "dominant", "changes"], _rows(table, series, weights))


def read_tracks(path: Path, columns: Columns) -> pa.Table:
    """Read tracks.csv of a folder of results, wherever it comes from.

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
        It is damaged, or not as `write_tracks` writes it; the message names the column.
    """
    import pyarrow as pa

    table = read_whole_csv(path, tracks_columns(columns))
    dominant = pa.array(list(map(from_cell, table["dominant"].to_pylist())), pa.string())
    return table.set_column(table.num_columns - 2, "dominant", dominant)


def tracks_columns(columns: Columns) -> list[Column]:
    """The columns of tracks.csv, as they have to be.

    Parameters
    ----------
    columns : Columns
        Of its network.
    """
    return [
        Column("track", "int64", low=0),
        Column("first", "float64"),
        Column("last", "float64"),
        Column("frames", "int64", low=1),
        Column("coverage", "float64", low=0),
        *(Column(name, "float64") for name in ("x", "y", "width", "height")),
        share("score", "float64", optional=True),
        *(Column(name, "float64", optional=True) for name in QUALITY),
        *columns.of_network("float64", optional=True),
        Column("dominant", "string", values=("", *columns.classes)),
        Column("changes", "int64", low=0),
    ]


def _rows(
    table: FaceTable, series: FaceTable, weights: npt.NDArray[np.float64] | None
) -> Iterator[list[str]]:
    found = np.flatnonzero(table.face >= 0)
    rows = found[np.argsort(table.track[found], kind="stable")]
    leads = series.probabilities.argmax(axis=1)  # (n,)
    sampled = table.seconds[table.frame_starts()]
    values = np.column_stack([table.scores, table.quality])
    shown = table.outputs()
    unknown = np.asarray(np.isnan(table.probabilities).any(axis=1))
    for theirs in (
        np.split(rows, np.flatnonzero(np.diff(table.track[rows])) + 1) if len(rows) else ()
    ):
        first, last = table.seconds[theirs[[0, -1]]].tolist()
        frames = len(np.unique(table.frame[theirs]))
        between = int(
            np.searchsorted(sampled, last, "right") - np.searchsorted(sampled, first, "left")
        )
        row = [
            str(table.track[theirs[0]]),
            *(f"{value:.6f}" for value in (first, last)),
            str(frames),
            f"{frames / between:.6f}",
            *(f"{value:.3f}" for value in table.boxes[theirs].mean(axis=0, dtype=np.float64)),
        ]
        known = theirs[~unknown[theirs]]
        if not len(known):
            yield [*row, *[""] * (values.shape[1] + shown.shape[1]), "", "0"]
            continue
        means = weighted_mean(shown[known], None if weights is None else weights[known])
        yield [
            *row,
            *(f"{value:.3f}" for value in values[known].mean(axis=0, dtype=np.float64)),
            *(f"{value:.6f}" for value in means),
            table.classes[int(means[: len(table.classes)].argmax())],
            str(int((np.diff(leads[known]) != 0).sum())),
        ]

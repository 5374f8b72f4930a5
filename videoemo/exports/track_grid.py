"""What each person displays, evenly spaced in time: means over cells of equal length."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from videoemo.errors import InputError
from videoemo.tables.cells import cell_means, in_cells
from videoemo.tables.faces import FaceTable
from videoemo.tables.frame_weights import shown_until
from videoemo.util.arrays import Float64Array, Int64Array

__all__ = ["FASTEST", "TrackGrid", "check_rate", "track_grids"]

# Cells a second: more than any camera's frames in use.
FASTEST = 1000.0
# Cells of all persons of one video: of an hour of ten persons at 100 Hz it is 3.6 million.
_MOST_CELLS = 20_000_000


@dataclass(frozen=True)
class TrackGrid:
    """What one person displays, cell by cell, from the first in which the person is seen to the
    last.

    Parameters
    ----------
    track : int
        The person.
    seconds : float64 (n,)
        When each cell begins, 1 / rate apart.
    values : float64 (n, c + v)
        The means of probabilities and values; NaN where the person is not seen.
    """

    track: int
    seconds: Float64Array
    values: Float64Array


def track_grids(table: FaceTable, rate: float, *, longest: float) -> Iterator[TrackGrid]:
    """Evenly spaced means of each person of a video.

    The first cell begins at the first sampled frame, for all persons alike; each contains its
    beginning and not its end. A face counts in a cell for as long as its frame is shown in it:
    until the next sampled frame, the last one for the median step. So frames of any rate fill cells
    of any length, and where frames are unevenly spaced each counts for its time.

    Parameters
    ----------
    table : FaceTable
        Its faces.
    rate : float
        Cells a second, above 0, up to `FASTEST`.
    longest : float
        In seconds: no frame counts for longer, see `frame_weights`.

    Yields
    ------
    TrackGrid
        By track; none of a person without probabilities.

    Raises
    ------
    InputError
        A rate out of its range, or more cells than fit.
    """
    check_rate(rate)
    starts = table.frame_starts()
    seconds = table.seconds[starts]
    if not len(seconds):
        return
    until = shown_until(seconds, longest=longest)
    if len(seconds) == 1:
        until = seconds + 1 / rate  # a picture fills one cell
    begins, ends = (in_cells(of - seconds[0], rate) for of in (seconds, until))
    frame = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(table.frame)))
    rows = table.known_rows()
    rows = rows[ends[frame[rows]] > begins[frame[rows]]]
    rows = rows[np.argsort(table.track[rows], kind="stable")]
    _check_size(table.track[rows], begins[frame[rows]], ends[frame[rows]], rate)
    outputs = table.outputs()
    changes = np.flatnonzero(np.diff(table.track[rows])) + 1
    for theirs in np.split(rows, changes) if len(rows) else ():
        at = frame[theirs]
        first, values = cell_means(begins[at], ends[at], outputs[theirs])
        cells = first + np.arange(len(values))
        yield TrackGrid(int(table.track[theirs[0]]), seconds[0] + cells / rate, values)


def check_rate(rate: float) -> None:
    """Check the rate of a grid.

    Raises
    ------
    InputError
        It is none.
    """
    if not (math.isfinite(rate) and 0 < rate <= FASTEST):
        raise InputError(f"a grid of {rate!r} Hz: give a number above 0, up to {FASTEST:g}")


def _check_size(track: Int64Array, begins: Float64Array, ends: Float64Array, rate: float) -> None:
    changes = np.flatnonzero(np.diff(track)) + 1
    firsts, lasts = np.append(0, changes), np.append(changes, len(track)) - 1
    cells = float((ends[lasts] - begins[firsts]).sum()) if len(track) else 0.0
    if cells > _MOST_CELLS:
        raise InputError(
            f"a grid of {rate:g} Hz has {cells:,.0f} cells, allowed are {_MOST_CELLS:,}: give a "
            "lower rate"
        )

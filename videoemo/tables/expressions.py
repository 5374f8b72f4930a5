"""The episodes of a video: runs of frames in which one expression leads, in expressions.csv."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.tables.columns import Columns
from videoemo.tables.faces import FaceTable
from videoemo.tables.frame_weights import TIME_EPSILON, shown_until
from videoemo.util.arrays import Float64Array
from videoemo.util.columns import Column, read_csv, share
from videoemo.util.files import write_csv
from videoemo.util.text import from_cell

__all__ = [
    "Episode",
    "by_track",
    "check_expressions",
    "episodes",
    "expressions_of",
    "leading_classes",
    "read_expressions",
    "write_expressions",
]

# Seconds by which a time in the file may miss that of its frame.
_ROUNDING = 1e-6
_COLUMNS = ("track", "expression", "start", "stop", "frames", "mean")


@dataclass(frozen=True)
class Episode:
    """Episode of an expression: consecutive sampled frames in which it leads for one person.

    Parameters
    ----------
    track : int
        The person.
    expression : str
        The class.
    start, stop : float
        Seconds: of the first frame, and of the sampled frame after the last one.
    frames : int
        The sampled frames in it.
    mean : float
        The mean probability of the class over them, as the table has it; NaN where none has one.
    """

    track: int
    expression: str
    start: float
    stop: float
    frames: int
    mean: float

    @property
    def seconds(self) -> float:
        """The duration."""
        return self.stop - self.start


def leading_classes(series: FaceTable) -> npt.NDArray[np.int64]:
    """Class that leads in each row of a faces table.

    Parameters
    ----------
    series : FaceTable
        Of n rows, smoothed along tracks, see `smooth`.

    Returns
    -------
    int64 (n,)
        Indices of its classes; -1 where there is no face, or none with probabilities.
    """
    found = ~np.isnan(series.probabilities).any(axis=1)
    leads = np.full(len(series.frame), -1, np.int64)
    leads[found] = series.probabilities[found].argmax(axis=1)
    return leads


def by_track(found: Iterable[Episode]) -> dict[int, list[Episode]]:
    """Episodes of each person, in their order."""
    tracks: dict[int, list[Episode]] = {}
    for episode in found:
        tracks.setdefault(episode.track, []).append(episode)
    return tracks


def expressions_of(
    track: npt.NDArray[np.int64], seconds: Float64Array, found: Iterable[Episode]
) -> list[str]:
    """Expression of each of some faces, that of the episode it is in.

    Parameters
    ----------
    track : int64 (n,)
        The person of each face.
    seconds : float64 (n,)
        Its time.
    found : iterable of Episode
        Of each person, by time.

    Returns
    -------
    list of str
        n classes; empty where a face is in no episode.
    """
    named = [""] * len(track)
    for number, theirs in by_track(found).items():
        rows = np.flatnonzero(track == number)
        starts = [episode.start for episode in theirs]
        places = np.searchsorted(starts, seconds[rows] + _ROUNDING, side="right") - 1
        for row, place in zip(rows.tolist(), places.tolist(), strict=True):
            # At the end of a video, and of a single frame, an episode may last no time.
            if place >= 0 and seconds[row] < theirs[place].stop + _ROUNDING:
                named[row] = theirs[place].expression
    return named


def episodes(
    table: FaceTable,
    leads: npt.NDArray[np.int64],
    *,
    min_run: float,
    longest_step: float,
    cuts: Sequence[float] = (),
) -> list[Episode]:
    """Episodes of each person of a video, one after the other.

    An episode ends where another class leads, at a cut, at a sampled frame without the person, and
    in a pause of the video. One that is shorter than `min_run` joins the longer of the episodes
    that it touches, the shortest ones first; where it touches none it stays.

    Parameters
    ----------
    table : FaceTable
        Of n rows.
    leads : int64 (n,)
        The class that leads in each, see `leading_classes`; rows of -1 belong to no episode.
    min_run : float
        The shortest episode, in seconds, from 0.
    longest_step : float
        In seconds: no frame counts for longer, see `frame_weights`.
    cuts : sequence of float, default=()
        The times of the first frames of shots, ascending.

    Returns
    -------
    list of Episode
        By track, then by time.
    """
    starts = table.frame_starts()
    position = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(table.frame)))
    until = shown_until(table.seconds[starts], longest=longest_step)[position]
    rows = np.flatnonzero(leads >= 0)
    rows = rows[np.argsort(table.track[rows], kind="stable")]
    before, after = rows[:-1], rows[1:]
    shots = np.searchsorted(np.asarray(cuts, np.float64), table.seconds, side="right")
    apart = (
        (table.track[before] != table.track[after])
        | (position[after] - position[before] != 1)
        | (until[before] < table.seconds[after])
        | (shots[before] != shots[after])
    )
    found: list[Episode] = []
    for stretch in np.split(rows, np.flatnonzero(apart) + 1) if len(rows) else ():
        runs = _runs(leads[stretch], table.seconds[stretch], until[stretch], min_run)
        for first, last, lead in runs:
            theirs = stretch[first:last]
            found.append(
                Episode(
                    track=int(table.track[theirs[0]]),
                    expression=table.classes[lead],
                    start=float(table.seconds[theirs[0]]),
                    stop=float(until[theirs[-1]]),
                    frames=len(theirs),
                    mean=_mean(table.probabilities[theirs, lead]),
                )
            )
    return found


def _runs(
    leads: npt.NDArray[np.int64], seconds: Float64Array, until: Float64Array, min_run: float
) -> list[tuple[int, int, int]]:
    """Runs of equal classes in consecutive rows, the short ones joined: first row, row after the
    last, class.
    """
    bounds = [0, *(np.flatnonzero(np.diff(leads)) + 1).tolist(), len(leads)]
    first, stop = bounds[:-1], bounds[1:]
    lead = leads[first].tolist()
    n = len(first)
    left, right = [*range(-1, n - 1)], [*range(1, n), -1]

    def duration(run: int) -> float:
        return float(until[stop[run] - 1] - seconds[first[run]])

    def absorb(run: int, other: int) -> None:
        """Let a run take the rows of one beside it."""
        first[run], stop[run] = min(first[run], first[other]), max(stop[run], stop[other])
        left[run] = left[other] if left[run] == other else left[run]
        right[run] = right[other] if right[run] == other else right[run]
        for beside, links in ((left[run], right), (right[run], left)):
            if beside >= 0:
                links[beside] = run
        stop[other] = first[other]  # nothing is left of it

    short = [(duration(run), run) for run in range(n)]
    heapq.heapify(short)
    while short:
        length, run = heapq.heappop(short)
        beside = [one for one in (left[run], right[run]) if one >= 0]
        # One that has grown since, or is gone, is here a second time, or nothing.
        if stop[run] == first[run] or length != duration(run) or not beside:
            continue
        if length >= min_run - TIME_EPSILON:
            break
        longest = max(beside, key=duration)
        lead[run] = lead[longest]
        for other in beside:
            if lead[other] == lead[run]:
                absorb(run, other)
        heapq.heappush(short, (duration(run), run))
    return sorted((first[run], stop[run], lead[run]) for run in range(n) if stop[run] > first[run])


def _mean(probabilities: npt.NDArray[np.float32]) -> float:
    known = probabilities[~np.isnan(probabilities)]
    return float(known.mean(dtype=np.float64)) if len(known) else math.nan


def write_expressions(found: Sequence[Episode], path: Path) -> None:
    """Write expressions.csv: one row an episode, `track, expression, start, stop, frames, mean`.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    rows = (
        (
            str(one.track),
            one.expression,
            f"{one.start:.6f}",
            f"{one.stop:.6f}",
            str(one.frames),
            f"{one.mean:.6f}",
        )
        for one in found
    )
    write_csv(path, _COLUMNS, rows)


def read_expressions(path: Path, columns: Columns) -> list[Episode]:
    """Read expressions.csv of a folder of results, wherever it comes from.

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
        It is damaged, or not as `write_expressions` writes it; the message names the column.
    """
    return list(_read(path, columns))


def check_expressions(path: Path, columns: Columns) -> None:
    """Check expressions.csv as `read_expressions` reads it."""
    for _ in _read(path, columns):
        pass


def _read(path: Path, columns: Columns) -> Iterator[Episode]:
    expected = [
        Column("track", "int64", low=0),
        Column("expression", "string", values=columns.classes),
        Column("start", "float64"),
        Column("stop", "float64"),
        Column("frames", "int64", low=1),
        share("mean", "float64"),
    ]
    for part in read_csv(path, expected):
        for row in part.to_pylist():
            episode = Episode(**{**row, "expression": from_cell(row["expression"])})
            if episode.stop < episode.start:
                raise ValueError(f"stop: expected {episode.start} or later, got {episode.stop}")
            yield episode

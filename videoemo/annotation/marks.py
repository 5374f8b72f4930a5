"""What the results of a video say of each of its frames: boxes, tracks, expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.annotation.placed import Placed, place
from videoemo.tables.expressions import Episode, expressions_of
from videoemo.tables.faces import FaceTable

__all__ = ["Mark", "Marks", "in_shot", "shot_numbers"]

# Times of cuts are rounded so where they are written.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Mark:
    """What is drawn of a face in a frame.

    Parameters
    ----------
    box : float32 (4,)
        x1, y1, x2, y2 in px.
    track : int
        The number of its person.
    expression : str
        The one that is displayed; empty where it is not known.
    probabilities : float32 (c,)
        Of each class, NaN where they are not known.
    """

    box: npt.NDArray[np.float32]
    track: int
    expression: str
    probabilities: npt.NDArray[np.float32]


class Marks:
    """What is drawn in each frame of a video.

    In a sampled frame that is what the table says. In a frame that was not sampled a face stands on
    the line between its boxes in the sampled frames before and after; where it is in but one of
    them, it stays there up to halfway to the other. No box goes across a cut, nor across a pause.

    Parameters
    ----------
    table : FaceTable
        The faces, of n rows.
    seconds : float64 (n_frames,)
        The times of all frames of the video.
    episodes : sequence of Episode
        Of each person's expressions.
    probabilities : float32 (n, c)
        What bars show, in the rows of the table.
    cuts : sequence of float
        The times of the first frames of shots, ascending.
    longest_step : float
        In seconds: so long a step from one sampled frame to the next is a pause.
    """

    def __init__(
        self,
        table: FaceTable,
        seconds: npt.NDArray[np.float64],
        *,
        episodes: Sequence[Episode],
        probabilities: npt.NDArray[np.float32],
        cuts: Sequence[float],
        longest_step: float,
    ) -> None:
        found = np.flatnonzero(table.face >= 0)
        rows = found[np.lexsort((table.frame[found], table.track[found]))]
        self._probabilities = probabilities[rows]
        self._expressions = expressions_of(table.track[rows], table.seconds[rows], episodes)
        self.placed = _place(table, rows, seconds, shot_numbers(seconds, cuts), longest_step)

    def at(self, frame: int) -> list[Mark]:
        """The marks of one frame, the largest last."""
        here = self.placed.at(frame)
        size = here.boxes[:, 3] - here.boxes[:, 1]
        return [
            Mark(
                here.boxes[i],
                int(here.track[i]),
                self._expressions[here.sample[i]],
                self._probabilities[here.sample[i]],
            )
            for i in np.argsort(size, kind="stable").tolist()
        ]


def shot_numbers(seconds: npt.NDArray[np.float64], cuts: Sequence[float]) -> npt.NDArray[np.int64]:
    """The number of the shot of each frame, from 0.

    Parameters
    ----------
    seconds : float64 (n,)
        The times of the frames.
    cuts : sequence of float
        The times of the first frames of shots but the first, ascending.
    """
    given = np.asarray(cuts, np.float64)
    return np.searchsorted(given, seconds + _ROUNDING, side="right").astype(np.int64)


def in_shot(
    earliest: npt.NDArray[np.int64],
    latest: npt.NDArray[np.int64],
    shots: npt.NDArray[np.int64],
    frame: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First and last frames of stretches, drawn in to the shot of each stretch's own frame.

    Parameters
    ----------
    earliest, latest : int64 (m,)
        The first and last frame of each stretch.
    shots : int64 (n,)
        What `shot_numbers` gives.
    frame : int64 (m,)
        The frame that each stretch is about.
    """
    shot = shots[frame]
    return (
        np.maximum(earliest, np.searchsorted(shots, shot, side="left")),
        np.minimum(latest, np.searchsorted(shots, shot, side="right") - 1),
    )


def _place(
    table: FaceTable,
    rows: npt.NDArray[np.intp],
    seconds: npt.NDArray[np.float64],
    shots: npt.NDArray[np.int64],
    longest_step: float,
) -> Placed:
    sampled = table.frame[table.frame_starts()]
    frame, track = table.frame[rows], table.track[rows]
    corner, size = table.boxes[rows, :2], table.boxes[rows, 2:]
    position = np.searchsorted(sampled, frame)
    earliest, latest = _halfway(sampled, seconds, longest_step)
    earliest, latest = in_shot(earliest[position], latest[position], shots, frame)
    joined = np.zeros(len(rows), np.bool_)
    joined[:-1] = (
        (track[1:] == track[:-1])
        & (np.diff(position) == 1)
        & (shots[frame[1:]] == shots[frame[:-1]])
        & (np.diff(table.seconds[rows]) <= longest_step)
    )
    return place(
        frame,
        track,
        np.hstack([corner, corner + size]),
        seconds,
        joined=joined,
        earliest=earliest,
        latest=latest,
    )


def _halfway(
    sampled: npt.NDArray[np.int64], seconds: npt.NDArray[np.float64], longest_step: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The first and last frames that are nearer to a sampled one than to the one before or after
    it.
    """
    times = seconds[sampled]
    steps = np.minimum(np.diff(times), longest_step)
    usual = float(np.median(steps)) if len(steps) else 0.0
    since = times - np.append(usual, steps)[: len(times)] / 2
    until = times + np.append(steps, usual)[: len(times)] / 2
    first = np.searchsorted(seconds, since, side="right")
    last = np.searchsorted(seconds, until, side="right") - 1
    return np.minimum(first, sampled), np.maximum(last, sampled)

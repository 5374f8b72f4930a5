"""Moments of a video worth a look: the extremes of its group, who moves together, where nobody is
seen, cuts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from videoemo.group import ALPHA, Pair
from videoemo.results.record import damaged
from videoemo.results.video import VideoResults
from videoemo.tables.faces import FaceTable
from videoemo.util.arrays import Float64Array

__all__ = ["Moment", "moments"]

# So many of the longest stretches without a face are told, each at least so long in seconds.
MOST_GAPS, LEAST_GAP = 5, 1.0
# So many pairs are told, those most surely in step first.
MOST_PAIRS = 5

_EXTREMES: tuple[Literal["positive", "negative"], ...] = ("positive", "negative")

Kind = Literal["positive", "negative", "together", "nobody", "cut"]


@dataclass(frozen=True)
class Moment:
    """A time of a video to go to.

    Parameters
    ----------
    kind : {"positive", "negative", "together", "nobody", "cut"}
        Why: the group's valence is highest or lowest there; two persons move together from there
        on; no face is seen from there on; a shot begins.
    start, stop : float
        From when to when, in seconds; the same for a point in time.
    value : float or None
        The group's valence, or the correlation of the two persons.
    persons : tuple of int
        The two tracks; the one that leads, if one does, is the first.
    lag : float or None
        Seconds by which the second of them follows, where that is known.
    """

    kind: Kind
    start: float
    stop: float
    value: float | None = None
    persons: tuple[int, ...] = ()
    lag: float | None = None


def moments(video: VideoResults) -> list[Moment]:
    """Moments of a video, kind by kind.

    Parameters
    ----------
    video : VideoResults
        Its results.
    """
    return [
        *_extremes(video),
        *_pairs(video),
        *_gaps(video.table),
        *(Moment("cut", cut, cut) for cut in video.cuts),
    ]


def _extremes(video: VideoResults) -> Iterator[Moment]:
    """The extremes of the group's valence as summary.json has them; of one person they are those of
    this person.
    """
    group: Any = video.summary.get("group")
    for kind in _EXTREMES if group is not None else ():
        try:
            for one in group[f"most_{kind}"]:
                seconds, valence = one["seconds"], one["valence"]
                if not {type(seconds), type(valence)} <= {int, float}:
                    raise TypeError
                yield Moment(kind, seconds, seconds, valence)
        except (KeyError, TypeError) as exc:
            reason = f"summary.json: group.most_{kind}: expected seconds and valences"
            raise damaged(video.out, video.name, reason) from exc


def _pairs(video: VideoResults) -> Iterator[Moment]:
    """Those that beat the null; synchrony.csv has no times, so the first is given at which both
    are there.
    """
    found = [pair for pair in video.pairs if pair.p_corrected <= ALPHA]
    for pair in sorted(found, key=lambda pair: -abs(pair.correlation))[:MOST_PAIRS]:
        together = _together(video.table, pair)
        if not len(together):  # as where one of them was corrected away
            continue
        behind = pair.first if pair.leads == pair.second else pair.second
        ahead = pair.second if behind == pair.first else pair.first
        lag = None if pair.leads is None or pair.lag_seconds is None else abs(pair.lag_seconds)
        start, stop = together[[0, -1]].tolist()
        yield Moment("together", start, stop, pair.correlation, (ahead, behind), lag)


def _together(table: FaceTable, pair: Pair) -> Float64Array:
    """The times of the frames that show both persons."""
    first, second = (table.frame[table.track == one] for one in (pair.first, pair.second))
    return table.seconds[np.isin(table.frame, np.intersect1d(first, second))]


def _gaps(table: FaceTable) -> Iterator[Moment]:
    """The longest stretches without a face, in the order of time."""
    starts = table.frame_starts()
    seconds, empty = table.seconds[starts], table.face[starts] < 0
    begins = np.flatnonzero(empty & np.append(True, ~empty[:-1]))
    ends = np.flatnonzero(empty & np.append(~empty[1:], True))
    after = np.minimum(ends + 1, len(starts) - 1)
    lengths = seconds[after] - seconds[begins]
    chosen = np.sort(np.argsort(-lengths, kind="stable")[:MOST_GAPS])
    for i in chosen.tolist():
        if lengths[i] >= LEAST_GAP:
            yield Moment("nobody", float(seconds[begins[i]]), float(seconds[after[i]]))

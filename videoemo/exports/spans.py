"""Episodes in whole milliseconds of playing time, as players and annotation programs have them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from videoemo.labels import NEGATIVE, POSITIVE
from videoemo.results import VideoResults
from videoemo.results.clock import clock_origin
from videoemo.tables.expressions import Episode, by_track

__all__ = [
    "TONES",
    "Moment",
    "Row",
    "Span",
    "cut_row",
    "group_row",
    "moments",
    "person",
    "person_rows",
    "remarks_on",
]

# Of a group: what most of its persons display.
TONES = ("positive", "neutral", "negative")
_TONE = dict.fromkeys(POSITIVE, "positive") | dict.fromkeys(NEGATIVE, "negative")


@dataclass(frozen=True)
class Span:
    """Stretch of time in which something is displayed.

    Parameters
    ----------
    start, stop : int
        Milliseconds of playing time, from 0; `stop` is the later one.
    text : str
        What is displayed.
    """

    start: int
    stop: int
    text: str


@dataclass(frozen=True)
class Row:
    """Row of an annotation: of one person, of the group, or of the cuts.

    Parameters
    ----------
    name : str
        Its name.
    spans : tuple of Span
        In the order of time, without overlap.
    lost : int, default=0
        How many are left out: shorter than a millisecond, or before the playing time begins.
    """

    name: str
    spans: tuple[Span, ...]
    lost: int = 0


@dataclass(frozen=True)
class Moment:
    """Stretch of time in which nobody's expression changes.

    Parameters
    ----------
    start, stop : int
        Milliseconds of playing time.
    displayed : dict of str to str
        What is displayed, by the names of the rows, in their order.
    """

    start: int
    stop: int
    displayed: dict[str, str]


def person(track: int) -> str:
    """Name of a person in other programs."""
    return f"person {track}"


def person_rows(video: VideoResults, *, origin: float | None = None) -> list[Row]:
    """Rows of the persons of a video, by track.

    Parameters
    ----------
    video : VideoResults
        The video.
    origin : float or None
        The second of its clock from which playing time counts; None for `clock_origin`.
    """
    origin = clock_origin(video) if origin is None else origin
    tracks = by_track(video.episodes)
    return [_row(person(track), tracks[track], origin) for track in sorted(tracks)]


def group_row(video: VideoResults, persons: Sequence[Row]) -> Row:
    """Row of the group of a video, what most of its persons display: positive or negative where
    these are more than the others of either kind, else neutral; empty where there are not two
    persons, or where no class is known to be either.
    """
    cuts = {_milliseconds(cut, clock_origin(video)) for cut in video.cuts}
    spans: list[Span] = []
    toned = not _TONE.keys().isdisjoint(video.columns.classes)
    for moment in moments(persons) if toned and len(persons) > 1 else ():
        count = Counter(_TONE.get(one, "neutral") for one in moment.displayed.values())
        (tone, most), *others = count.most_common()
        text = "neutral" if others and others[0][1] == most else tone
        last = spans[-1] if spans else None
        goes_on = last is not None and (last.stop, last.text) == (moment.start, text)
        if last is not None and goes_on and moment.start not in cuts:
            spans[-1] = Span(last.start, moment.stop, text)
        else:
            spans.append(Span(moment.start, moment.stop, text))
    return Row("group", tuple(spans))


def cut_row(video: VideoResults) -> Row:
    """Row of the cuts of a video, each as long as a sampled frame is shown."""
    cuts, step = video.cuts, video.step
    shown = [
        Episode(-1, "cut", cut, min(cut + step, following), 1, 1.0)
        for cut, following in zip(cuts, (*cuts[1:], math.inf), strict=False)
    ]
    return _row("cuts", shown, clock_origin(video))


def moments(rows: Sequence[Row]) -> Iterator[Moment]:
    """Moments of several rows, in the order of time; none in which nothing is displayed."""
    changes: dict[int, list[tuple[int, str | None]]] = {}
    for i, one in enumerate(rows):
        for span in one.spans:
            # Where one span follows another the text of the later one stays.
            changes.setdefault(span.start, []).append((i, span.text))
            changes.setdefault(span.stop, []).insert(0, (i, None))
    times = sorted(changes)
    displayed: dict[int, str] = {}
    for start, stop in pairwise(times):
        for i, text in changes[start]:
            if text is None:
                displayed.pop(i, None)
            else:
                displayed[i] = text
        if displayed:
            yield Moment(start, stop, {rows[i].name: displayed[i] for i in sorted(displayed)})


def remarks_on(video: VideoResults, rows: Iterable[Row]) -> tuple[str, ...]:
    """What is to be said of the rows of a video: that they are empty, or what they leave out."""
    rows = list(rows)
    remarks = []
    if not (video.table.face >= 0).any():
        remarks.append("no face, and so no annotations")
    elif not video.step:
        remarks.append("one frame, which lasts no time, and so no annotations")
    elif any(one.lost for one in rows):
        remarks.append("episodes of less than a millisecond, or before its beginning, left out")
    if clock_origin(video):
        remarks.append(
            "its clock does not begin at 0: times count from its beginning, as in players"
        )
    return tuple(remarks)


def _row(name: str, episodes: Iterable[Episode], origin: float) -> Row:
    spans: list[Span] = []
    lost = 0
    for one in sorted(episodes, key=lambda one: one.start):
        # The times of a damaged file may go back, or begin before 0.
        earliest = spans[-1].stop if spans else 0
        start = max(_milliseconds(one.start, origin), earliest)
        stop = _milliseconds(one.stop, origin)
        if stop > start:
            spans.append(Span(start, stop, one.expression))
        else:
            lost += 1
    return Row(name, tuple(spans), lost)


def _milliseconds(seconds: float, origin: float) -> int:
    return round(1000 * (seconds - origin))

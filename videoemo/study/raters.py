"""What raters and videoemo say of the persons of a study, in the same terms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from videoemo.errors import InputError
from videoemo.labels import AFFECTNET_8
from videoemo.results import Results, VideoResults
from videoemo.results.clock import clock_origin, clock_start
from videoemo.study.codes import Code, Codes, read_codes
from videoemo.study.coding import Coding, Grid, Spans, joined, spans
from videoemo.study.units import Observation
from videoemo.tables.expressions import by_track
from videoemo.util.arrays import Float64Array
from videoemo.util.messages import brief, count_noun, first_names
from videoemo.util.text import printable

__all__ = ["OURS", "STEP", "Rated", "Ratings", "ratings"]

# What videoemo is called among raters.
OURS = "videoemo"
# Milliseconds of a cell of the grid on which raters are compared: below what people code to.
STEP = 100
_NEUTRAL = "neutral"


@dataclass(frozen=True)
class Rated:
    """What is said of one person in one video.

    Parameters
    ----------
    unit : str
        Whose person it is.
    grid : Grid
        Cells over the video.
    by : dict of str to Coding
        What each says who says something, `OURS` first.
    """

    unit: str
    grid: Grid
    by: dict[str, Coding]


@dataclass(frozen=True)
class Ratings:
    """What is said of all persons for whom there are codes.

    Parameters
    ----------
    rated : tuple of Rated
        A row a person a video.
    categories : tuple of str
        The expressions: the network's classes, then others that people know.
    raters : tuple of str
        The people who coded.
    silent : tuple of str
        Those of them who code no neutral: what they left uncoded counts as such.
    remarks : tuple of str
        What a reader has to know, a sentence each.
    """

    rated: tuple[Rated, ...]
    categories: tuple[str, ...]
    raters: tuple[str, ...]
    silent: tuple[str, ...]
    remarks: tuple[str, ...]


def ratings(results: Results, observations: Iterable[Observation]) -> Ratings:
    """What is said of the persons of a study by whoever coded them.

    Times are those of a player. Codes that name no expression are left out and counted, as are
    those beyond the end of a video.

    Parameters
    ----------
    results : Results
        Those of videoemo.
    observations : iterable of Observation
        Persons in videos; those without codes are left out.

    Raises
    ------
    InputError
        A file of codes cannot be read, or none of its codes names an expression; or a table of
        results is damaged.
    """
    classes = results.columns.classes
    others = (name for name in AFFECTNET_8 if name not in classes)
    reader = _Reader((*classes, *others), knows_neutral=_NEUTRAL in classes)
    rated = [
        reader.rated(replace(results.video(one.video)), one)  # a copy, which is not kept
        for one in observations
        if one.row.codes and one.track is not None
    ]
    raters = tuple(dict.fromkeys(name for one in rated for name in one.by if name != OURS))
    reader.check(rated)
    silent = tuple(name for name in raters if reader.is_silent(name))
    return Ratings(
        tuple(reader.filled(one, silent) for one in rated),
        reader.categories,
        raters,
        silent,
        tuple(reader.remarks()),
    )


@dataclass
class _Reader:
    """Reads codes, each file once, and counts what is left out."""

    categories: tuple[str, ...]
    knows_neutral: bool
    files: dict[Path, Codes] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    used: dict[str, set[str]] = field(default_factory=dict)
    late: Counter[str] = field(default_factory=Counter)
    uncoded: list[str] = field(default_factory=list)

    def rated(self, video: VideoResults, observation: Observation) -> Rated:
        """What is said of one person; what is not coded stays open."""
        grid = _grid(observation)
        by = {OURS: _ours(video, observation, self.categories)}
        names = (f"person {observation.track}", observation.unit)
        shift = round(1000 * (clock_start(video) - clock_origin(video)))
        found: dict[str, list[Code]] = {}
        for rater, path in observation.row.codes:
            codes = self._read(path)
            theirs = codes.of(video.name, names, rater=rater)
            if theirs is None or not (theirs or rater):
                self.uncoded.append(f"{names[0]} of {video.name} in {path.name}")
            elif not theirs:
                found.setdefault(printable(rater), [])
            for one in theirs or ():
                moved = shift if codes.from_file else 0
                timed = replace(one, start=one.start + moved, stop=one.stop + moved)
                found.setdefault(printable(one.rater), []).append(timed)
        for rater, coded in found.items():
            if rater == OURS:
                raise InputError(f"a rater is called {OURS}: give the rater another name")
            by[rater] = self._coding(rater, coded, grid, video.name)
        return Rated(observation.unit, grid, by)

    def is_silent(self, rater: str) -> bool:
        """Whether a rater codes expressions, but never neutral."""
        used = self.used.get(rater, set())
        return bool(used) and _NEUTRAL not in used and self.knows_neutral

    def check(self, rated: Iterable[Rated]) -> None:
        """Somebody says something of an expression, or of valence.

        Raises
        ------
        InputError
            Nobody does.
        """
        rows = [coding for one in rated for name, coding in one.by.items() if name != OURS]
        if self.files and not any(len(one.expressions) or len(one.valence) for one in rows):
            words = first_names(self.unknown) or "nothing"
            raise InputError(
                f"no code of {first_names(self.files)} names an expression, they say {words}: "
                f"expressions are {', '.join(self.categories)}"
            )

    def filled(self, given: Rated, silent: Sequence[str]) -> Rated:
        """The same, with neutral where a silent rater coded nothing."""
        neutral = self.categories.index(_NEUTRAL) if silent else -1
        by = {
            name: Coding(_filled(one.expressions, given.grid, neutral), one.valence)
            if name in silent
            else one
            for name, one in given.by.items()
        }
        return replace(given, by=by)

    def remarks(self) -> Iterable[str]:
        """What was left out, and why."""
        points = sum(one.points for one in self.files.values())
        if points:
            yield f"{count_noun(points, 'code')} without a duration left out"
        if self.unknown:
            words = first_names(f"{word} ({n:,})" for word, n in self.unknown.most_common())
            known = ", ".join(self.categories)
            yield f"codes that name no expression left out: {words}; expressions are {known}"
        for name, n in self.late.items():
            yield f"{count_noun(n, 'code')} of {brief(name)} beyond its end left out"
        if self.uncoded:
            yield f"not compared, since there are no codes: {first_names(self.uncoded)}"

    def _read(self, path: Path) -> Codes:
        if path not in self.files:
            self.files[path] = read_codes(path)
        return self.files[path]

    def _coding(self, rater: str, coded: Sequence[Code], grid: Grid, video: str) -> Coding:
        inside = [one for one in coded if one.start < grid.stop and one.stop >= grid.start]
        if len(inside) < len(coded):
            self.late[video] += len(coded) - len(inside)
        numbers = {name.casefold(): i for i, name in enumerate(self.categories)}
        expressions: list[tuple[int, int, float]] = []
        for one in inside:
            number = numbers.get(one.word.casefold())
            if number is not None:
                self.used.setdefault(rater, set()).add(self.categories[number])
                expressions.append((one.start, one.stop, number))
            elif one.word:
                self.unknown[printable(one.word)] += 1
        valence = [
            (one.start, one.stop, one.valence) for one in inside if not math.isnan(one.valence)
        ]
        return Coding(joined(spans(expressions, shortest=STEP)), spans(valence, shortest=STEP))


def _ours(video: VideoResults, observation: Observation, categories: Sequence[str]) -> Coding:
    """What videoemo says: the episodes, and the valence of each frame."""
    origin = clock_origin(video)
    assert observation.track is not None
    episodes = [
        (
            _milliseconds(one.start - origin),
            _milliseconds(one.stop - origin),
            categories.index(one.expression),
        )
        for one in by_track(video.episodes).get(observation.track, ())
    ]
    series = observation.series
    valence: list[tuple[int, int, float]] = []
    if "valence" in series.names:
        values = series.values[:, series.names.index("valence")].astype(np.float64)
        known = ~np.isnan(values)
        start, stop = (
            _in_milliseconds(one[known] + observation.onset)
            for one in (series.seconds, series.until)
        )
        valence = [*zip(start, stop, values[known].tolist(), strict=True)]
    return Coding(joined(spans(episodes, shortest=STEP)), spans(valence, shortest=STEP))


def _filled(given: Spans, grid: Grid, value: int) -> Spans:
    """Spans with others of a value wherever there are none."""
    rows = [*zip(given.start.tolist(), given.stop.tolist(), given.value.tolist(), strict=True)]
    gaps, at = [], grid.start
    for start, stop, _ in [*rows, (grid.stop, grid.stop, value)]:
        if start > at:
            gaps.append((at, start, float(value)))
        at = max(at, stop)
    return spans([*rows, *gaps], shortest=STEP)


def _grid(observation: Observation) -> Grid:
    """Cells from the first sampled frame to the end of the last."""
    series = observation.series
    start = _milliseconds(series.seconds[0] + observation.onset)
    stop = max(_milliseconds(series.until[-1] + observation.onset), start + STEP)
    first = start // STEP
    return Grid(first, -(-stop // STEP) - first, STEP)


def _in_milliseconds(seconds: Float64Array) -> list[int]:
    return [_milliseconds(one) for one in seconds.tolist()]


def _milliseconds(seconds: float) -> int:
    return round(1000 * seconds)

"""What the rows of a design ask for of one video."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from videoemo.results import VideoResults
from videoemo.results.clock import clock_origin
from videoemo.study.design import DesignRow, Of
from videoemo.study.series import Series, group_series, person_series
from videoemo.study.units import LeftOut, Observation
from videoemo.tables.expressions import Episode, by_track
from videoemo.util.messages import first_names

__all__ = ["Observer"]

# Seconds by which a time in expressions.csv may miss that of its frame.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Observer:
    """Observer of videos.

    Parameters
    ----------
    of : {"persons", "groups"}
        What is observed.
    min_coverage : float
        The least coverage, 0 to 1.
    baseline : tuple of (float, float) or None
        The seconds from the onset between which the baseline is taken.
    timed : bool
        Whether rows have onsets; else times count from the first sampled frame.
    """

    of: Of
    min_coverage: float
    baseline: tuple[float, float] | None
    timed: bool

    def observe(self, video: VideoResults, row: DesignRow) -> Iterator[Observation | LeftOut]:
        """Observe what a row of the design asks for, a person or several, or the group.

        Raises
        ------
        InputError
            Its tables are damaged, or there is none of groups.
        """
        tracks = _tracks(video, row)
        if isinstance(tracks, str):
            yield LeftOut(video.name, None, row.unit, tracks)
            return
        for track in [None] if self.of == "groups" else tracks:
            yield self._observe(video, row, track)

    def _observe(
        self, video: VideoResults, row: DesignRow, track: int | None
    ) -> Observation | LeftOut:
        origin = clock_origin(video)
        onset = row.onset if self.timed else float(video.table.seconds[0]) - origin
        if math.isnan(onset):
            return LeftOut(video.name, track, row.unit, "its onset is missing")
        zero = onset + origin
        series = (
            group_series(video, zero=zero)
            if track is None
            else person_series(video, track, zero=zero)
        )
        reason = self._too_little(series, onset)
        if reason:
            return LeftOut(video.name, track, row.unit, reason)
        theirs = [] if track is None else by_track(video.episodes).get(track, [])
        return Observation(
            unit=row.unit,
            condition=row.condition,
            within=row.within,
            video=video.name,
            track=track,
            onset=onset,
            coverage=series.coverage,
            seconds=float(series.until[-1]),
            row=row,
            series=series,
            episodes=tuple(_from_onset(theirs, series, zero)),
            baseline=None if self.baseline is None else series.mean(*self.baseline),
        )

    def _too_little(self, series: Series, onset: float) -> str:
        """Why a series does not count; empty where it does."""
        last = onset + float(series.seconds[-1])
        if series.seconds[-1] < 0:
            return f"its onset, {onset:g} s, is beyond its last frame, {last:g} s"
        seen = "the person is" if self.of == "persons" else "two persons or more are"
        if not series.coverage:
            return f"at no time from the onset on {seen} seen"
        if series.coverage < self.min_coverage:
            return (
                f"{seen} seen in {series.coverage:.1%} of the frames from the onset on, less than "
                f"min_coverage, {self.min_coverage:.1%}"
            )
        if self.baseline is not None and np.isnan(series.mean(*self.baseline)).all():
            start, stop = self.baseline
            return f"at no time of the baseline, {start:g} to {stop:g} s, {seen} seen"
        return ""


def _tracks(video: VideoResults, row: DesignRow) -> list[int] | str:
    """The persons whom a row asks for, or why there are none."""
    table = video.table
    persons, frames = np.unique(table.track[table.known_rows()], return_counts=True)
    if not len(persons):
        return "nobody is seen in it"
    if row.track == "each":
        return list(map(int, persons))
    if row.track == "longest":
        return [int(persons[frames.argmax()])]
    if row.track in persons:
        return [row.track]
    return f"it has no person {row.track}: tracks.csv has {first_names(persons)}"


def _from_onset(episodes: Iterable[Episode], series: Series, zero: float) -> Iterator[Episode]:
    """Episodes in seconds from the onset; of one that has begun before, what comes from it on."""
    for one in episodes:
        start, stop = one.start - zero, one.stop - zero
        if start >= -_ROUNDING:
            yield replace(one, start=max(start, 0.0), stop=max(stop, 0.0))
            continue
        rows = series.known & (series.seconds >= 0) & (series.seconds < stop - _ROUNDING)
        if rows.any():
            mean = float(series.values[rows, series.names.index(one.expression)].mean())
            yield replace(one, start=0.0, stop=stop, frames=int(rows.sum()), mean=mean)

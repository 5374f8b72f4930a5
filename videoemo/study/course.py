"""Courses: what each unit displays over time, on one even grid from the onset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from videoemo.records import check_shapes
from videoemo.study.units import Observation
from videoemo.tables.cells import cell_means, in_cells
from videoemo.util.arrays import Float64Array

__all__ = ["Courses", "courses"]

# Units of which a condition has to know something, for a time to be on the grid.
_LEAST_UNITS = 2


@dataclass(frozen=True)
class Courses:
    """Courses of n units on one grid of time.

    Parameters
    ----------
    seconds : float64 (t,)
        When each cell begins, from the onset; evenly spaced.
    names : tuple of str
        c names: the classes, then `valence` where it is known; or those of groups.
    values : float64 (n, t, c)
        The means within each cell; NaN where nothing is known.
    units, conditions : tuple of str
        n of each; no two rows have both in common.
    """

    seconds: Float64Array
    names: tuple[str, ...]
    values: Float64Array
    units: tuple[str, ...]
    conditions: tuple[str, ...]

    def __post_init__(self) -> None:
        n = len(self.units)
        check_shapes(self, {"values": (n, len(self.seconds), len(self.names))})
        if len(self.conditions) != n or len(set(self._rows())) != n:
            raise ValueError("Courses: expected one row a unit and condition")

    def _rows(self) -> Iterator[tuple[str, str]]:
        return zip(self.units, self.conditions, strict=False)


@dataclass(frozen=True)
class _Cells:
    """The cells of one observation: the first one, 0 for that which begins at the onset, and the
    values of each from it on, float64 (m, c).
    """

    first: int
    values: Float64Array

    @property
    def stop(self) -> int:
        return self.first + len(self.values)


def courses(observations: Sequence[Observation], *, step: float) -> Courses:
    """Means of cells of time that begin at the onset, for each unit in each condition.

    A face counts in a cell for as long as its frame is shown in it. A gap of at most `track_gap`,
    for which a person is waited for, is filled evenly from one side to the other; a longer one, and
    what comes before the first and after the last face, is not known. Of several videos of a unit
    in a condition, or of several persons in one, the mean is taken, each counting the same. The
    grid goes from the first cell of which every condition knows two units or more to the last one.

    Parameters
    ----------
    observations : sequence of Observation
        One or more, see `observe`.
    step : float
        The length of a cell in seconds, above 0.

    Returns
    -------
    Courses
        In the order in which units and conditions are first observed.
    """
    rows: dict[tuple[str, str], list[_Cells]] = {}
    for one in observations:
        rows.setdefault((one.unit, one.condition), []).append(_cells(one, step))
    conditions = tuple(condition for _, condition in rows)
    start, stop = _grid(list(rows.values()), conditions)
    names = observations[0].series.names
    values = np.full((len(rows), stop - start, len(names)), np.nan)
    for place, theirs in enumerate(rows.values()):
        values[place] = _mean([_part(one, start, stop) for one in theirs])
    return Courses(
        seconds=np.arange(start, stop, dtype=np.float64) * step,
        names=names,
        values=values,
        units=tuple(unit for unit, _ in rows),
        conditions=conditions,
    )


def _cells(one: Observation, step: float) -> _Cells:
    series = one.series
    known = series.known
    seconds, until = series.seconds[known], series.until[known]
    if len(series.seconds) == 1:
        until = seconds + step  # a picture fills one cell
    begins, ends = in_cells(seconds, 1 / step), in_cells(until, 1 / step)
    shown = ends > begins
    if not shown.any():
        return _Cells(0, np.empty((0, len(series.names))))
    first, values = cell_means(begins[shown], ends[shown], series.values[known][shown])
    if one.baseline is not None:
        values -= one.baseline
    return _Cells(first, _filled(values, int(series.longest / step + 1e-6)))


def _filled(values: Float64Array, most: int) -> Float64Array:
    """Values with gaps of at most so many cells filled evenly; the first and the last are known."""
    unknown = np.isnan(values).all(axis=1)
    edges = np.flatnonzero(np.diff(unknown, prepend=False, append=False))
    for start, stop in edges.reshape(-1, 2).tolist():
        if stop - start <= most:
            shares = np.arange(1, stop - start + 1)[:, None] / (stop - start + 1)
            before, after = values[start - 1], values[stop]
            values[start:stop] = before + shares * (after - before)
    return values


def _grid(rows: Sequence[Sequence[_Cells]], conditions: Sequence[str]) -> tuple[int, int]:
    """The first cell of which every condition knows two units, and the cell after the last one;
    equal where there is none.
    """
    some = [one for theirs in rows for one in theirs if len(one.values)]
    low, high = (
        min((one.first for one in some), default=0),
        max((one.stop for one in some), default=0),
    )
    units = {name: np.zeros(high - low, np.int64) for name in conditions}
    for theirs, condition in zip(rows, conditions, strict=True):
        parts = (~np.isnan(_part(one, low, high)).all(axis=1) for one in theirs)
        units[condition] += np.any(list(parts), axis=0)
    enough = np.flatnonzero(np.min(list(units.values()), axis=0) >= _LEAST_UNITS)
    return (low + int(enough[0]), low + int(enough[-1]) + 1) if len(enough) else (0, 0)


def _part(one: _Cells, start: int, stop: int) -> Float64Array:
    """The cells from one to before another, NaN where there is none."""
    part = np.full((stop - start, one.values.shape[1]), np.nan)
    first, last = max(start, one.first), min(stop, one.stop)
    if last > first:
        part[first - start : last - start] = one.values[first - one.first : last - one.first]
    return part


def _mean(parts: Sequence[Float64Array]) -> Float64Array:
    """The mean of what is known; NaN where nothing is."""
    known = np.sum([~np.isnan(part) for part in parts], axis=0)
    total = np.sum([np.nan_to_num(part) for part in parts], axis=0)
    return np.where(known > 0, total / np.maximum(known, 1), np.nan)

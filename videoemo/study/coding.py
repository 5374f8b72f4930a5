"""What a rater says of one person, or videoemo does: stretches of time, and the same on a grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from videoemo.records import check_shapes
from videoemo.util.arrays import Float64Array, Int64Array

__all__ = ["Coding", "Grid", "Spans", "events", "joined", "spans"]


@dataclass(frozen=True)
class Spans:
    """Stretches of time, half-open, with a value each.

    Parameters
    ----------
    start, stop : int64 (n,)
        Milliseconds; `stop` is the later one.
    value : float64 (n,)
        The number of a category, or a valence.
    """

    start: Int64Array
    stop: Int64Array
    value: Float64Array

    def __post_init__(self) -> None:
        check_shapes(self, dict.fromkeys(("start", "stop", "value"), self.start.shape))

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True)
class Coding:
    """What one rater says of one person.

    Parameters
    ----------
    expressions : Spans
        What is displayed, by categories; see `joined`.
    valence : Spans
        How pleasant it is, -1 to 1.
    """

    expressions: Spans
    valence: Spans


@dataclass(frozen=True)
class Grid:
    """Cells of equal length over a video.

    Parameters
    ----------
    first : int
        The number of the first cell, counting from time 0.
    n : int
        How many cells there are.
    step : int
        Milliseconds of a cell.
    """

    first: int
    n: int
    step: int

    @property
    def start(self) -> int:
        """Milliseconds at which it begins."""
        return self.first * self.step

    @property
    def stop(self) -> int:
        """Milliseconds at which it ends."""
        return (self.first + self.n) * self.step

    def category(self, given: Spans, n_categories: int) -> Float64Array:
        """The category of each cell, (n,): the one that has most of it, and of those that have the
        same the first; NaN in a cell that has none, or in which two are displayed at once.
        """
        span, cell, shown = self._shown(given)
        of = cell * n_categories + given.value[span].astype(np.int64)
        amount = np.bincount(of, shown, minlength=self.n * n_categories)
        amount = amount.reshape(self.n, n_categories)
        several = amount.sum(axis=1) > self.step
        known = amount.any(axis=1) & ~several
        return np.where(known, amount.argmax(axis=1), np.nan)

    def mean(self, given: Spans) -> Float64Array:
        """The mean value of each cell over time, (n,); NaN in a cell that has none."""
        span, cell, shown = self._shown(given)
        weight = np.bincount(cell, shown, minlength=self.n)
        total = np.bincount(cell, shown * given.value[span], minlength=self.n)
        return np.where(weight > 0, total / np.where(weight > 0, weight, 1), np.nan)

    def _shown(self, given: Spans) -> tuple[Int64Array, Int64Array, Int64Array]:
        """Each cell that each span is in: which span, which cell from the first, milliseconds."""
        start = np.clip(given.start - self.start, 0, self.n * self.step)
        stop = np.clip(given.stop - self.start, 0, self.n * self.step)
        first = start // self.step
        cells = np.where(stop > start, -(-stop // self.step) - first, 0)
        span = np.repeat(np.arange(len(given)), cells)
        cell = np.arange(len(span)) - np.repeat(np.cumsum(cells) - cells, cells) + first[span]
        ends = np.minimum(stop[span], (cell + 1) * self.step)
        return span, cell, ends - np.maximum(start[span], cell * self.step)


def spans(given: Iterable[tuple[int, int, float]], *, shortest: int) -> Spans:
    """Spans from their starts, stops and values, in the order of time; one of no length, as of a
    picture, lasts `shortest` milliseconds.
    """
    rows = sorted(
        (start, stop if stop > start else start + shortest, value) for start, stop, value in given
    )
    start, stop, value = zip(*rows, strict=True) if rows else ((), (), ())
    return Spans(np.array(start, np.int64), np.array(stop, np.int64), np.array(value, np.float64))


def joined(given: Spans) -> Spans:
    """Spans of which those of one value that touch, or miss by a millisecond, are one."""
    rows: list[list[float]] = []
    for i in np.lexsort([given.start, given.value]).tolist():
        start, stop, value = given.start[i], given.stop[i], given.value[i]
        if rows and rows[-1][2] == value and start <= rows[-1][1] + 1:
            rows[-1][1] = max(rows[-1][1], stop)
        else:
            rows.append([start, stop, value])
    return spans(((int(one[0]), int(one[1]), one[2]) for one in rows), shortest=1)


def events(given: Spans, other: Spans, category: int) -> Int64Array:
    """The spans of a category of which the other one says something for half of their time or more,
    int64 (m, 2).
    """
    at = np.flatnonzero(given.value == category)
    start, stop = given.start[at, None], given.stop[at, None]  # (m, 1)
    common = np.clip(np.minimum(stop, other.stop) - np.maximum(start, other.start), 0, None)
    kept = 2 * common.sum(axis=1) >= (stop - start)[:, 0]
    return np.asarray(np.column_stack([given.start[at], given.stop[at]])[kept])

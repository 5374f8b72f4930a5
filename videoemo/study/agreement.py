"""Agreement of two raters, or of one and videoemo, over the units of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.metrics.agreement import alpha, alpha_sums, gram, icc, kappa
from videoemo.metrics.bootstrap import Estimate
from videoemo.metrics.events import matched_events, precision_recall
from videoemo.study.coding import Coding, Grid, events
from videoemo.study.raters import OURS, Rated, Ratings
from videoemo.util.arrays import Float64Array

__all__ = ["ALL", "OVERLAP", "Agreement", "agreement", "joint_agreement"]

# Gives a figure of sums, and its interval over units.
Estimated = Callable[[Callable[[Float64Array], npt.ArrayLike], Float64Array], Estimate]

# Of two events of one expression, from which intersection over union on they are the same.
OVERLAP = 0.5
# In the place of two raters, where there are more.
ALL = "all raters"


@dataclass(frozen=True)
class Agreement:
    """A figure of agreement, with its interval over units.

    Parameters
    ----------
    measure : str
        `kappa` and `alpha` of expressions, `icc_valence` and `alpha_valence`; `precision` and
        `recall` of the events of an expression; `confusion`, the share of what was coded as one
        expression that was found as another.
    coded_by, found_by : str
        The two who are compared, `videoemo` as the second; or `all raters`, and nothing.
    coded, found : str
        The expressions; empty where it is of all.
    value, low, high : float
        NaN where it is not defined.
    units : int
        Of how many.
    n : int
        How many cells of the grid, or events, it is of.
    """

    measure: str
    coded_by: str
    found_by: str
    coded: str
    found: str
    value: float
    low: float
    high: float
    units: int
    n: int


@dataclass(frozen=True)
class _Sums:
    """Sums over the cells and events of each unit, the first axis; of units that have some."""

    confusion: Float64Array  # (units, c, c)
    alpha: Float64Array  # (units, 3 + c)
    valence: Float64Array  # (units, 3, 3)
    valence_alpha: Float64Array  # (units, 4)
    events: Float64Array  # (units, c, 3)


def agreement(given: Ratings, pair: tuple[str, str], estimated: Estimated) -> Iterator[Agreement]:
    """Agreement of two raters: nothing of what they do not both give.

    Parameters
    ----------
    given : Ratings
        What is said of all persons.
    pair : tuple of (str, str)
        Who coded, and who found.
    estimated : callable
        Gives a figure of sums, (...), and its interval, from the sums of each unit, (units, ...).
    """
    sums = _sums(given, pair)
    if len(sums.confusion):
        cells = int(sums.confusion.sum())
        yield _row("kappa", pair, estimated(kappa, sums.confusion), len(sums.confusion), cells)
        yield _row("alpha", pair, estimated(alpha, sums.alpha), len(sums.alpha), cells)
    if len(sums.valence):
        cells, units = int(sums.valence[:, 0, 0].sum()), len(sums.valence)
        yield _row("icc_valence", pair, estimated(icc, sums.valence), units, cells)
        yield _row("alpha_valence", pair, estimated(alpha, sums.valence_alpha), units, cells)
    if len(sums.events):
        yield from _of_events(pair, sums.events, given.categories, estimated)
    if len(sums.confusion):
        yield from _of_confusion(pair, sums.confusion, given.categories, estimated)


def joint_agreement(given: Ratings, estimated: Estimated) -> Iterator[Agreement]:
    """Krippendorff's alpha of all people who coded, together; parameters as in `agreement`."""
    nominal: dict[str, Float64Array] = {}
    interval: dict[str, Float64Array] = {}
    c = len(given.categories)
    for one in given.rated:
        people = [coding for name, coding in one.by.items() if name != OURS]
        if people:
            categories, valence = _on_grid(one.grid, people, c)
            _add(nominal, one.unit, alpha_sums(categories, categories=c))
            _add(interval, one.unit, alpha_sums(valence, categories=None))
    for measure, sums in (("alpha", nominal), ("alpha_valence", interval)):
        rated = [one for one in sums.values() if one.any()]
        if rated:
            of = np.array(rated)
            yield _row(measure, (ALL, ""), estimated(alpha, of), len(of), int(of[:, 0].sum()))


def _sums(given: Ratings, pair: tuple[str, str]) -> _Sums:
    c = len(given.categories)
    names = ("confusion", "alpha", "valence", "valence_alpha", "events")
    shapes = ((c, c), (3 + c,), (3, 3), (4,), (c, 3))
    of_unit: dict[str, dict[str, Float64Array]] = {name: {} for name in names}
    for one in given.rated:
        if pair[0] in one.by and pair[1] in one.by:
            for name, sums in zip(names, _of_person(one, pair, c), strict=True):
                _add(of_unit[name], one.unit, sums)
    return _Sums(
        **{
            name: np.array([one for one in of_unit[name].values() if one.any()]).reshape(-1, *shape)
            for name, shape in zip(names, shapes, strict=True)
        }
    )


def _of_person(one: Rated, pair: tuple[str, str], c: int) -> tuple[Float64Array, ...]:
    """Sums over one person in one video, in the order of `_Sums`."""
    codings = [one.by[name] for name in pair]
    categories, valence = _on_grid(one.grid, codings, c)
    first, second = categories[:, ~np.isnan(categories).any(axis=0)].astype(np.int64)
    confusion = np.bincount(first * c + second, minlength=c * c).reshape(c, c)
    spans = [coding.expressions for coding in codings]
    counts = np.zeros((c, 3))
    for category in range(c):
        coded = events(spans[0], spans[1], category)
        found = events(spans[1], spans[0], category)
        matched = matched_events(coded, found, overlap=OVERLAP)
        counts[category] = matched, len(coded), len(found)
    return (
        confusion.astype(np.float64),
        alpha_sums(categories, categories=c),
        gram(valence.T),
        alpha_sums(valence, categories=None),
        counts,
    )


def _on_grid(grid: Grid, codings: Sequence[Coding], c: int) -> tuple[Float64Array, Float64Array]:
    """The category and the valence of each cell by each, (codings, n)."""
    categories = [grid.category(one.expressions, c) for one in codings]
    return np.array(categories), np.array([grid.mean(one.valence) for one in codings])


def _add(sums: dict[str, Float64Array], unit: str, more: Float64Array) -> None:
    sums[unit] = sums[unit] + more if unit in sums else more


def _of_events(
    pair: tuple[str, str], sums: Float64Array, expressions: Sequence[str], estimated: Estimated
) -> Iterator[Agreement]:
    of = estimated(precision_recall, sums)
    _, coded, found = sums.sum(axis=0).astype(np.int64).T.tolist()
    for at, name in enumerate(expressions):
        if found[at]:
            part = _at(of, (at, 0))
            yield _row("precision", pair, part, len(sums), found[at], found=name)
        if coded[at]:
            part = _at(of, (at, 1))
            yield _row("recall", pair, part, len(sums), coded[at], coded=name)


def _of_confusion(
    pair: tuple[str, str], sums: Float64Array, expressions: Sequence[str], estimated: Estimated
) -> Iterator[Agreement]:
    of, counts = estimated(_shares, sums), sums.sum(axis=0)
    given = np.flatnonzero(counts.any(axis=0) | counts.any(axis=1)).tolist()
    for i in given:
        n = int(counts[i].sum())
        for j in given if n else ():
            names = {"coded": expressions[i], "found": expressions[j]}
            yield _row("confusion", pair, _at(of, (i, j)), len(sums), n, **names)


def _shares(counts: Float64Array) -> Float64Array:
    """Of each row, (c, c); NaN in an empty one."""
    n = counts.sum(axis=1, keepdims=True)
    shares = np.full(counts.shape, np.nan)
    return np.asarray(np.divide(counts, n, out=shares, where=n > 0))


def _at(of: Estimate, place: tuple[int, int]) -> Estimate:
    return Estimate(of.value[place], of.low[place], of.high[place])


def _row(
    measure: str,
    pair: tuple[str, str],
    of: Estimate,
    units: int,
    n: int,
    *,
    coded: str = "",
    found: str = "",
) -> Agreement:
    value, low, high = (float(part) for part in (of.value, of.low, of.high))
    return Agreement(measure, *pair, coded, found, value, low, high, units, n)

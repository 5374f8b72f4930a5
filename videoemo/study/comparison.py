"""Conditions compared: each measure, and the course over time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from videoemo.config.comparing import Statistics
from videoemo.metrics.bootstrap import Estimate
from videoemo.metrics.clusters import permutation_clusters
from videoemo.metrics.effects import cliffs_delta, hedges_g
from videoemo.metrics.holm import holm
from videoemo.metrics.permutation import permutation_p
from videoemo.metrics.power import units_needed
from videoemo.metrics.unit_bootstrap import difference_estimate, mean_estimate
from videoemo.metrics.units import differing, known_units
from videoemo.records import check_shapes
from videoemo.study.course import Courses
from videoemo.study.measures import Measures
from videoemo.util.arrays import Float64Array, Int64Array

__all__ = [
    "Bands",
    "Comparison",
    "CourseDifference",
    "compare_courses",
    "compare_measures",
    "course_bands",
    "pairs",
]

# Fewer units than this on a side, and nothing is known of how units differ.
LEAST_UNITS = 2


@dataclass(frozen=True)
class Comparison:
    """A measure in two conditions.

    Parameters
    ----------
    measure : str
        Its name.
    a, b : str
        The conditions, the one that comes first in the design first.
    n_a, n_b : int
        The units of which it is known; of pairs the same number, the pairs.
    mean_a, low_a, high_a, mean_b, low_b, high_b : float
        The mean over these units with its interval.
    difference, low, high : float
        The mean of b less that of a, with its interval.
    hedges_g, cliffs_delta : float
        Sizes of the difference, see `metrics.effects`; NaN where nothing was tested.
    p, p_holm : float
        Of the permutation test; and corrected for all tests of the comparison (Holm 1979). NaN
        where nothing was tested.
    units_needed : int or None
        How many units in each condition, or pairs, find a difference of this size with the power
        that is asked for; None where that cannot be said.
    note : str, default=""
        Why there is no test; empty where there is one.
    """

    measure: str
    a: str
    b: str
    n_a: int
    n_b: int
    mean_a: float
    low_a: float
    high_a: float
    mean_b: float
    low_b: float
    high_b: float
    difference: float
    low: float
    high: float
    hedges_g: float = math.nan
    cliffs_delta: float = math.nan
    p: float = math.nan
    p_holm: float = math.nan
    units_needed: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Bands:
    """Mean courses of k conditions, with bands.

    Parameters
    ----------
    seconds : float64 (t,)
        When each cell of time begins, from the onset.
    names : tuple of str
        c expressions, and valence where it is known.
    conditions : tuple of str
        k names, in the order of the design.
    units : tuple of int
        How many units each condition has.
    n : int64 (k, t)
        Of how many of them something is known at a time.
    mean, low, high : float64 (k, t, c)
        NaN where too few are.
    """

    seconds: Float64Array
    names: tuple[str, ...]
    conditions: tuple[str, ...]
    units: tuple[int, ...]
    n: Int64Array
    mean: Float64Array
    low: Float64Array
    high: Float64Array

    def __post_init__(self) -> None:
        k, t, c = len(self.conditions), len(self.seconds), len(self.names)
        values = dict.fromkeys(("mean", "low", "high"), (k, t, c))
        check_shapes(self, {"n": (k, t), **values})


@dataclass(frozen=True)
class CourseDifference:
    """A stretch of time in which two conditions differ more than neighbouring times do by chance.

    Parameters
    ----------
    a, b : str
        The conditions.
    name : str
        The expression, or valence.
    start, stop : float
        Seconds from the onset, half-open.
    mass : float
        The sum of t over the cluster: positive where b is higher.
    p : float
        Of the cluster, among all times and expressions of these two conditions.
    p_holm : float
        Corrected for the number of pairs of conditions, too.
    """

    a: str
    b: str
    name: str
    start: float
    stop: float
    mass: float
    p: float
    p_holm: float


def pairs(conditions: Sequence[str]) -> list[tuple[str, str]]:
    """Every two conditions, in their order."""
    return list(combinations(conditions, 2))


def compare_measures(
    measures: Measures, conditions: Sequence[str], *, paired: bool, settings: Statistics
) -> list[Comparison]:
    """Compare every measure between every two conditions.

    Parameters
    ----------
    measures : Measures
        A row a unit a condition.
    conditions : sequence of str
        In the order of the design.
    paired : bool
        Whether the same units are in all conditions; then those count that are in both.
    settings : Statistics
        Of tests and intervals.

    Returns
    -------
    list of Comparison
        Measure by measure; `p_holm` holds for all of them together.
    """
    of_pairs = [
        _compare(measures, pair, paired=paired, settings=settings) for pair in pairs(conditions)
    ]
    found = [one for of_measure in zip(*of_pairs, strict=True) for one in of_measure]
    corrected = holm([one.p for one in found]).tolist()
    return [replace(one, p_holm=p) for one, p in zip(found, corrected, strict=True)]


def _compare(
    measures: Measures, pair: tuple[str, str], *, paired: bool, settings: Statistics
) -> Iterator[Comparison]:
    """All measures between two conditions, each without correction."""
    a, b = (measures.values[rows] for rows in _rows(measures, pair, paired=paired))
    if paired:
        unknown = np.isnan(a) | np.isnan(b)
        a, b = (np.where(unknown, np.nan, side) for side in (a, b))
    drawn: dict[str, Any] = {
        "resamples": settings.resamples,
        "seed": settings.seed,
        "level": 1 - settings.level,
    }
    # All at once: each draw of units serves every measure.
    of_a, of_b = (_numbers(mean_estimate(side, **drawn)) for side in (a, b))
    difference = _numbers(difference_estimate(b, a, paired=paired, **drawn))
    for column, name in enumerate(measures.names):
        n_a, n_b = (~np.isnan(a[:, column])).sum(), (~np.isnan(b[:, column])).sum()
        one = Comparison(
            name, *pair, int(n_a), int(n_b), *of_a[column], *of_b[column], *difference[column]
        )
        yield _tested(one, a[:, column], b[:, column], paired=paired, settings=settings)


def _numbers(found: Estimate) -> list[tuple[float, float, float]]:
    """The value and the ends of its interval, of each measure."""
    ends = (found.value.tolist(), found.low.tolist(), found.high.tolist())
    return list(zip(*ends, strict=True))


def _tested(
    one: Comparison, a: Float64Array, b: Float64Array, *, paired: bool, settings: Statistics
) -> Comparison:
    """A comparison with its test and sizes, or with why there are none."""
    a, b = known_units(a, b, paired=paired)
    note = _why_not(a, b, paired=paired)
    if note:
        return replace(one, note=note)
    return replace(
        one,
        hedges_g=hedges_g(b, a, paired=paired),
        cliffs_delta=cliffs_delta(b, a, paired=paired),
        p=permutation_p(
            b, a, paired=paired, permutations=settings.permutations, seed=settings.seed
        ),
        units_needed=units_needed(b, a, paired=paired, power=settings.power, level=settings.level),
    )


def _why_not(a: Float64Array, b: Float64Array, *, paired: bool) -> str:
    """Why two sides are not tested; empty where they are."""
    if min(len(a), len(b)) < LEAST_UNITS:
        what = "pairs of values" if paired else "units with a value in each condition"
        return f"not tested: fewer than {LEAST_UNITS} {what}"
    if not differing(np.concatenate([a, b])):
        return "not tested: the same in all units"
    if paired:
        varies = differing(b - a)
        return "" if varies else "not tested: the difference is the same in all pairs"
    if not (differing(a) or differing(b)):
        return "not tested: the same in all units of each condition"
    return ""


def course_bands(courses: Courses, conditions: Sequence[str], *, settings: Statistics) -> Bands:
    """Mean course of each condition over its units, with a band of intervals, each of one time.

    Parameters
    ----------
    courses : Courses
        A row a unit a condition.
    conditions : sequence of str
        In the order of the design.
    settings : Statistics
        Of intervals.
    """
    of_each = [courses.values[np.array(courses.conditions) == name] for name in conditions]
    found = [
        mean_estimate(
            values, resamples=settings.resamples, seed=settings.seed, level=1 - settings.level
        )
        for values in of_each
    ]
    return Bands(
        courses.seconds,
        courses.names,
        tuple(conditions),
        tuple(map(len, of_each)),
        np.array([(~np.isnan(values).any(axis=2)).sum(axis=0) for values in of_each], np.int64),
        *(np.array([getattr(one, end) for one in found]) for end in ("value", "low", "high")),
    )


def compare_courses(
    courses: Courses, conditions: Sequence[str], *, paired: bool, settings: Statistics
) -> list[CourseDifference]:
    """Find when every two conditions differ, by cluster-based permutation tests.

    All expressions of two conditions are in one test (Maris and Oostenveld 2007). Of more than two
    conditions the pairs are corrected by Holm's method, each by its smallest p.

    Parameters
    ----------
    courses, conditions, paired, settings : Courses, sequence of str, bool, Statistics
        As for `compare_measures`.

    Returns
    -------
    list of CourseDifference
        All clusters, those that may be chance too, pair by pair.
    """
    step = float(np.median(np.diff(courses.seconds)))
    found: list[list[CourseDifference]] = []
    for pair in pairs(conditions):
        a, b = (courses.values[rows] for rows in _rows(courses, pair, paired=paired))
        clusters = permutation_clusters(
            b,
            a,
            paired=paired,
            level=settings.level,
            permutations=settings.permutations,
            seed=settings.seed,
        )
        found.append(
            [
                CourseDifference(
                    *pair,
                    courses.names[one.column],
                    float(courses.seconds[one.start]),
                    float(courses.seconds[one.stop - 1]) + step,
                    one.mass,
                    one.p,
                    np.nan,
                )
                for one in clusters
            ]
        )
    return list(_corrected(found))


def _corrected(found: Sequence[list[CourseDifference]]) -> Iterator[CourseDifference]:
    """The clusters with the p of each corrected as that of its pair is by Holm's method."""
    least = [min((one.p for one in clusters), default=1.0) for clusters in found]
    order = np.argsort(least, kind="stable").tolist()
    for at, clusters in enumerate(found):
        rank = order.index(at)
        # Those before it are rejected first, or neither is this one.
        before = max(((len(found) - i) * least[order[i]] for i in range(rank)), default=0.0)
        for one in clusters:
            p = max(before, (len(found) - rank) * one.p)
            yield replace(one, p_holm=min(p, 1.0))


def _rows(
    values: Measures | Courses, pair: tuple[str, str], *, paired: bool
) -> tuple[Int64Array, Int64Array]:
    """The rows of two conditions; where units are paired, of those in both, in the same order."""
    of_each = [
        {unit: row for row, unit in enumerate(values.units) if values.conditions[row] == condition}
        for condition in pair
    ]
    a, b = of_each
    if paired:
        both = [unit for unit in a if unit in b]
        a, b = ({unit: one[unit] for unit in both} for one in of_each)
    return np.array([*a.values()], np.int64), np.array([*b.values()], np.int64)

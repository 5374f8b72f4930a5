"""The figures of a study: its courses and its measures, for print and for a page."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from videoemo.metrics.unit_bootstrap import mean_estimate
from videoemo.metrics.units import differing
from videoemo.plots import (
    MOST_CLASSES,
    CoursePanel,
    Mark,
    MeasurePanel,
    colours,
    course_figure,
    measures_figure,
)
from videoemo.study.comparison import Bands
from videoemo.study.names import Kind, named
from videoemo.study.record import Study
from videoemo.util.arrays import Float64Array

__all__ = [
    "course_note",
    "course_parts",
    "labels",
    "measure_parts",
    "measures_note",
    "write_figures",
]

# Of a course in a figure.
_MOST_TIMES = 400
_SUFFIXES = (".png", ".svg")


def write_figures(study: Study, folder: Path) -> None:
    """Write measures.png and .svg and, where there is a course, course.png and .svg.

    Parameters
    ----------
    study : Study
        The study.
    folder : Path
        Where.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    shown = labels(study)
    parts = measure_parts(study)
    if parts:
        paths = [folder / f"measures{suffix}" for suffix in _SUFFIXES]
        measures_figure(paths, parts, labels=shown, note=measures_note(study))
    if study.bands is not None:
        paths = [folder / f"course{suffix}" for suffix in _SUFFIXES]
        course_figure(paths, course_parts(study), labels=shown, note=course_note(study))


def labels(study: Study) -> list[str]:
    """What each condition is called, with its number of units."""
    return [f"{name} (n = {n:,})" for name, n in study.units.items()]


def course_parts(study: Study) -> list[CoursePanel]:
    """A panel an expression, and one of valence where it is known."""
    bands = study.bands
    if bands is None:
        return []
    bands = _thinned(bands)
    middles = bands.seconds + float(np.median(np.diff(bands.seconds))) / 2
    classes = study.results.columns.classes
    own = study.of == "persons" and len(classes) <= MOST_CLASSES
    known = colours(classes) if own else {}
    places = {name: at for at, name in enumerate(study.conditions)}
    return [
        CoursePanel(
            name,
            known.get(name),
            middles,
            bands.n,
            bands.mean[:, :, c],
            bands.low[:, :, c],
            bands.high[:, :, c],
            [
                Mark(one.start, one.stop, places[one.a], places[one.b])
                for one in study.clusters
                if one.name == name
            ],
        )
        for c, name in enumerate(bands.names)
    ]


def _thinned(bands: Bands) -> Bands:
    """Bands of at most `_MOST_TIMES` times, each the mean of as many: more than a figure has
    pixels for.
    """
    t = len(bands.seconds)
    size = -(-t // _MOST_TIMES)
    if size == 1:
        return bands
    starts = np.arange(0, t, size)

    def mean(values: Float64Array) -> Float64Array:
        known = ~np.isnan(values)
        sums, counts = (
            np.add.reduceat(part, starts, axis=1)
            for part in (np.where(known, values, 0), known.astype(np.int64))
        )
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)

    return Bands(
        bands.seconds[starts],
        bands.names,
        bands.conditions,
        bands.units,
        bands.n[:, starts],
        mean(bands.mean),
        mean(bands.low),
        mean(bands.high),
    )


def measure_parts(study: Study) -> list[MeasurePanel]:
    """A panel a kind of measures, a row an expression; without kinds of which nothing is known, or
    nothing but one number.
    """
    measures, statistics = study.measures, study.settings.statistics
    given = np.array(measures.conditions)
    values = [measures.values[given == name] for name in study.conditions]
    found = [
        mean_estimate(
            one,
            resamples=statistics.resamples,
            seed=statistics.seed,
            level=1 - statistics.level,
        )
        for one in values
    ]
    mean, low, high = (
        np.array([getattr(one, end) for one in found]) for end in ("value", "low", "high")
    )  # (k, m)
    sure = {one.measure for one in study.found}
    kinds: dict[Kind, list[int]] = {}
    for at, name in enumerate(measures.names):
        if np.isfinite(mean[:, at]).any():
            kinds.setdefault(named(name, study.of).kind, []).append(at)
    return [
        MeasurePanel(
            kind.title,
            kind.unit,
            [named(measures.names[at], study.of).row for at in places],
            mean[:, places],
            low[:, places],
            high[:, places],
            [measures.names[at] in sure for at in places],
            [one[:, places] for one in values],
        )
        for kind, places in sorted(kinds.items(), key=lambda one: one[0].order)
        if differing(_known(measures.values[:, places]))
    ]


def _known(values: Float64Array) -> Float64Array:
    return values[~np.isnan(values)]


def course_note(study: Study) -> str:
    """What the lines, bands and bars of the courses are."""
    statistics = study.settings.statistics
    marked = "conditions of their colours" if len(study.conditions) > 2 else "conditions"
    return (
        f"Means with {_percent(1 - statistics.level)} bands over units (bootstrap). "
        f"Bars: times at which the two {marked} differ, p ≤ {statistics.level:g} "
        "(cluster-based permutation test)."
    )


def measures_note(study: Study) -> str:
    """What the dots, lines and stars of the measures are."""
    statistics = study.settings.statistics
    return (
        f"Means with {_percent(1 - statistics.level)} intervals (bootstrap), pale: each unit. "
        f"*: conditions differ, p ≤ {statistics.level:g} (permutation test, Holm over all "
        f"{_tests(study):,} tests)."
    )


def _tests(study: Study) -> int:
    return int(sum(not np.isnan(one.p) for one in study.comparisons))


def _percent(share: float) -> str:
    return f"{100 * share:g} %"

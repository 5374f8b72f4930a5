"""Measures: one number a unit a condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from videoemo.records import check_shapes
from videoemo.study.units import Observation
from videoemo.tables.expressions import Episode
from videoemo.util.arrays import Float64Array

__all__ = ["Measures", "by_unit", "measures"]


@dataclass(frozen=True)
class Measures:
    """Measures of n units.

    Parameters
    ----------
    names : tuple of str
        m names, such as `mean_happiness`.
    values : float64 (n, m)
        NaN where nothing is known.
    units, conditions : tuple of str
        n of each; no two rows have both in common.
    coverage : float64 (n,)
        The mean coverage of what was observed of each.
    """

    names: tuple[str, ...]
    values: Float64Array
    units: tuple[str, ...]
    conditions: tuple[str, ...]
    coverage: Float64Array

    def __post_init__(self) -> None:
        n = len(self.units)
        check_shapes(self, {"values": (n, len(self.names)), "coverage": (n,)})
        rows = set(zip(self.units, self.conditions, strict=False))
        if len(self.conditions) != n or len(rows) != n:
            raise ValueError("Measures: expected one row a unit and condition")


def measures(observations: Sequence[Observation]) -> Measures:
    """Measures of what persons display from the onset on, for each unit in each condition.

    Of each expression, in this order:

    - `mean_`: the mean probability, each face weighing as in the tables of the run (`mean_by`);
    - `peak_`: the highest probability, smoothed as in pictures: one frame alone is noisy;
    - `share_`: the share of the time in its episodes, of the time in all;
    - `first_`: the seconds from the onset to its first episode, 0 where that has begun before;
      NaN where there is none;
    - `episodes_`: how many episodes it has in a minute of all episodes;
    - `length_`: the mean length of its episodes in seconds; NaN where there is none.

    Of valence, where it is known, the mean and the peak, the highest. Of a picture there are means
    and shares, 0 or 1; all else is NaN, for peaks would be the means again. A baseline is
    subtracted from means and peaks. Of several videos of a unit in a condition, or of several
    persons in one, the mean is taken, each counting the same, of what is known.

    Parameters
    ----------
    observations : sequence of Observation
        Of persons, one or more, see `observe`.

    Returns
    -------
    Measures
        In the order in which units and conditions are first observed.
    """
    names = observations[0].series.names
    classes = [name for name in names if name != "valence"]
    kinds = {"mean": names, "peak": names} | dict.fromkeys(
        ("share", "first", "episodes", "length"), classes
    )
    values = [[*_levels(one), *_times(one.episodes, classes)] for one in observations]
    return by_unit(
        observations,
        [f"{kind}_{name}" for kind, of in kinds.items() for name in of],
        np.array([np.concatenate(one) for one in values]),
    )


def by_unit(
    observations: Sequence[Observation], names: Sequence[str], values: Float64Array
) -> Measures:
    """Measures of units from those of observations: the means of what is known.

    Parameters
    ----------
    observations : sequence of Observation
        n of them.
    names : sequence of str
        m names.
    values : float64 (n, m)
        Those of each observation; NaN where nothing is known.
    """
    rows: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(observations):
        rows.setdefault((one.unit, one.condition), []).append(place)
    coverage = np.array([one.coverage for one in observations])
    return Measures(
        names=tuple(names),
        values=np.array([_mean(values[places]) for places in rows.values()]),
        units=tuple(unit for unit, _ in rows),
        conditions=tuple(condition for _, condition in rows),
        coverage=np.array([coverage[places].mean() for places in rows.values()]),
    )


def _levels(one: Observation) -> tuple[Float64Array, Float64Array]:
    """Means and peaks of what is displayed from the onset on, less the baseline."""
    baseline = 0.0 if one.baseline is None else one.baseline
    peak = one.series.peak() if one.seconds > 0 else np.full(len(one.series.names), np.nan)
    return one.series.mean(0.0) - baseline, peak - baseline


def _times(episodes: Sequence[Episode], classes: Sequence[str]) -> Iterator[Float64Array]:
    """Of each class: share of time, seconds to the first, episodes a minute, their mean length."""
    which = np.array([classes.index(one.expression) for one in episodes], np.int64)
    n = np.bincount(which, minlength=len(classes))
    seconds = np.bincount(which, [one.seconds for one in episodes], len(classes))
    frames = np.bincount(which, [one.frames for one in episodes], len(classes))
    first = np.full(len(classes), np.inf)
    np.minimum.at(first, which, [one.start for one in episodes])
    lasts, there = seconds.sum() > 0, n > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        yield seconds / seconds.sum() if lasts else frames / frames.sum()
        yield np.where(there & lasts, first, np.nan)
        yield n / (seconds.sum() / 60) if lasts else np.full(len(classes), np.nan)
        yield seconds / n if lasts else np.full(len(classes), np.nan)


def _mean(values: Float64Array) -> Float64Array:
    """The means of columns over what is known; NaN where nothing is."""
    known = (~np.isnan(values)).sum(axis=0)
    return np.where(known > 0, np.nan_to_num(values).sum(axis=0) / np.maximum(known, 1), np.nan)

"""Settings of a comparison of conditions, one record a table of pipelines/study/compare.toml."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from videoemo.config.toml import (
    build_record,
    find_settings,
    read_record,
    read_toml,
    require,
    require_seed,
    settings_dir,
)

__all__ = ["ComparingSettings", "CourseSettings", "Statistics", "UnitSettings", "load_comparing"]


@dataclass(frozen=True, kw_only=True)
class CourseSettings:
    """Settings of courses over time."""

    step: float

    def __post_init__(self) -> None:
        require(1e-3 <= self.step < math.inf, "step", "seconds from 0.001", self.step)


@dataclass(frozen=True, kw_only=True)
class UnitSettings:
    """Settings of who counts."""

    min_coverage: float

    def __post_init__(self) -> None:
        shares = "shares from 0 to 1"
        require(0 <= self.min_coverage <= 1, "min_coverage", shares, self.min_coverage)


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Settings of tests, intervals and power."""

    level: float
    permutations: int
    resamples: int
    seed: int
    power: float

    def __post_init__(self) -> None:
        inside = 0 < self.level < 0.5
        require(inside, "level", "numbers above 0 and below 0.5", self.level)
        for key, n in (("permutations", self.permutations), ("resamples", self.resamples)):
            require(100 <= n <= 10**6, key, "whole numbers from 100 to 1000000", n)
        require_seed(self.seed)
        powers = f"numbers above the level ({self.level:g}) and below 1"
        require(self.level < self.power < 1, "power", powers, self.power)


@dataclass(frozen=True, kw_only=True)
class ComparingSettings:
    """Settings of a comparison; pipelines/study/compare.toml explains each key."""

    course: CourseSettings
    units: UnitSettings
    statistics: Statistics


def load_comparing(name: str | None = None) -> ComparingSettings:
    """Load the settings of a comparison.

    Parameters
    ----------
    name : str or None
        The path of a TOML file; keys that it does not give are those of `compare.toml`. None for
        these alone.

    Raises
    ------
    InputError
        No such file.
    RecipeError
        The file has an unknown key, or a value out of range.
    """
    ours = settings_dir("pipelines/study") / "compare.toml"
    if name is None:
        return read_record(ComparingSettings, ours)
    path = find_settings(name, "pipelines/study")
    tables: dict[str, Any] = {**read_toml(ours)}
    for table, given in read_toml(path).items():
        both = isinstance(given, Mapping) and isinstance(tables.get(table), Mapping)
        tables[table] = {**tables[table], **given} if both else given
    return build_record(ComparingSettings, tables, where=str(path))

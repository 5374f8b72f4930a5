"""A study: a design, what was observed of it, and how its conditions differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from videoemo.config.comparing import ComparingSettings
from videoemo.results import Results
from videoemo.runs.state.paths import COMPARE
from videoemo.study.comparison import Bands, Comparison, CourseDifference
from videoemo.study.design import Design
from videoemo.study.measures import Measures
from videoemo.study.reliability import Reliability
from videoemo.study.units import LeftOut, Observation

__all__ = ["Study"]

# Reasons that are told one by one.
_MOST_REASONS = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """A study and its result.

    Parameters
    ----------
    results : Results
        The folder of results that it is of.
    design : Design
        Who is in which condition.
    of : {"persons", "groups"}
        Whether persons are compared, or groups.
    baseline : tuple of (float, float) or None
        Seconds from the onset whose mean is subtracted from each course; None for nothing.
    settings : ComparingSettings
        How it was compared.
    conditions : tuple of str
        Those compared, in the order of the design.
    observations : sequence of Observation
        What counts, a row a video and person.
    left_out : sequence of LeftOut
        What does not, and why.
    measures : Measures
        A row a unit a condition.
    comparisons : sequence of Comparison
        Of every measure between every two conditions.
    bands : Bands or None
        The courses of the conditions; None where there is no course.
    differences : sequence of CourseDifference
        When courses differ.
    reliability : Reliability or None
        Agreement with codes by hand; None where the design names none.
    remarks : sequence of str
        What a reader has to know, a sentence each.
    """

    results: Results
    design: Design
    of: Literal["persons", "groups"]
    baseline: tuple[float, float] | None
    settings: ComparingSettings
    conditions: tuple[str, ...]
    observations: Sequence[Observation]
    left_out: Sequence[LeftOut]
    measures: Measures
    comparisons: Sequence[Comparison]
    bands: Bands | None
    differences: Sequence[CourseDifference]
    reliability: Reliability | None
    remarks: Sequence[str]

    @property
    def folder(self) -> Path:
        """Where it is written."""
        return self.results.path / COMPARE

    @property
    def paired(self) -> bool:
        """Whether the same units are in several conditions."""
        return self.design.within is not None

    @property
    def units(self) -> dict[str, int]:
        """How many units each condition has."""
        given = np.array(self.measures.conditions)
        return {name: int((given == name).sum()) for name in self.conditions}

    @property
    def n_units(self) -> int:
        """How many units there are in all."""
        return len(set(self.measures.units))

    @property
    def found(self) -> list[Comparison]:
        """The measures that differ at the family-wise level, the surest first."""
        level = self.settings.statistics.level
        sure = [one for one in self.comparisons if one.p_holm <= level]
        return sorted(sure, key=lambda one: (one.p_holm, -abs(one.hedges_g)))

    @property
    def reasons(self) -> list[str]:
        """Why some were left out, the most frequent first, each with how many; of many reasons the
        first, and how many more.
        """
        counted = Counter(one.reason for one in self.left_out).most_common()
        told = [f"{reason} ({n:,})" for reason, n in counted[:_MOST_REASONS]]
        more = sum(n for _, n in counted[_MOST_REASONS:])
        return [*told, f"other reasons, see left_out.csv ({more:,})"] if more else told

    @property
    def clusters(self) -> list[CourseDifference]:
        """The stretches of time in which courses differ at the family-wise level."""
        level = self.settings.statistics.level
        return [one for one in self.differences if one.p_holm <= level]

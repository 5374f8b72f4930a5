"""Reliability: how far raters and videoemo agree on what is displayed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import combinations

import numpy.typing as npt

from videoemo.metrics.bootstrap import Estimate
from videoemo.metrics.sums_bootstrap import sums_estimate
from videoemo.results import Results
from videoemo.study.agreement import OVERLAP, Agreement, agreement, joint_agreement
from videoemo.study.raters import OURS, STEP, Ratings, ratings
from videoemo.study.units import Observation
from videoemo.util.arrays import Float64Array
from videoemo.util.messages import count_noun

__all__ = ["Reliability", "reliability"]


@dataclass(frozen=True)
class Reliability:
    """Reliability of a study.

    Parameters
    ----------
    rows : tuple of Agreement
        Every figure.
    raters : tuple of str
        The people who coded.
    sentences : tuple of str
        What was done and what came out, for a methods section.
    remarks : tuple of str
        What was left out, and why.
    """

    rows: tuple[Agreement, ...]
    raters: tuple[str, ...]
    sentences: tuple[str, ...]
    remarks: tuple[str, ...]

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        """Heading and rows of reliability.csv."""
        return [field.name for field in fields(Agreement)], map(astuple, self.rows)


def reliability(
    results: Results,
    observations: Iterable[Observation],
    *,
    resamples: int,
    seed: int,
    level: float = 0.95,
) -> Reliability | None:
    """Agreement of each rater with videoemo, and of raters with each other.

    What they say is compared on a grid of a tenth of a second, so that every second counts alike,
    whatever the rate of the frames; in each cell that expression counts that has most of it.

    Parameters
    ----------
    results : Results
        Those of videoemo.
    observations : iterable of Observation
        Persons in videos, with the files of codes that their rows of the design name.
    resamples : int
        Of the bootstrap over units.
    seed : int
        Of what is drawn.
    level : float, default=0.95
        Of the intervals.

    Returns
    -------
    Reliability or None
        None where there are no codes.

    Raises
    ------
    InputError
        A file of codes cannot be read, or holds something else; or a table of results is damaged.
    """
    given = ratings(results, observations)
    if not given.raters:
        return None

    def estimated(figure: Callable[[Float64Array], npt.ArrayLike], sums: Float64Array) -> Estimate:
        return sums_estimate(figure, sums, resamples=resamples, seed=seed, level=level)

    rows: list[Agreement] = []
    for pair in (*((name, OURS) for name in given.raters), *combinations(given.raters, 2)):
        rows += agreement(given, pair, estimated)
    if len(given.raters) > 2:
        rows += joint_agreement(given, estimated)
    sentences = _sentences(given, rows, level)
    return Reliability(tuple(rows), given.raters, tuple(sentences), given.remarks)


def _sentences(given: Ratings, rows: Sequence[Agreement], level: float) -> Iterator[str]:
    """What was done and what came out."""
    units = len({one.unit for one in given.rated if len(one.by) > 1})
    others = ", and with the others," if len(given.raters) > 1 else ""
    yield (
        f"Displayed expressions of {count_noun(units, 'unit')} were coded by hand by "
        f"{_listed(given.raters)}. Each rater was compared with videoemo{others} on a grid of "
        f"{STEP / 1000:g} s, over the cells for which both say something; in each cell that "
        "expression counts that has most of it, and none where one has two at once."
    )
    if given.silent:
        yield (
            f"Where {_listed(given.silent)} coded nothing, this counts as neutral, since neutral "
            "was never coded."
        )
    valence = (
        "; of valence it is the intraclass correlation of single ratings and absolute agreement, "
        "ICC(A,1) (McGraw and Wong 1996), and alpha at the interval level"
    )
    with_valence = any(one.measure == "icc_valence" for one in rows)
    yield (
        "Agreement is Cohen's kappa (Cohen 1960) and Krippendorff's alpha at the nominal level "
        f"(Hayes and Krippendorff 2007){valence if with_valence else ''}. Two events of an "
        f"expression are the same where their intersection is at least {OVERLAP:g} of their union, "
        f"each with one other (Li et al. 2019). Intervals of {100 * level:g} % are expanded "
        "percentiles of a bootstrap over units (Hesterberg 2015)."
    )
    for one in rows:
        if one.measure == "kappa" and one.found_by == OURS:
            yield f"Kappa of {one.coded_by} and videoemo was {_figure(one)}."
    for remark in given.remarks:
        yield f"{remark[:1].upper()}{remark[1:]}."


def _figure(one: Agreement) -> str:
    if math.isnan(one.value):
        return "not defined, since both gave one expression alone"
    interval = "" if math.isnan(one.low) else f" [{one.low:.2f}, {one.high:.2f}]"
    return f"{one.value:.2f}{interval}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

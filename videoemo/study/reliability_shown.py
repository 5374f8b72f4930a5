"""Reliability as its page shows it: texts, ready for compare_reliability.html."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from videoemo.study.agreement import ALL, Agreement
from videoemo.study.raters import OURS
from videoemo.study.reliability import Reliability
from videoemo.util.text import printable

__all__ = ["ReliabilityShown", "reliability_shown"]

_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class ReliabilityShown:
    """Texts of a page on reliability.

    Parameters
    ----------
    with_valence : bool
        Whether anybody rated valence.
    overall : tuple of tuple
        A row two who are compared: who, units, kappa, alpha, and of valence ICC and alpha.
    events : tuple of tuple
        A row a rater and an expression: rater, expression, events coded, recall, events found,
        precision.
    confusions : tuple of tuple
        A table a rater: the rater, the expressions found, and rows: expression coded, cells,
        shares.
    remarks : tuple of str
        What was left out.
    """

    with_valence: bool
    overall: tuple[tuple[str, ...], ...]
    events: tuple[tuple[str, ...], ...]
    confusions: tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...]
    remarks: tuple[str, ...]


def reliability_shown(given: Reliability) -> ReliabilityShown:
    """Texts of a page on reliability."""
    pairs = dict.fromkeys((one.coded_by, one.found_by) for one in given.rows)
    return ReliabilityShown(
        any(one.measure == "icc_valence" for one in given.rows),
        tuple(_overall(given.rows, pair) for pair in pairs),
        tuple(row for rater in given.raters for row in _events(given.rows, rater)),
        tuple(
            (rater, *table)
            for rater in given.raters
            if (table := _confusion(given.rows, rater)) is not None
        ),
        tuple(map(printable, given.remarks)),
    )


def _overall(rows: Iterable[Agreement], pair: tuple[str, str]) -> tuple[str, ...]:
    of = {one.measure: one for one in rows if (one.coded_by, one.found_by) == pair}
    who = ALL if pair[0] == ALL else f"{pair[0]}, {pair[1]}"
    units = max((one.units for one in of.values()), default=0)
    measures = ("kappa", "alpha", "icc_valence", "alpha_valence")
    return (who, f"{units:,}", *(_estimate(of.get(measure)) for measure in measures))


def _events(rows: Iterable[Agreement], rater: str) -> Iterable[tuple[str, ...]]:
    of: dict[str, dict[str, Agreement]] = {}
    for one in rows:
        if one.measure in ("precision", "recall") and (one.coded_by, one.found_by) == (rater, OURS):
            of.setdefault(one.coded or one.found, {})[one.measure] = one
    for name, measures in of.items():
        recall, precision = measures.get("recall"), measures.get("precision")
        n_coded, n_found = (f"{one.n:,}" if one else "0" for one in (recall, precision))
        yield rater, name, n_coded, _estimate(recall), n_found, _estimate(precision)


def _confusion(
    rows: Iterable[Agreement], rater: str
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]] | None:
    of = [
        one
        for one in rows
        if one.measure == "confusion" and (one.coded_by, one.found_by) == (rater, OURS)
    ]
    if not of:
        return None
    found = tuple(dict.fromkeys(one.found for one in of))
    cells = {(one.coded, one.found): one for one in of}
    coded = dict.fromkeys(one.coded for one in of)
    table = tuple(
        (name, f"{cells[name, found[0]].n:,}", *(_share(cells[name, to].value) for to in found))
        for name in coded
    )
    return found, table


def _estimate(one: Agreement | None) -> str:
    if one is None or math.isnan(one.value):
        return ""
    if math.isnan(one.low):
        return _number(one.value)
    return f"{_number(one.value)} [{_number(one.low)}, {_number(one.high)}]"


def _share(value: float) -> str:
    """Two digits, and none where it is nothing at all."""
    return _number(value) if value else "0"


def _number(value: float) -> str:
    text = f"{value:.2f}"
    return text.lstrip("-") if not text.strip("-0.") else text.replace("-", _MINUS)

"""Audit of a network by groups of people, as its card has it: what `evaluate --protocol audit`
found of groups, and of no person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from textwrap import wrap

from videoemo.config.toml import require

__all__ = ["AuditRow", "audit_lines", "audit_table", "audit_to_toml"]

# Characters of the first column of the table, and of a figure with its interval: with the last
# column it fits a terminal of 110.
_NAME, _FIGURE = 25, 22
# Fewer people are no group: a row of theirs could be of one of them.
_FEWEST_PEOPLE = 5


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """How well a network recognises an expression in a group of people.

    Each figure is its value, or the value and the ends of its 95 % interval over people; empty
    where it is not known.

    Parameters
    ----------
    data : str
        Which faces.
    label : str
        The expression.
    by, group : str, default=""
        What people are grouped by, and which group; both empty for all people.
    people, faces : int
        Those that display the expression; 5 people or more.
    recall : tuple of float
        Share of their faces in which it has the largest probability, 0 to 1.
    auc : tuple of float
        Area under the ROC curve of its probability, 0 to 1: these against the group's other faces.
    calibration : tuple of float
        Its mean probability over all faces of the group, less its share of them, -1 to 1.
    """

    data: str
    label: str
    by: str = ""
    group: str = ""
    people: int
    faces: int
    recall: tuple[float, ...]
    auc: tuple[float, ...]
    calibration: tuple[float, ...]

    def __post_init__(self) -> None:
        few = f"whole numbers from {_FEWEST_PEOPLE}"
        require(self.people >= _FEWEST_PEOPLE, "audit: people", few, self.people)
        least = f"at least one a person, {self.people}"
        require(self.faces >= self.people, "audit: faces", least, self.faces)
        for key, low in (("recall", 0), ("auc", 0), ("calibration", -1)):
            figure = getattr(self, key)
            fits = len(figure) in (0, 1, 3) and all(low <= one <= 1 for one in figure)
            allowed = f"a value from {low} to 1, or it and its interval's ends"
            require(fits, f"audit: {key}", allowed, list(figure))


def audit_lines(rows: Sequence[AuditRow], *, width: int) -> list[str]:
    """Rows for a terminal of so many columns: for each data its name, and a small table."""
    return [
        line
        for data, some in groupby(rows, key=lambda row: row.data)
        for line in (
            *wrap(f"{data}, with 95 % intervals over people", width),
            *audit_table(some),
        )
    ]


def audit_table(rows: Iterable[AuditRow]) -> list[str]:
    """Rows of one data as a small table for a terminal."""
    columns = f"{'people':>7}{'faces':>6}  {'recall %':{_FIGURE}}{'AUC':{_FIGURE + 1}}"
    lines = [f"{'':{_NAME}}{columns}probability less share %"]
    for row in rows:
        name = f"  {row.by} {row.group}" if row.by else row.label
        figures = (
            f"{_told(row.recall, factor=100):{_FIGURE}}"
            f"{_told(row.auc, decimals=3):{_FIGURE + 1}}"
            f"{_told(row.calibration, factor=100)}"
        )
        lines.append(f"{name:{_NAME}.{_NAME}}{row.people:>7,}{row.faces:>6,}  {figures}")
    return lines


def audit_to_toml(rows: Iterable[AuditRow]) -> str:
    """Rows as a card has them, one a line."""
    lines = "".join(f"    {{ {_pairs(row)} }},\n" for row in rows)
    return f"audit = [\n{lines}]\n"


def _pairs(row: AuditRow) -> str:
    """What is given of a row, as TOML: a JSON string, number or list of them is the same there."""
    given = {field.name: getattr(row, field.name) for field in fields(row)}
    return ", ".join(
        f"{name} = {json.dumps(value, ensure_ascii=False)}"
        for name, value in given.items()
        if value != ""
    )


def _told(figure: tuple[float, ...], *, factor: float = 1, decimals: int = 1) -> str:
    """A figure with its interval, where it has one: `58.8 (45.1 to 71.3)`."""
    value, *ends = [f"{factor * one:.{decimals}f}" for one in figure] or ["none"]
    return f"{value} ({' to '.join(ends)})" if ends else value

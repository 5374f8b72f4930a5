"""What an audit found: a table for a terminal, a file, a picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from videoemo.config.face_protocol import AuditProtocol
from videoemo.evaluation.pictures import SeenFaces
from videoemo.evaluation.report_file import write_report
from videoemo.evaluation.text import count_people, plain, told
from videoemo.metrics.bootstrap import Estimate
from videoemo.util.files import atomic_write
from videoemo.util.messages import count_noun
from videoemo.zoo.audit import AuditRow, audit_table, audit_to_toml
from videoemo.zoo.cards import Card

__all__ = ["AuditReport", "Gap", "GroupFigures"]


@dataclass(frozen=True)
class GroupFigures:
    """How well an expression is recognised in a group of people.

    Parameters
    ----------
    label : str
        The expression.
    by, group : str
        What people are grouped by, and which group; both empty for all people.
    people, faces : int
        Those that display the expression.
    recall : Estimate
        Share of their faces in which it has the largest probability.
    auc : Estimate
        Area under the ROC curve of its probability: these against the group's other faces.
    calibration : Estimate
        Its mean probability over all faces of the group, less its share of them.
    """

    label: str
    by: str
    group: str
    people: int
    faces: int
    recall: Estimate
    auc: Estimate
    calibration: Estimate


@dataclass(frozen=True)
class Gap:
    """The largest difference in the recall of an expression between two groups of people.

    Parameters
    ----------
    label, by : str
        The expression, and what people are grouped by.
    high, low : str
        The two groups.
    difference : Estimate
        Of their recalls.
    """

    label: str
    by: str
    high: str
    low: str
    difference: Estimate


@dataclass(frozen=True)
class AuditReport:
    """What an audit found.

    Parameters
    ----------
    card : Card
        Of the network.
    protocol : AuditProtocol
        How it was audited.
    seen : SeenFaces
        The faces.
    people : int
        How many persons there are.
    figures : tuple of GroupFigures
        Of each expression: of all people, then of each group.
    gaps : tuple of Gap
        Of each expression and each way to group people.
    left_out : tuple of str
        What is not told, and why, a line each.
    data : str
        The name of the folder of the faces.
    """

    card: Card
    protocol: AuditProtocol
    seen: SeenFaces
    people: int
    figures: tuple[GroupFigures, ...]
    gaps: tuple[Gap, ...]
    left_out: tuple[str, ...]
    data: str

    def rows(self) -> list[AuditRow]:
        """The figures as a card has them."""
        return [
            AuditRow(
                data=self.data,
                label=found.label,
                by=found.by,
                group=found.group,
                people=found.people,
                faces=found.faces,
                recall=_figure(found.recall),
                auc=_figure(found.auc),
                calibration=_figure(found.calibration),
            )
            for found in self.figures
        ]

    def lines(self) -> list[str]:
        """The report as a small table for a terminal."""
        gaps = [
            f"largest gap in recall of {gap.label} by {gap.by}: "
            f"{told(gap.difference, factor=100)} points, {gap.high} less {gap.low}"
            for gap in self.gaps
        ]
        return [
            f"{self.card.name} on {count_noun(len(self.seen.rows), 'face')} of "
            f"{count_people(self.people)}, with 95 % intervals over people",
            *(*audit_table(self.rows()), *gaps, *self.left_out, *self.seen.notes()),
        ]

    def write(self, folder: Path) -> None:
        """Write report.json, audit.png, and audit.toml, whose lines a card may take.

        Raises
        ------
        OutputError
            A file cannot be written.
        """
        found = {
            "faces": len(self.seen.rows),
            "people": self.people,
            "no_face_found": len(self.seen.missed),
            "broken": list(self.seen.broken),
            "figures": [_plain(found) for found in self.figures],
            "gaps": [_plain(gap) for gap in self.gaps],
            "left_out": list(self.left_out),
            "extractor": asdict(self.card),
        }
        write_report(folder, self.protocol, found)
        self._draw(folder / "audit.png")
        with atomic_write(folder / "audit.toml") as path:
            path.write_text(audit_to_toml(self.rows()), encoding="utf-8")

    def _draw(self, path: Path) -> None:
        from videoemo.plots import GREY, INK, IntervalColumn, IntervalRow, intervals

        rows = [
            IntervalRow(
                f"{found.by} {found.group}" if found.by else found.label,
                f"{found.people:,} people",
                (found.recall, found.auc, found.calibration),
                heading=not found.by,
                colour=found.label,
            )
            for found in self.figures
        ]
        largest = max(self.gaps, key=lambda gap: float(gap.difference.value), default=None)
        gap = [("by displayed expression and group of people", GREY)]
        if largest is not None:
            points = 100 * float(largest.difference.value)
            gap = [
                ("largest gap in recall:", GREY),
                (f"{points:.0f} points", INK),
                (f"{largest.label}, {largest.high} less {largest.low}", GREY),
            ]
        intervals(
            path,
            name=self.card.name,
            facts=gap,
            rows=rows,
            columns=[
                IntervalColumn("recall", "%", 0.0, 1.0),
                IntervalColumn("AUC", high=1.0),
                IntervalColumn("probability less share", "points", reference=0.0),
            ],
            notes=["lines: 95 % intervals over people", f"{len(self.seen.rows):,} faces"],
        )


def _figure(estimate: Estimate) -> tuple[float, ...]:
    """An estimate as a card has it: what is not known is left out."""
    known = [one for one in plain(estimate) if one is not None]
    return tuple(known if len(known) == 3 else known[:1])


def _plain(record: GroupFigures | Gap) -> dict[str, Any]:
    """A record for a file."""
    return {
        name: plain(value) if isinstance(value, Estimate) else value
        for name, value in vars(record).items()
    }

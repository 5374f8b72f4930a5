"""What was found of attributes: a table for a terminal, and a file."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from videoemo.config.face_protocol import AttributesProtocol
from videoemo.evaluation.attribute_groups import left_out_lines
from videoemo.evaluation.report_file import write_report
from videoemo.evaluation.text import plain, told
from videoemo.metrics.bootstrap import Estimate
from videoemo.util.messages import count_noun
from videoemo.zoo.cards import Card

__all__ = ["AttributesReport", "GroupMeans", "Measure"]


@dataclass(frozen=True)
class Measure:
    """What is measured of each face.

    Parameters
    ----------
    name : str
        Such as `gender`, or `age, the most probable`.
    unit : {"right", "years"}
        Of its mean: the share that is right, or the years by which an age is missed.
    one_answer : float
        The best mean that the same answer for all faces would have.
    """

    name: str
    unit: Literal["right", "years"]
    one_answer: float

    def told(self, estimate: Estimate) -> str:
        """A mean of it for a terminal."""
        if self.unit == "right":
            return f"{told(estimate, factor=100)} %"
        return f"{told(estimate, decimals=2)} years"

    @property
    def told_one_answer(self) -> str:
        """What one answer for all would have, for a terminal."""
        if self.unit == "right":
            return f"{100 * self.one_answer:.1f} %"
        return f"{self.one_answer:.2f} years"


@dataclass(frozen=True)
class GroupMeans:
    """The means of all measures in a group of faces.

    Parameters
    ----------
    by, group : str
        What faces are grouped by, and which group; both empty for all.
    faces : int
        How many there are.
    means : tuple of Estimate
        Of each measure.
    """

    by: str
    group: str
    faces: int
    means: tuple[Estimate, ...]


@dataclass(frozen=True)
class AttributesReport:
    """What was found of attributes.

    Parameters
    ----------
    card : Card
        Of the network.
    protocol : AttributesProtocol
        How it was judged.
    measures : tuple of Measure
        What was measured.
    everybody : GroupMeans
        Of all faces.
    ethnicity_f1 : float or None
        Macro-averaged F1 of ethnicities; None without that head.
    groups : tuple of GroupMeans
        Of each group with enough faces.
    left_out : tuple of str
        The groups with fewer.
    """

    card: Card
    protocol: AttributesProtocol
    measures: tuple[Measure, ...]
    everybody: GroupMeans
    ethnicity_f1: float | None
    groups: tuple[GroupMeans, ...]
    left_out: tuple[str, ...]

    def lines(self) -> list[str]:
        """The report as small tables for a terminal."""
        whole = [
            f"{measure.name:42}{measure.told(mean):30}{measure.told_one_answer}"
            for measure, mean in zip(self.measures, self.everybody.means, strict=True)
        ]
        if self.ethnicity_f1 is not None:
            whole.append(f"{'ethnicity, macro-F1':42}{self.ethnicity_f1:.3f}")
        # Of the ways to tell an age the first, which is the network's own.
        own = [i for i, measure in enumerate(self.measures) if measure.name in self._own]
        head = "".join(f"{self.measures[i].name.split(',')[0]:32}" for i in own)
        by_group = [
            f"{f'{of.by} {of.group}':24}{of.faces:>7,}  "
            + "".join(f"{self.measures[i].told(of.means[i]):32}" for i in own).rstrip()
            for of in self.groups
        ]
        return [
            f"{self.card.name} on {count_noun(self.everybody.faces, 'face')}, with 95 % intervals",
            f"{'':72}one answer for all",
            *whole,
            f"{'':24}{'faces':>7}  {head}".rstrip(),
            *by_group,
            *left_out_lines(self.left_out, least=self.protocol.least_faces),
        ]

    @property
    def _own(self) -> set[str]:
        """The first measure of each attribute."""
        first: dict[str, str] = {}
        for measure in self.measures:
            first.setdefault(measure.name.split(",")[0], measure.name)
        return set(first.values())

    def write(self, folder: Path) -> None:
        """Write report.json and attributes.png.

        Raises
        ------
        OutputError
            A file cannot be written.
        """
        found = {
            "one_answer": {one.name: round(one.one_answer, 6) for one in self.measures},
            "ethnicity_macro_f1": self.ethnicity_f1,
            "figures": [
                {
                    "by": of.by,
                    "group": of.group,
                    "faces": of.faces,
                    **{
                        one.name: plain(mean)
                        for one, mean in zip(self.measures, of.means, strict=True)
                    },
                }
                for of in (self.everybody, *self.groups)
            ],
            "left_out": list(self.left_out),
            "extractor": asdict(self.card),
        }
        write_report(folder, self.protocol, found)
        self._draw(folder / "attributes.png")

    def _draw(self, path: Path) -> None:
        from videoemo.plots import GREY, IntervalColumn, IntervalRow, intervals

        own = [i for i, measure in enumerate(self.measures) if measure.name in self._own]
        columns = []
        for measure in (self.measures[i] for i in own):
            what, right = measure.name.split(",")[0], measure.unit == "right"
            title = f"{what} right" if right else f"{what} missed by, years"
            best = measure.one_answer
            columns.append(
                IntervalColumn(title, "%", 0.0, 1.0, reference=best)
                if right
                else IntervalColumn(title, low=0.0, reference=best)
            )
        rows = [
            IntervalRow(
                f"{of.by} {of.group}" if of.by else "all",
                f"{of.faces:,} faces",
                tuple(of.means[i] for i in own),
                heading=not of.by,
            )
            for of in (self.everybody, *self.groups)
        ]
        intervals(
            path,
            name=self.card.name,
            facts=[("age, gender and ethnicity against what others' labels say", GREY)],
            rows=rows,
            columns=columns,
            notes=["lines: 95 % intervals", "dashed: one answer for all"],
            caution="how faces look to others, not who people are",
        )

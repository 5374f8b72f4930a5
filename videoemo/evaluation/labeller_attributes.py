"""Labellers judged on race, gender or age: as aggregates, of groups that are large enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from videoemo.config.face_protocol import AttributesProtocol
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.errors import InputError
from videoemo.evaluation.attribute_groups import (
    age_group,
    age_group_names,
    attribute_groups,
    left_out_lines,
    look_alike_units,
)
from videoemo.evaluation.labeller import (
    LEAST_COVERAGE,
    Labeller,
    answer_figures,
    answers_judged,
    ask_labeller,
    count_reasons,
    no_answer_lines,
)
from videoemo.evaluation.report_file import write_report
from videoemo.evaluation.text import plain, told
from videoemo.labels import ETHNICITIES, FAIRFACE_ETHNICITIES, GENDERS
from videoemo.metrics.bootstrap import Estimate
from videoemo.metrics.shares import share_estimate

__all__ = [
    "Attribute",
    "AttributeLabellerReport",
    "attribute_classes",
    "evaluate_attribute_labeller",
]

Attribute = Literal["race", "gender", "age"]


@dataclass(frozen=True)
class AttributeLabellerReport:
    """What a protocol found of a labeller that was asked for an attribute; nothing of single faces.

    Parameters
    ----------
    name : str
        Who was judged.
    attribute : {"race", "gender", "age"}
        What was asked.
    protocol : AttributesProtocol
        How.
    provenance : dict of str to str
        What is known of the labeller.
    classes : tuple of str
        Those of the answers.
    figures : dict of str to object
        Of all faces (`answer_figures`), with `ece`.
    groups : tuple of (str, str, int, Estimate)
        Of each group with enough faces: by what, its name, its faces, and the share that is right;
        a face without an answer is not.
    left_out : tuple of str
        The groups with fewer.
    reasons : dict of str to int
        Why there was no answer, and how often.
    """

    name: str
    attribute: Attribute
    protocol: AttributesProtocol
    provenance: dict[str, str]
    classes: tuple[str, ...]
    figures: dict[str, Any]
    groups: tuple[tuple[str, str, int, Estimate], ...]
    left_out: tuple[str, ...]
    reasons: dict[str, int]

    @property
    def enough(self) -> bool:
        """Whether so many were answered that the figures say something."""
        return bool(self.figures["coverage"] >= LEAST_COVERAGE)

    def lines(self) -> list[str]:
        """The report as a small table for a terminal."""
        found = self.figures
        of = f"{self.name} on {self.attribute}, {found['faces']:,} labelled faces"
        without = no_answer_lines(self.reasons)
        if not self.enough:
            few = f"coverage {found['coverage']:.2%}: too few were answered for figures of how well"
            return [of, few, *without]
        ece = "" if found["ece"] is None else f", ECE {found['ece']:.4f}"
        return [
            f"{of}, in groups, with 95 % intervals",
            f"coverage {found['coverage']:.2%}, accuracy of answered "
            f"{found['accuracy_answered']:.2%}, of all {found['accuracy']:.2%}, UAR "
            f"{found['uar']:.2%}, macro-F1 {found['macro_f1']:.4f}{ece}, one answer for all "
            f"{found['majority']:.2%}",
            *without,
            f"{'':32}{'faces':>7}  right, of all",
            *(
                f"{f'{by} {group}':32}{faces:>7,}  {told(right, factor=100)} %"
                for by, group, faces, right in self.groups
            ),
            *left_out_lines(self.left_out, least=self.protocol.least_faces),
        ]

    def write(self, folder: Path) -> None:
        """Write report.json.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        found = {
            "labeller": {"name": self.name, **self.provenance},
            "attribute": self.attribute,
            "classes": list(self.classes),
            "figures": self.figures,
            "groups": [
                {"by": by, "group": group, "faces": faces, "right": plain(right)}
                for by, group, faces, right in self.groups
            ]
            if self.enough
            else [],
            "left_out": list(self.left_out),
            "reasons": self.reasons,
        }
        write_report(folder, self.protocol, found)


def attribute_classes(
    attribute: Attribute, faces: AttributeFaces, protocol: AttributesProtocol
) -> tuple[str, ...]:
    """The classes of an attribute, as the labels of some faces have them."""
    classes = {
        "race": faces.ethnicities,
        "gender": GENDERS,
        "age": age_group_names(protocol.age_groups),
    }
    return classes[attribute]


def evaluate_attribute_labeller(
    protocol: AttributesProtocol,
    faces: AttributeFaces,
    labeller: Labeller,
    *,
    attribute: Attribute,
    name: str,
    provenance: dict[str, str],
    classes: Sequence[str],
    probabilities: bool,
) -> AttributeLabellerReport:
    """Show every face with a label of an attribute to a labeller; told are aggregates alone.

    Parameters
    ----------
    protocol : AttributesProtocol
        How it is judged.
    faces : AttributeFaces
        n labelled faces.
    labeller : callable
        Who is judged.
    attribute : {"race", "gender", "age"}
        What it is asked.
    name, provenance : str, dict of str to str
        What is known of it.
    classes : sequence of str
        The classes of its answers, in the order of their columns. The seven ethnicities of FairFace
        count as UTKFace's five where it answers those.
    probabilities : bool
        Whether its probabilities are more than 1 for the class that it names.

    Raises
    ------
    InputError
        The labels are of other classes, or of too few faces.
    """
    if attribute == "race" and faces.ethnicities != ETHNICITIES and set(classes) == {*ETHNICITIES}:
        faces = faces.regrouped(FAIRFACE_ETHNICITIES, ETHNICITIES)
    known = attribute_classes(attribute, faces, protocol)
    if set(known) != set(classes):
        raise InputError(
            f"the labels of {attribute} are {', '.join(known)}; the labeller answers "
            f"{', '.join(classes)}: they must be the same"
        )
    labels = _labels(attribute, faces, protocol)
    faces, labels = faces.take(np.flatnonzero(labels >= 0)), labels[labels >= 0]
    if len(faces) < protocol.least_faces:
        raise InputError(
            f"{len(faces):,} faces have a label of {attribute}: of fewer than "
            f"{protocol.least_faces} nothing is told"
        )
    labels = np.array([list(classes).index(one) for one in known], np.int64)[labels]
    answers = ask_labeller(faces.pictures, labeller)
    (whole,) = answers_judged(answers, labels, classes, probabilities=probabilities)
    right = answers.answered & (np.nan_to_num(answers.probabilities).argmax(1) == labels)
    unit = look_alike_units(faces)
    enough, fewer = attribute_groups(faces, protocol.age_groups, least=protocol.least_faces)
    return AttributeLabellerReport(
        name,
        attribute,
        protocol,
        provenance,
        tuple(classes),
        {**answer_figures(whole.counts), "ece": whole.ece},
        tuple(
            (by, group, int(rows.sum()), share_estimate(right[rows], unit[rows]))
            for by, group, rows in enough
        ),
        tuple(fewer),
        count_reasons(answers),
    )


def _labels(
    attribute: Attribute, faces: AttributeFaces, protocol: AttributesProtocol
) -> npt.NDArray[np.int64]:
    """Of each face, -1 where it is not known."""
    if attribute == "race":
        return faces.ethnicity
    if attribute == "gender":
        return faces.gender
    return np.where(faces.age < 0, -1, age_group(faces.age, protocol.age_groups))

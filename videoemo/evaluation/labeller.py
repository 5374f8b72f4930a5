"""Labellers judged on labelled faces or clips: those that may give no answer, and name a class
alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from videoemo.config.face_protocol import FacesProtocol
from videoemo.config.protocol import Protocol
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.pictures import Pictures
from videoemo.errors import InputError
from videoemo.evaluation.choices_report import draw_choices, recall_line, recalls
from videoemo.evaluation.faces import predict_faces
from videoemo.evaluation.report_file import write_report
from videoemo.inference.extractor import Extractor
from videoemo.metrics.classification import (
    Calibration,
    accuracy,
    calibration,
    uar,
    without_class,
)
from videoemo.records import Answers

__all__ = [
    "LEAST_COVERAGE",
    "Labeller",
    "LabellerFigures",
    "LabellerReport",
    "answer_figures",
    "answers_judged",
    "ask_labeller",
    "count_reasons",
    "evaluate_labeller",
    "no_answer_lines",
]

Picture = npt.NDArray[np.uint8]
# Answers about pictures, uint8 (h, w, 3) each.
Labeller = Callable[[Sequence[Picture]], Answers]

# Faces shown between two updates of the progress bar.
_CHUNK = 64
# The share of faces without an answer from which figures of the others would mislead.
LEAST_COVERAGE = 0.5


def answer_figures(counts: npt.NDArray[np.int64], *, of: str = "faces") -> dict[str, Any]:
    """Figures of answers; one that is missing counts as wrong, but in `accuracy_answered`. What
    nothing is known of is None.

    Parameters
    ----------
    counts : int64 (c, c + 1)
        A row a label, a column an answer; the last for none.
    of : str, default="faces"
        What is counted.
    """
    answered, labelled = counts[:, :-1], counts.sum(1)
    right, said, n = answered.diagonal(), answered.sum(0), int(answered.sum())
    occurs = labelled + said > 0
    f1 = 2 * right[occurs] / (labelled + said)[occurs]
    precision = right[said > 0] / said[said > 0]
    return {
        of: int(counts.sum()),
        "answered": n,
        "coverage": round(n / int(counts.sum()), 6),
        "accuracy_answered": round(float(accuracy(answered)), 6) if n else None,
        "accuracy": round(float(accuracy(counts)), 6),
        "uar": round(float(uar(counts)), 6),
        "macro_precision": round(float(precision.mean()), 6) if n else None,
        "macro_f1": round(float(f1.mean()), 6),
        "majority": round(float(labelled.max() / labelled.sum()), 6),
    }


def answer_counts(
    answers: Answers, labels: npt.NDArray[np.int64], n_classes: int
) -> npt.NDArray[np.int64]:
    """First choices by label, int64 (c, c + 1); the last column for no answer."""
    first = np.where(answers.answered, np.nan_to_num(answers.probabilities).argmax(1), n_classes)
    cells = np.bincount(labels * (n_classes + 1) + first, minlength=n_classes * (n_classes + 1))
    return cells.reshape(n_classes, -1).astype(np.int64)


def count_reasons(answers: Answers) -> dict[str, int]:
    """Why there is no answer, and how often, the most frequent reason first."""
    return dict(Counter(filter(None, answers.reasons)).most_common())


def no_answer_lines(reasons: dict[str, int]) -> list[str]:
    """Why there is no answer and how often, in a line; none where there always is one."""
    why = ", ".join(f"{reason} {n:,}" for reason, n in reasons.items())
    return [f"no answer: {why}"] if why else []


def ask_labeller(pictures: Pictures, labeller: Labeller) -> Answers:
    """What a labeller answers about all face pictures, some after the others."""
    parts = [
        labeller(chunk)
        for chunk in tqdm(
            _chunks(pictures),
            total=-(-len(pictures) // _CHUNK),
            desc="faces",
            leave=False,
            disable=None,
            dynamic_ncols=True,
        )
    ]
    return Answers(
        np.concatenate([part.probabilities for part in parts]),
        tuple(reason for part in parts for reason in part.reasons),
    )


def _chunks(pictures: Pictures) -> Iterator[list[Picture]]:
    """Faces as they are in their pictures, in colour."""
    for start in range(0, len(pictures), _CHUNK):
        rows = range(start, min(start + _CHUNK, len(pictures)))
        read = (Image.fromarray(pictures.face(row)) for row in rows)
        yield [np.asarray(face.convert("RGB")) for face in read]


@dataclass(frozen=True)
class LabellerFigures:
    """How good answers of some classes are.

    Parameters
    ----------
    classes : tuple of str
        c names.
    counts : int64 (c, c + 1)
        A row a label, a column an answer; the last for none.
    calibration : Calibration or None
        Of the highest probability of those answered; None where a class alone is named.
    """

    classes: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    calibration: Calibration | None

    @property
    def enough(self) -> bool:
        """Whether so many were answered that the figures say something."""
        return bool(self.counts[:, :-1].sum() >= LEAST_COVERAGE * self.counts.sum())

    @property
    def ece(self) -> float | None:
        """The expected calibration error, where there are probabilities."""
        return None if self.calibration is None else round(self.calibration.ece, 6)

    def summary(self, *, of: str = "faces") -> dict[str, Any]:
        """The figures by name; see `answer_figures`."""
        return {
            "classes": len(self.classes),
            **answer_figures(self.counts, of=of),
            "ece": self.ece,
            "recall": recalls(self.classes, self.counts),
            "confusion": self.counts.tolist(),
        }


def answers_judged(
    answers: Answers,
    labels: npt.NDArray[np.int64],
    classes: Sequence[str],
    *,
    probabilities: bool,
    left_out: str | None = None,
) -> tuple[LabellerFigures, ...]:
    """Answers compared with labels, by the first choice.

    Parameters
    ----------
    answers : Answers
        Of n faces or clips.
    labels : int64 (n,)
        Numbers of `classes`.
    classes : sequence of str
        In the order of the answers' columns.
    probabilities : bool
        Whether they are more than 1 for the class that is named.
    left_out : str or None
        A class: where it is among them, all is judged once more without it. Its probability is
        dropped, and the best of the rest taken; an answer that names it alone is none.

    Returns
    -------
    tuple of LabellerFigures
        Of all classes, and of those without the one that is left out.
    """
    some = answers.answered
    whole = LabellerFigures(
        tuple(classes),
        answer_counts(answers, labels, len(classes)),
        calibration(answers.probabilities[some], labels[some])
        if probabilities and some.any()
        else None,
    )
    if left_out is None or left_out not in classes or len(classes) < 3:
        return (whole,)
    index = list(classes).index(left_out)
    rows = labels != index
    if not rows.any():
        return (whole,)
    fewer, theirs, names = without_class(answers.probabilities, labels, classes, left_out)
    kept = fewer.sum(1) > 0  # not of NaN
    reasons = [answers.reasons[row] for row in np.flatnonzero(rows).tolist()]
    others = Answers(
        np.where(kept[:, None], fewer, np.nan).astype(np.float32),
        tuple("" if one else why or left_out for one, why in zip(kept, reasons, strict=True)),
    )
    return whole, *answers_judged(others, theirs, names, probabilities=probabilities)


@dataclass(frozen=True)
class LabellerReport:
    """What a protocol found of a labeller.

    Parameters
    ----------
    name : str
        Who was judged.
    protocol : FacesProtocol or Protocol
        How.
    provenance : dict of str to str
        What is known of the labeller.
    figures : tuple of LabellerFigures
        With all classes, and without the one that the protocol leaves out.
    reasons : dict of str to int
        Why there was no answer, and how often.
    network_name : str
        The network that ships; empty where it has other classes.
    network : tuple of LabellerFigures
        What it scores on the same faces or clips.
    of : {"faces", "clips"}, default="faces"
        What is labelled.
    """

    name: str
    protocol: FacesProtocol | Protocol
    provenance: dict[str, str]
    figures: tuple[LabellerFigures, ...]
    reasons: dict[str, int]
    network_name: str = ""
    network: tuple[LabellerFigures, ...] = ()
    of: Literal["faces", "clips"] = "faces"

    @property
    def enough(self) -> bool:
        """Whether so many were answered that the figures say something."""
        return self.figures[0].enough

    def summary(self) -> dict[str, Any]:
        """The figures of all classes by name, with the reasons."""
        return {**self.figures[0].summary(of=self.of), "reasons": self.reasons}

    def lines(self) -> list[str]:
        """The report as a small table for a terminal."""
        head = (
            f"{'':28}{self.of:>8}{'coverage':>10}{'of answered':>13}{'of all':>9}{'UAR':>8}"
            f"{'macro-F1':>10}{'ECE':>8}{'majority':>10}"
        )
        rows = [
            self._row(name if i == 0 else f"{name}, {len(found.classes)}", found)
            for name, figures in ((self.name, self.figures), (self.network_name, self.network))
            for i, found in enumerate(figures)
        ]
        return [
            f"{self.name} on labelled {self.of}: accuracy of those answered, and of all",
            head,
            *rows,
            recall_line(self.summary()["recall"]),
            *no_answer_lines(self.reasons),
        ]

    def _row(self, name: str, figures: LabellerFigures) -> str:
        found = figures.summary(of=self.of)
        start = f"{name:28}{found[self.of]:>8,}{found['coverage']:>10.2%}"
        if not figures.enough:
            return f"{start}  too few were answered for figures of how well"
        ece = "" if found["ece"] is None else f"{found['ece']:.4f}"
        return (
            f"{start}{found['accuracy_answered']:>13.2%}{found['accuracy']:>9.2%}"
            f"{found['uar']:>8.2%}{found['macro_f1']:>10.4f}{ece:>8}{found['majority']:>10.2%}"
        )

    def write(self, folder: Path) -> None:
        """Write report.json, confusion.png, and reliability.png where there are probabilities.

        Raises
        ------
        OutputError
            A file cannot be written.
        """

        def told(figures: tuple[LabellerFigures, ...]) -> list[dict[str, Any]]:
            return [one.summary(of=self.of) for one in figures]

        found = {
            "labeller": {"name": self.name, **self.provenance},
            "figures": self.summary(),
            "figures_without": told(self.figures[1:]),
            "network": {"name": self.network_name, **told(self.network)[0]} if self.network else {},
            "network_without": told(self.network[1:]),
        }
        write_report(folder, self.protocol, found)
        whole = self.figures[0]
        draw_choices(
            folder,
            counts=whole.counts,
            classes=whole.classes,
            calibration=whole.calibration,
            name=self.name,
        )


def evaluate_labeller(
    protocol: FacesProtocol,
    faces: LabelledFaces,
    labeller: Labeller,
    *,
    name: str,
    provenance: dict[str, str],
    classes: Sequence[str],
    probabilities: bool,
    network: Extractor,
) -> LabellerReport:
    """Show every face to a labeller, compare its first choice with the label, and put beside it
    what a network says of the same faces.

    Parameters
    ----------
    protocol : FacesProtocol
        How it is judged; of what it says, `without_doubles` is left to networks.
    faces : LabelledFaces
        n labelled faces; those of the class that the protocol leaves out are not shown to a
        labeller that does not know it.
    labeller : callable
        Who is judged.
    name, provenance : str, dict of str to str
        What is known of it.
    classes : sequence of str
        The classes of its answers, in the order of their columns.
    probabilities : bool
        Whether its probabilities are more than 1 for the class that it names.
    network : Extractor
        Whose figures are put beside its own.

    Raises
    ------
    InputError
        The faces have classes that it does not know, or it others.
    """
    out = protocol.left_out
    if out in faces.classes and out not in classes:
        faces = faces.take(np.flatnonzero(faces.labels != faces.classes.index(out)))
    known = [one for one in faces.classes if one in classes or one != out]
    if set(known) != set(classes):
        raise InputError(
            f"the faces have the classes {', '.join(faces.classes)}, the labeller "
            f"{', '.join(classes)}: they must be the same"
        )
    labels = np.array([list(classes).index(faces.classes[k]) for k in faces.labels], np.int64)
    told = ask_labeller(faces.pictures, labeller)
    figures = answers_judged(told, labels, classes, probabilities=probabilities, left_out=out)
    alike = tuple(network.classes) == tuple(faces.classes)
    return LabellerReport(
        name,
        protocol,
        provenance,
        figures,
        count_reasons(told),
        network.card.name if alike else "",
        _beside(network, faces, out) if alike else (),
    )


def _beside(
    network: Extractor, faces: LabelledFaces, left_out: str | None
) -> tuple[LabellerFigures, ...]:
    told = Answers(predict_faces(network, faces), ("",) * len(faces))
    return answers_judged(told, faces.labels, faces.classes, probabilities=True, left_out=left_out)

"""Labellers judged on labelled faces: those that may give no answer, and name a class alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from videoemo.config.face_protocol import FacesProtocol
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.pictures import Pictures
from videoemo.errors import InputError
from videoemo.evaluation.faces import face_metrics, predict_faces
from videoemo.inference.extractor import Extractor
from videoemo.metrics.classification import Calibration, accuracy, calibration, uar
from videoemo.records import Answers
from videoemo.util.files import write_json
from videoemo.util.versions import versions

__all__ = [
    "LEAST_COVERAGE",
    "Labeller",
    "LabellerReport",
    "answer_counts",
    "answer_figures",
    "ask_labeller",
    "count_reasons",
    "evaluate_labeller",
]

Picture = npt.NDArray[np.uint8]
# Answers about pictures, uint8 (h, w, 3) each.
Labeller = Callable[[Sequence[Picture]], Answers]

# Faces shown between two updates of the progress bar.
_CHUNK = 64
# The share of faces without an answer from which figures of the others would mislead.
LEAST_COVERAGE = 0.5


def answer_figures(counts: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Figures of answers; one that is missing counts as wrong, but in `accuracy_answered`. What
    nothing is known of is None.

    Parameters
    ----------
    counts : int64 (c, c + 1)
        A row a label, a column an answer; the last for none.
    """
    answered, labelled = counts[:, :-1], counts.sum(1)
    right, said, n = answered.diagonal(), answered.sum(0), int(answered.sum())
    occurs = labelled + said > 0
    f1 = 2 * right[occurs] / (labelled + said)[occurs]
    precision = right[said > 0] / said[said > 0]
    return {
        "faces": int(counts.sum()),
        "answered": n,
        "coverage": round(n / int(counts.sum()), 6),
        "accuracy_answered": round(accuracy(answered), 6) if n else None,
        "accuracy": round(accuracy(counts), 6),
        "uar": round(uar(counts), 6),
        "macro_precision": round(float(precision.mean()), 6) if n else None,
        "macro_f1": round(float(f1.mean()), 6),
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
class LabellerReport:
    """What a protocol found of a labeller.

    Parameters
    ----------
    name : str
        Who was judged.
    protocol : FacesProtocol
        How.
    provenance : dict of str to str
        What is known of the labeller.
    classes : tuple of str
        c names.
    counts : int64 (c, c + 1)
        A row a label, a column an answer; the last for none.
    reasons : dict of str to int
        Why there was none, and how often.
    calibration : Calibration or None
        Of the highest probability of those answered; None where a class alone is named.
    network : dict of str to object
        What the network that ships scores on the same faces (`FaceMetrics.summary`), and its
        `name`; empty where it has other classes.
    """

    name: str
    protocol: FacesProtocol
    provenance: dict[str, str]
    classes: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    reasons: dict[str, int]
    calibration: Calibration | None
    network: dict[str, Any]

    @property
    def answered(self) -> npt.NDArray[np.int64]:
        """The confusion matrix of those with an answer, int64 (c, c)."""
        return self.counts[:, :-1]

    @property
    def enough(self) -> bool:
        """Whether so many were answered that the figures say something."""
        return bool(self.answered.sum() >= LEAST_COVERAGE * self.counts.sum())

    def summary(self) -> dict[str, Any]:
        """The figures by name. A face without an answer counts as wrong, but in
        `accuracy_answered`; a figure that nothing is known of is None.
        """
        labelled = self.counts.sum(1)
        return {
            "classes": len(self.classes),
            **answer_figures(self.counts),
            "ece": None if self.calibration is None else round(self.calibration.ece, 6),
            "majority": round(float(labelled.max() / labelled.sum()), 6),
            "recall": {
                name: round(float(k / total), 6) if total else None
                for name, k, total in zip(
                    self.classes, self.answered.diagonal(), labelled, strict=True
                )
            },
            "reasons": self.reasons,
            "confusion": self.counts.tolist(),
        }

    def lines(self) -> list[str]:
        """The report as a small table for a terminal."""
        found = self.summary()
        head = (
            f"{'':28}{'faces':>8}{'coverage':>10}{'of answered':>13}{'of all':>9}{'UAR':>8}"
            f"{'macro-F1':>10}{'ECE':>8}{'majority':>10}"
        )
        rows = [self._row(self.name, found)]
        if self.network:
            # One that answers always.
            whole = {"coverage": 1.0, "accuracy_answered": self.network["accuracy"]}
            rows.append(self._row(self.network["name"], {**self.network, **whole}))
        recalls = ", ".join(
            f"{name} {'none' if value is None else f'{value:.0%}'}"
            for name, value in found["recall"].items()
        )
        why = ", ".join(f"{reason} {n:,}" for reason, n in self.reasons.items())
        return [
            f"{self.name} on labelled faces: accuracy of those answered, and of all",
            head,
            *rows,
            f"recall: {recalls}",
            *([f"no answer: {why}"] if why else []),
        ]

    def _row(self, name: str, found: dict[str, Any]) -> str:
        if name == self.name and not self.enough:
            return (
                f"{name:28}{found['faces']:>8,}{found['coverage']:>10.2%}  too few were answered "
                "for figures of how well"
            )
        ece = "" if found["ece"] is None else f"{found['ece']:.4f}"
        return (
            f"{name:28}{found['faces']:>8,}{found['coverage']:>10.2%}"
            f"{found['accuracy_answered']:>13.2%}{found['accuracy']:>9.2%}{found['uar']:>8.2%}"
            f"{found['macro_f1']:>10.4f}{ece:>8}{found['majority']:>10.2%}"
        )

    def write(self, folder: Path) -> None:
        """Write report.json, and reliability.png where there are probabilities.

        Raises
        ------
        OutputError
            A file cannot be written.
        """
        from videoemo.plots import reliability

        content = {
            "protocol": asdict(self.protocol),
            "labeller": {"name": self.name, **self.provenance},
            "figures": self.summary(),
            "network": self.network,
            "versions": versions(),
        }
        write_json(folder / "report.json", content)
        if self.calibration is not None:
            reliability(folder / "reliability.png", calibration=self.calibration, name=self.name)


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
        How it is judged; of what it says, `without_doubles` and the second figure are left to
        networks.
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
    some = told.answered
    return LabellerReport(
        name,
        protocol,
        provenance,
        tuple(classes),
        answer_counts(told, labels, len(classes)),
        count_reasons(told),
        calibration(told.probabilities[some], labels[some])
        if probabilities and some.any()
        else None,
        _beside(network, faces),
    )


def _beside(network: Extractor, faces: LabelledFaces) -> dict[str, Any]:
    if tuple(network.classes) != tuple(faces.classes):
        return {}
    found = face_metrics(predict_faces(network, faces), faces.labels, faces.classes)
    return {"name": network.card.name, **found.summary()}

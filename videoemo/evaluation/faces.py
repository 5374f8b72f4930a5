"""Protocols to reports: how good an extractor is on labelled faces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from videoemo.config.face_protocol import FacesProtocol
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.pictures import Pictures
from videoemo.errors import InputError
from videoemo.evaluation.choices_report import draw_choices, recall_line, recalls
from videoemo.evaluation.report_file import write_report
from videoemo.inference.extractor import Extractor
from videoemo.metrics.classification import (
    Calibration,
    accuracy,
    calibration,
    confusion,
    macro_f1,
    uar,
    without_class,
)
from videoemo.records import Features
from videoemo.zoo.cards import require_expression

__all__ = [
    "FaceMetrics",
    "FacesReport",
    "evaluate_faces",
    "face_metrics",
    "predict_faces",
    "see_labelled",
]

# Faces shown to the extractor between two updates of the progress bar.
_CHUNK = 256


@dataclass(frozen=True)
class FaceMetrics:
    """How good predictions of some classes are.

    Parameters
    ----------
    classes : tuple of str
        c names.
    counts : int64 (c, c)
        A row a label, a column a prediction.
    calibration : Calibration
        Of the highest probability.
    """

    classes: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    calibration: Calibration

    @property
    def right(self) -> int:
        """Faces whose label was predicted."""
        return int(np.trace(self.counts))

    @property
    def faces(self) -> int:
        """Faces in all."""
        return int(self.counts.sum())

    def summary(self) -> dict[str, Any]:
        """The figures by name; recalls are None for a class without an example."""
        totals = self.counts.sum(1)
        return {
            "classes": len(self.classes),
            "faces": self.faces,
            "right": self.right,
            "accuracy": round(float(accuracy(self.counts)), 6),
            "uar": round(float(uar(self.counts)), 6),
            "macro_f1": round(float(macro_f1(self.counts)), 6),
            "ece": round(self.calibration.ece, 6),
            "majority": round(float(totals.max() / totals.sum()), 6),
            "recall": recalls(self.classes, self.counts),
            "confusion": self.counts.tolist(),
        }


@dataclass(frozen=True)
class FacesReport:
    """What a protocol found of an extractor.

    Parameters
    ----------
    extractor : Extractor
        Who was judged.
    protocol : FacesProtocol
        How.
    figures : tuple of FaceMetrics
        With all classes, and without the one that the protocol leaves out.
    without_doubles : tuple of FaceMetrics
        The same of the faces that are not among those that train; empty where none is.
    """

    extractor: Extractor
    protocol: FacesProtocol
    figures: tuple[FaceMetrics, ...]
    without_doubles: tuple[FaceMetrics, ...] = ()

    def lines(self) -> list[str]:
        """The report as a small table for a terminal."""
        head = (
            f"{'':28}{'faces':>8}{'right':>8}{'accuracy':>10}{'UAR':>8}{'macro-F1':>10}{'ECE':>8}"
            f"{'majority':>10}"
        )
        named = [
            *(("", found) for found in self.figures),
            *((", without doubles", found) for found in self.without_doubles),
        ]
        rows = []
        for which, found in named:
            s = found.summary()
            name = f"{s['classes']} classes{which}"
            rows.append(
                f"{name:28}{s['faces']:>8,}{s['right']:>8,}{s['accuracy']:>10.2%}{s['uar']:>8.2%}"
                f"{s['macro_f1']:>10.4f}{s['ece']:>8.4f}{s['majority']:>10.2%}"
            )
        return [
            f"{self.extractor.card.name} on labelled faces",
            head,
            *rows,
            recall_line(self.figures[0].summary()["recall"]),
        ]

    def write(self, folder: Path) -> None:
        """Write report.json, confusion.png and reliability.png.

        Raises
        ------
        OutputError
            A file cannot be written.
        """
        card = self.extractor.card
        found = {
            "figures": [figures.summary() for figures in self.figures],
            "without_doubles": [figures.summary() for figures in self.without_doubles],
            "extractor": asdict(card),
        }
        write_report(folder, self.protocol, found)
        whole = self.figures[0]
        draw_choices(
            folder,
            counts=whole.counts,
            classes=whole.classes,
            calibration=whole.calibration,
            name=card.name,
        )


def evaluate_faces(
    protocol: FacesProtocol,
    faces: LabelledFaces,
    extractor: Extractor,
    *,
    doubles: npt.NDArray[np.bool_] | None = None,
) -> FacesReport:
    """Show every face to the extractor and compare its first choice with the label.

    An extractor that does not know the class to leave out is shown the others alone.

    Parameters
    ----------
    protocol : FacesProtocol
        How it is judged.
    faces : LabelledFaces
        n labelled faces.
    extractor : Extractor
        Who is judged.
    doubles : bool (n,) or None
        Which of them are among the faces that train.

    Raises
    ------
    InputError
        The extractor tells no expressions, the faces have classes that it does not know, or the
        class to leave out is not among them.
    """
    require_expression(extractor.card)
    out = protocol.left_out
    if out is not None and out not in faces.classes:
        raise InputError(f"left_out: allowed are {', '.join(faces.classes)}, got {out!r}")
    labels, classes, rows = faces.labels, tuple(faces.classes), np.arange(len(faces))
    if out is not None and out not in extractor.classes:
        rows = rows[labels != classes.index(out)]
        none = np.zeros((len(faces), len(classes)), np.float32)
        _, labels, classes = without_class(none, labels, classes, out)
    if classes != tuple(extractor.classes):
        theirs, ours = ", ".join(classes), ", ".join(extractor.classes)
        raise InputError(
            f"the faces have the classes {theirs}, the extractor {ours}: they must be the same"
        )
    found = predict_faces(extractor, faces.take(rows))
    single = np.zeros(len(rows), bool) if doubles is None else ~doubles[rows]
    return FacesReport(
        extractor,
        protocol,
        _figures(found, labels, classes, out),
        _figures(found[single], labels[single], classes, out) if single.any() else (),
    )


def _figures(
    probabilities: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int64],
    classes: tuple[str, ...],
    left_out: str | None,
) -> tuple[FaceMetrics, ...]:
    """With all classes, and without the one to leave out where it is among them."""
    whole = face_metrics(probabilities, labels, classes)
    if left_out is None or left_out not in classes:
        return (whole,)
    fewer = without_class(probabilities, labels, classes, left_out)
    return whole, face_metrics(*fewer)


def predict_faces(extractor: Extractor, faces: LabelledFaces) -> npt.NDArray[np.float32]:
    """What an extractor says of labelled faces, float32 (n, c)."""
    return see_labelled(extractor, faces.pictures).probabilities


def see_labelled(extractor: Extractor, pictures: Pictures) -> Features:
    """What an extractor says of face pictures, all of it, a row a picture."""
    side = extractor.card.detail or extractor.card.input_size
    rows = np.arange(len(pictures))
    starts = tqdm(
        range(0, len(rows), _CHUNK), desc="faces", leave=False, disable=None, dynamic_ncols=True
    )

    def crops() -> Iterator[npt.NDArray[np.uint8]]:
        for start in starts:
            chunk = pictures(rows[start : start + _CHUNK], grey=False, side=side)
            yield from chunk.transpose(0, 2, 3, 1)  # (n, s, s, 3)

    return extractor(crops())


def face_metrics(
    probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], classes: Sequence[str]
) -> FaceMetrics:
    """The figures of first choices, from probabilities float32 (n, c) and labels int64 (n,)."""
    counts = confusion(labels, probabilities.argmax(1), len(classes))
    return FaceMetrics(tuple(classes), counts, calibration(probabilities, labels))

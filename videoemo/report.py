"""Feature tables to reports: how good a classifier is on labelled clips, how sure that is, and by how much it beats the baseline."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from videoemo.bootstrap import RESAMPLES, units
from videoemo.classifier import fit, load_classifier, matrix
from videoemo.clip_figures import ClipFigures, clip_figures, summary
from videoemo.errors import InputError
from videoemo.files import whole
from videoemo.protocol import Folds, Protocol, make_folds
from videoemo.provenance import versions, write_json
from videoemo.records import FeatureTable
from videoemo.report_words import lines, markdown
from videoemo.search import GroupedSearch

__all__ = ["BASELINE", "Report", "evaluate_table", "write_report"]

BASELINE = "majority"


@dataclass(frozen=True)
class Report:
    """What a protocol found of a classifier.

    Parameters
    ----------
    classifier : its name.
    protocol, folds : how it was judged, and the folds that this made of the table.
    classes : c names, in the order of the figures.
    grouped : whether the intervals were drawn from groups rather than from clips.
    figures : over all clips and, where any has a face, over those.
    chosen : what the inner search chose, fold by fold; empty where there is none.
    provenance : the table's.
    fitted : the estimator that was scored, where the protocol fits one only.
    """

    classifier: str
    protocol: Protocol
    folds: Folds
    classes: tuple[str, ...]
    grouped: bool
    figures: tuple[ClipFigures, ...]
    chosen: tuple[str, ...]
    provenance: dict[str, Any]
    fitted: BaseEstimator | None

    def lines(self) -> list[str]:
        """The report for a terminal."""
        return lines(self)

    def summary(self) -> dict[str, Any]:
        """The report as plain values, for JSON and for a model's card."""
        return {
            "classifier": self.classifier,
            "protocol": asdict(self.protocol),
            "folds": [{"name": fold.name, "fitted_on": len(fold.train), "scored_on": len(fold.score)} for fold in self.folds.folds],
            "how": self.folds.how,
            "chosen": list(self.chosen),
            "intervals": f"95 %, percentiles of {RESAMPLES} resamples of {'groups' if self.grouped else 'clips'}",
            "classes": list(self.classes),
            "figures": [summary(figures) for figures in self.figures],
        }


def evaluate_table(table: FeatureTable, classifier: str, protocol: Protocol, *, against: str | None = None) -> Report:
    """Fit and score a classifier fold by fold, beside the majority baseline, on the same clips.

    Parameters
    ----------
    classifier : a name in `classifiers/`, or the path of a TOML file.
    against : another classifier to compare with.

    Raises
    ------
    InputError : no such classifier, or the table has not what the protocol or the classifier needs.
    """
    names = (classifier, BASELINE) if against is None else (classifier, BASELINE, against)
    if protocol.kind == "nested" and not isinstance(load_classifier(classifier), GroupedSearch):
        raise InputError(f"the protocol nested needs a classifier with a search, such as svc; {classifier} has none: take grouped-kfold")
    folds = make_folds(table, protocol)
    outcomes = [_fit_and_predict(table, folds, name) for name in names]
    scored = np.concatenate([fold.score for fold in folds.folds])
    classes = np.unique(table.labels[np.concatenate([scored, *(fold.train for fold in folds.folds)])])
    given = (table.labels[scored], *(outcome.predicted for outcome in outcomes))
    labels, *answers = (np.searchsorted(classes, of_clips).astype(np.int64) for of_clips in given)
    together = units(table.groups[scored])
    stems = [Path(name).stem for name in names]
    figures = [
        clip_figures(
            over,
            stems,
            labels[of],
            [answer[of] for answer in answers],
            n_classes=len(classes),
            together=None if together is None else together[of],
        )
        for over, of in (("all clips", np.full(len(scored), True)), ("with a face", table.n_face_frames[scored] > 0))
        if of.any()
    ]
    return Report(
        classifier=Path(classifier).stem,
        protocol=protocol,
        folds=folds,
        classes=tuple(classes.tolist()),
        grouped=together is not None,
        figures=tuple(figures),
        chosen=outcomes[0].chosen,
        provenance=table.provenance,
        fitted=outcomes[0].last if len(folds.folds) == 1 else None,
    )


@dataclass(frozen=True)
class _Outcome:
    """What a classifier predicted, fold by fold in one array (n,), what its searches chose, and its last fit."""

    predicted: npt.NDArray[np.str_]
    chosen: tuple[str, ...]
    last: BaseEstimator


def _fit_and_predict(table: FeatureTable, folds: Folds, name: str) -> _Outcome:
    predicted, chosen = [], []
    for fold in folds.folds:
        fitted = fit(load_classifier(name), table[fold.train], what=f"{name}, clips to fit on for {fold.name}")
        predicted.append(fitted.predict(matrix(table[fold.score])))
        if isinstance(fitted, GroupedSearch):
            chosen.append(fitted.chosen())
    return _Outcome(np.concatenate(predicted), tuple(chosen), fitted)


def write_report(report: Report, folder: Path) -> None:
    """Write report.json, report.md and confusion.png.

    Raises
    ------
    OutputError : a file cannot be written.
    """
    from videoemo.plots import confusion as draw

    libraries = {"scikit-learn": metadata.version("scikit-learn")}
    write_json(folder / "report.json", {**report.summary(), "features": report.provenance, "versions": versions() | libraries})
    with whole(folder / "report.md") as temporary:
        temporary.write_text(markdown(report), encoding="utf-8")
    title = f"{report.classifier} on {report.provenance['dataset']}"
    draw(folder / "confusion.png", counts=report.figures[0].counts, classes=report.classes, name=title)

"""Feature tables to reports: how good a classifier is on labelled clips, how sure that is, and by
how much it beats the baseline.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from videoemo.classification.classifier import fit_each, load_classifier, matrix
from videoemo.classification.clip_metrics import ClipMetrics, clip_metrics, summary
from videoemo.classification.grouped_search import GroupedGridSearchCV
from videoemo.classification.protocol import Folds, make_folds
from videoemo.config.protocol import Protocol
from videoemo.errors import InputError
from videoemo.metrics.bootstrap import RESAMPLES, group_ids
from videoemo.records import FeatureTable

__all__ = ["BASELINE", "ClipsReport", "evaluate_table"]

BASELINE = "majority"


@dataclass(frozen=True)
class ClipsReport:
    """What a protocol found of a classifier.

    Parameters
    ----------
    classifier : str
        Its name.
    protocol, folds : TrainVal or GroupedKFold or LeaveOneGroupOut, Folds
        How it was judged, and the folds that this made of the table.
    classes : tuple of str
        c names, in the order of the figures.
    grouped : bool
        Whether the intervals were drawn from groups rather than from clips.
    figures : tuple of ClipMetrics
        Over all clips and, where any has a face, over those.
    chosen : tuple of str
        What the inner search chose, fold by fold; empty where there is none.
    provenance : dict of str to object
        The table's.
    fitted : BaseEstimator or None
        The estimator that was scored, where the protocol fits one only.
    """

    classifier: str
    protocol: Protocol
    folds: Folds
    classes: tuple[str, ...]
    grouped: bool
    figures: tuple[ClipMetrics, ...]
    chosen: tuple[str, ...]
    provenance: dict[str, Any]
    fitted: BaseEstimator | None

    def summary(self) -> dict[str, Any]:
        """The report as plain values, for JSON and for a classifier's card."""
        return {
            "classifier": self.classifier,
            "protocol": asdict(self.protocol),
            "folds": [
                {"name": fold.name, "fitted_on": len(fold.train), "scored_on": len(fold.score)}
                for fold in self.folds.folds
            ],
            "how": self.folds.how,
            "chosen": list(self.chosen),
            "intervals": (
                f"95 %, percentiles of {RESAMPLES} resamples "
                f"of {'groups' if self.grouped else 'clips'}"
            ),
            "classes": list(self.classes),
            "figures": [summary(figures) for figures in self.figures],
        }


def evaluate_table(
    table: FeatureTable, classifier: str, protocol: Protocol, *, against: str | None = None
) -> ClipsReport:
    """Fit and score a classifier fold by fold, beside the majority baseline, on the same clips.

    Parameters
    ----------
    classifier : str
        A name in `classifiers/`, or the path of a TOML file.
    against : str or None
        Another classifier to compare with.

    Raises
    ------
    InputError
        No such classifier, or the table has not what the protocol or the classifier needs.
    """
    rivals = [] if classifier == BASELINE else [BASELINE]
    if against is not None and against != BASELINE:
        rivals.append(against)
    names = (classifier, *rivals)
    if protocol.kind == "nested" and not isinstance(
        load_classifier(classifier), GroupedGridSearchCV
    ):
        raise InputError(
            f"the protocol nested needs a classifier with a search, such as svc; {classifier} has "
            "none: take grouped-kfold"
        )
    folds = make_folds(table, protocol)
    outcomes = [_fit_and_predict(table, folds, name) for name in names]
    scored = np.concatenate([fold.score for fold in folds.folds])
    classes = np.unique(
        table.labels[np.concatenate([scored, *(fold.train for fold in folds.folds)])]
    )
    given = (table.labels[scored], *(outcome.predicted for outcome in outcomes))
    labels, *answers = (np.searchsorted(classes, of_clips).astype(np.int64) for of_clips in given)
    groups = group_ids(table.groups[scored])
    stems = [Path(name).stem for name in names]
    figures = [
        clip_metrics(
            over,
            stems,
            labels[of],
            [answer[of] for answer in answers],
            n_classes=len(classes),
            groups=None if groups is None else groups[of],
        )
        for over, of in (
            ("all clips", np.full(len(scored), True)),
            ("with a face", table.n_face_frames[scored] > 0),
        )
        if of.any()
    ]
    return ClipsReport(
        classifier=Path(classifier).stem,
        protocol=protocol,
        folds=folds,
        classes=tuple(classes.tolist()),
        grouped=groups is not None,
        figures=tuple(figures),
        chosen=outcomes[0].chosen,
        # What a manifest says of each clip is no part of a report that may be handed on.
        provenance={k: v for k, v in table.provenance.items() if k != "further"},
        fitted=outcomes[0].last if len(folds.folds) == 1 else None,
    )


@dataclass(frozen=True)
class _Outcome:
    """What a classifier predicted, fold by fold in one array (n,), what its searches chose, and its
    last fit.
    """

    predicted: npt.NDArray[np.str_]
    chosen: tuple[str, ...]
    last: BaseEstimator


def _fit_and_predict(table: FeatureTable, folds: Folds, name: str) -> _Outcome:
    fitted = fit_each(
        load_classifier(name),
        [table[fold.train] for fold in folds.folds],
        what=[f"the part that {name} is fitted on for {fold.name}" for fold in folds.folds],
    )
    predicted = [
        one.predict(matrix(table[fold.score]))
        for one, fold in zip(fitted, folds.folds, strict=True)
    ]
    chosen = [one.chosen() for one in fitted if isinstance(one, GroupedGridSearchCV)]
    return _Outcome(np.concatenate(predicted), tuple(chosen), fitted[-1])

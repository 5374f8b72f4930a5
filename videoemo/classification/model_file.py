"""Fitted classifiers as files that are safe to load from a stranger: skops with a closed list of
types, never a pickle.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from videoemo.classification.classifier import best_of, matrix
from videoemo.classification.classifier_card import require_card
from videoemo.classification.fitted_estimators import make_pipeline
from videoemo.classification.skops_file import ForeignTypeError, read_skops
from videoemo.errors import InputError, WeightsError
from videoemo.records import FeatureTable
from videoemo.util.files import atomic_write
from videoemo.util.json_files import parse_object
from videoemo.util.messages import brief, one_line
from videoemo.util.regular_files import read_regular
from videoemo.util.text import escape, map_text, unescape
from videoemo.util.versions import versions

__all__ = ["FittedClassifier", "load_fitted_classifier", "make_card", "save_fitted_classifier"]

# Beside the estimator in the file, so that any unzip shows it.
CARD = "card.json"
# What descriptors must have in common with those that a classifier was fitted on.
SAME = ("extractor", "statistics", "pooling")
# Of a file: a forest of 1000 trees on VGAF's 2661 clips takes a tenth.
_MOST_BYTES = 2**30


@dataclass(frozen=True)
class FittedClassifier:
    """A fitted classifier and what it was made with.

    Parameters
    ----------
    estimator : BaseEstimator
        A scikit-learn classifier.
    card : dict of str to object
        Classifier, classes, extractor, statistics, pooling, dataset, pipeline, scores, versions.
    sha256 : str
        Of its file.
    """

    estimator: BaseEstimator
    card: dict[str, Any] = field(repr=False)
    sha256: str

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes in the order of `scores`."""
        return tuple(self.estimator.classes_.tolist())

    @property
    def probabilistic(self) -> bool:
        """Whether `scores` are probabilities, rather than margins."""
        return hasattr(self.estimator, "predict_proba")

    @property
    def notice(self) -> str | None:
        """A line to say where the file was made with another scikit-learn, None where not."""
        made, here = self.card["versions"]["scikit-learn"], metadata.version("scikit-learn")
        return (
            None
            if made == here
            else (
                f"the classifier was made with scikit-learn {made}, here is {here}: fit it again "
                "if its figures matter"
            )
        )

    def predict(self, table: FeatureTable) -> npt.NDArray[np.str_]:
        """The class of each clip, strings (n,).

        Raises
        ------
        InputError
            The table's descriptors are of another extractor or another pooling.
        WeightsError
            It gives no classes: its numbers are too large.
        """
        return np.asarray(self._ask("predict", table), np.str_)

    def scores(self, table: FeatureTable) -> npt.NDArray[np.float64]:
        """Probabilities, or else margins, of each class, float64 (n, c); the highest is predicted,
        save in ties of a kernel SVC.

        Raises
        ------
        InputError
            The table's descriptors are of another extractor or another pooling.
        WeightsError
            It gives no finite numbers.
        """
        ask = "predict_proba" if self.probabilistic else "decision_function"
        scores = np.asarray(self._ask(ask, table), np.float64)
        if not np.isfinite(scores).all():
            raise WeightsError(
                "the classifier's scores are not finite: fit it again, or ask for another file"
            )
        # Of two classes scikit-learn gives the margins of the second, (n,).
        return scores if scores.ndim == 2 else np.stack([-scores, scores], axis=1)

    def require_same(self, provenance: dict[str, Any]) -> None:
        """Refuse features that were made otherwise than those the classifier was fitted on.

        Parameters
        ----------
        provenance : dict of str to object
            Of the features: `extractor`, `statistics`, `pooling`.

        Raises
        ------
        InputError
            They are of another extractor or another pooling.
        """
        for key in SAME:
            ours, theirs = (_identity(made.get(key)) for made in (self.card, provenance))
            if ours != theirs:
                raise InputError(
                    f"the classifier was fitted on features of the {key} {ours}, these are of "
                    f"{theirs}: extract as it was, or fit anew"
                )

    def _ask(self, method: str, table: FeatureTable) -> Any:
        rows = self._rows(table)
        try:
            with np.errstate(all="ignore"):  # what is not finite is told by `scores`
                return getattr(self.estimator, method)(rows)
        except Exception as exc:  # what scikit-learn raises where numbers overflow
            raise WeightsError(
                f"the classifier cannot be applied ({one_line(exc, limit=150)}): fit it again, or "
                "ask for another file"
            ) from exc

    def _rows(self, table: FeatureTable) -> npt.NDArray[np.float64]:
        """What the estimator takes, (n, k * d)."""
        self.require_same(table.provenance)
        given, wanted = table.descriptor.shape[1], self.estimator.n_features_in_
        if given != wanted:
            raise InputError(
                f"the classifier takes descriptors of {wanted} values, these have {given}: extract "
                "as it was, or fit anew"
            )
        return matrix(table)


def _identity(part: Any) -> str:
    """A part of a provenance as words: an extractor is known by its name and the checksum of
    its weights.
    """
    if isinstance(part, dict):
        return brief(f"{part.get('name')} ({str(part.get('checksum'))[:12]})")
    return brief(", ".join(part) if isinstance(part, list | tuple) else str(part))


def make_card(
    table: FeatureTable, fitted: BaseEstimator, *, classifier: str, scores: dict[str, Any]
) -> dict[str, Any]:
    """What a classifier file says of itself.

    Parameters
    ----------
    table : FeatureTable
        What the estimator was fitted on.
    classifier : str
        The name it was loaded by.
    scores : dict of str to object
        What it scored, and how that was measured.
    """
    made = {key: table.provenance.get(key) for key in ("dataset", "pipeline", *SAME)}
    libraries = {name: metadata.version(name) for name in ("scikit-learn", "skops")}
    estimator = best_of(fitted)
    return {
        "classifier": classifier,
        "parameters": _plain(estimator),
        "classes": estimator.classes_.tolist(),
        **made,
        "scores": scores,
        "versions": versions() | libraries,
    }


def _plain(pipeline: Any) -> dict[str, Any]:
    """The settings of a pipeline's steps."""
    return {
        name: {"kind": type(step).__name__, **step.get_params()} for name, step in pipeline.steps
    }


def save_fitted_classifier(path: Path, fitted: BaseEstimator, card: dict[str, Any]) -> None:
    """Write a fitted classifier, of a search its best estimator alone, and its card.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    import skops.io  # takes two seconds, and is no part of reading

    data = io.BytesIO(skops.io.dumps(best_of(fitted), compression=zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CARD, json.dumps(map_text(escape, card), indent=2, ensure_ascii=False))
    with atomic_write(path) as temporary:
        temporary.write_bytes(data.getvalue())


def load_fitted_classifier(path: str | Path) -> FittedClassifier:
    """Read what `save_fitted_classifier` wrote. Nothing in the file is run, whoever wrote it.

    Raises
    ------
    InputError
        There is no such file.
    WeightsError
        The file is damaged, is no skops file, or names types that a classifier of ours has not.
    """
    path = Path(path)
    try:
        data = read_regular(path, most=_MOST_BYTES)
    except OSError as exc:
        raise InputError(f"cannot read the classifier {path}: {exc.strerror or exc}") from exc
    except ValueError as exc:
        raise WeightsError(f"{path} is no classifier of videoemo: {exc}") from exc
    try:
        described, beside = read_skops(data, beside=CARD)
        card = map_text(unescape, parse_object(beside))
        require_card(card)
        estimator = make_pipeline(described, card["classes"])
    except ForeignTypeError as exc:
        raise WeightsError(
            f"{path} names {exc}, which no classifier of videoemo holds: refused; ask for another "
            "file"
        ) from exc
    except Exception as exc:  # whatever a damaged file makes its readers raise
        name = "" if isinstance(exc, ValueError) else f"{type(exc).__name__}: "
        reason = brief(f"{name}{one_line(exc)}", limit=400)
        raise WeightsError(
            f"{path} is damaged, or not a classifier of videoemo ({reason}): fit it again, or ask "
            "for another file"
        ) from exc
    return FittedClassifier(estimator, card, hashlib.sha256(data).hexdigest())

"""Metrics of classification: accuracy, recall, F1, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = [
    "Calibration",
    "accuracy",
    "calibration",
    "class_figures",
    "confusion",
    "macro_f1",
    "uar",
    "without_class",
]

Labels = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


def confusion(labels: Labels, predicted: Labels, n_classes: int) -> Counts:
    """Confusion matrix, int64 (c, c): a row a true class, a column a predicted one."""
    return (
        np.bincount(labels * n_classes + predicted, minlength=n_classes**2)
        .reshape(n_classes, n_classes)
        .astype(np.int64)
    )


def accuracy(counts: Counts) -> Shares:
    """Accuracy, 0 to 1: the share of right predictions, from a confusion matrix, (c, c), or of each
    of several, (..., c, c).
    """
    return np.asarray(_right(counts).sum(-1) / counts.sum((-2, -1)))


def uar(counts: Counts) -> Shares:
    """Unweighted average recall, 0 to 1: the mean, over the classes that occur, of the share of
    each that was recognised; from a confusion matrix, or from several.
    """
    return _mean_share(_right(counts), counts.sum(-1))


def macro_f1(counts: Counts) -> Shares:
    """Macro-averaged F1, 0 to 1: the mean, over the classes that occur or were predicted, of the
    harmonic mean of precision and recall; from a confusion matrix, or from several.
    """
    return _mean_share(2 * _right(counts), counts.sum(-1) + counts.sum(-2))


def class_figures(labels: Labels, predicted: Labels, n_classes: int) -> dict[str, float]:
    """`accuracy`, `uar` and `macro_f1` without the confusion matrix, which would fill the memory
    where the classes are thousands of people.
    """
    right, labelled, said = (
        np.bincount(rows, minlength=n_classes)
        for rows in (labels[labels == predicted], labels, predicted)
    )
    return {
        "accuracy": float(right.sum() / len(labels)),
        "uar": float(_mean_share(right, labelled)),
        "macro_f1": float(_mean_share(2 * right, labelled + said)),
    }


def _right(counts: Counts) -> Counts:
    return counts.diagonal(axis1=-2, axis2=-1)


def _mean_share(parts: Counts, of: Counts) -> Shares:
    """The mean share, (...), of parts, (..., c), over the classes that there are any of."""
    occurs = of > 0
    shares = np.divide(parts, of, out=np.zeros(of.shape), where=occurs)
    return np.asarray(shares.sum(-1) / occurs.sum(-1))


@dataclass(frozen=True)
class Calibration:
    """Calibration of predicted probabilities: reliability diagram and expected calibration error.

    Parameters
    ----------
    confidence, accuracy : float64 (bins,)
        The mean confidence and the share right of the predictions in each bin, NaN in an empty one.
    counts : int64 (bins,)
        How many predictions are in each bin.
    ece : float
        Expected calibration error, 0 to 1: the mean gap between the two, weighted by counts (Naeini
        et al. 2015; Guo et al. 2017).
    """

    confidence: npt.NDArray[np.float64]
    accuracy: npt.NDArray[np.float64]
    counts: Counts
    ece: float


def calibration(
    probabilities: npt.NDArray[np.float32], labels: Labels, *, bins: int = 15
) -> Calibration:
    """Calibration of the highest probability of each row.

    Parameters
    ----------
    probabilities : float32 (n, c)
        Rows that sum to 1.
    labels : int64 (n,)
        The true classes.
    bins : int, default=15
        The number of bins of equal width (15 as in Guo et al. 2017, arXiv 1706.04599).
    """
    confidence = probabilities.max(1).astype(np.float64)
    right = (probabilities.argmax(1) == labels).astype(np.float64)
    # Bins open below, closed above.
    index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(index, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(index, confidence, bins) / counts
        share_right = np.bincount(index, right, bins) / counts
    gaps = np.abs(mean_confidence - share_right)[counts > 0]
    return Calibration(
        mean_confidence,
        share_right,
        counts.astype(np.int64),
        float(gaps @ counts[counts > 0] / len(labels)),
    )


def without_class(
    probabilities: npt.NDArray[np.float32], labels: Labels, classes: Sequence[str], left_out: str
) -> tuple[npt.NDArray[np.float32], Labels, tuple[str, ...]]:
    """Predictions without one class: its probability is dropped, the others are renormalised, and
    rows with that label are dropped (as for 7 AffectNet classes from 8).

    Parameters
    ----------
    probabilities : float32 (n, c)
        Rows that sum to 1.
    labels : int64 (n,)
        The true classes.
    classes : sequence of str
        The names of the c classes.
    left_out : str
        The one to drop.

    Returns
    -------
    tuple of (float32 (m, c - 1), int64 (m,), tuple of str)
        Probabilities, labels and class names.
    """
    index = list(classes).index(left_out)
    rows = labels != index
    fewer = np.delete(probabilities[rows], index, axis=1)
    fewer = fewer / np.maximum(fewer.sum(1, keepdims=True), np.finfo(np.float32).tiny)
    kept = tuple(name for name in classes if name != left_out)
    return (
        fewer.astype(np.float32),
        np.where(labels[rows] > index, labels[rows] - 1, labels[rows]),
        kept,
    )

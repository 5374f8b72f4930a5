"""How good predictions are: pure functions of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Calibration", "accuracy", "calibration", "confusion", "macro_f1", "uar", "without_class"]

Labels = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]


def confusion(labels: Labels, predicted: Labels, n_classes: int) -> Counts:
    """Counts, int64 (c, c): a row a true class, a column a predicted one."""
    return np.bincount(labels * n_classes + predicted, minlength=n_classes**2).reshape(n_classes, n_classes).astype(np.int64)


def accuracy(counts: Counts) -> float:
    """The share of right predictions, 0 to 1, from a confusion matrix."""
    return float(np.trace(counts) / counts.sum())


def uar(counts: Counts) -> float:
    """Unweighted average recall, 0 to 1: the mean, over the classes that occur, of the share of each that was recognised."""
    occurs = counts.sum(1) > 0
    return float((counts.diagonal()[occurs] / counts.sum(1)[occurs]).mean())


def macro_f1(counts: Counts) -> float:
    """The mean over the classes that occur, or were predicted, of the harmonic mean of precision and recall, 0 to 1."""
    occurs = counts.sum(1) + counts.sum(0)
    return float((2 * counts.diagonal()[occurs > 0] / occurs[occurs > 0]).mean())


@dataclass(frozen=True)
class Calibration:
    """Whether 0.7 means 70 %.

    Parameters
    ----------
    confidence, accuracy : float64 (bins,), the mean confidence and the share right of the predictions in each bin, NaN in an empty one.
    counts : int64 (bins,).
    ece : expected calibration error, 0 to 1: the mean gap between the two, weighted by counts (Naeini et al. 2015; Guo et al. 2017).
    """

    confidence: npt.NDArray[np.float64]
    accuracy: npt.NDArray[np.float64]
    counts: Counts
    ece: float


def calibration(probabilities: npt.NDArray[np.float32], labels: Labels, *, bins: int = 15) -> Calibration:
    """The reliability of the highest probability of each row, in bins of equal width (15 as in Guo et al. 2017, arXiv 1706.04599)."""
    confidence = probabilities.max(1).astype(np.float64)
    right = (probabilities.argmax(1) == labels).astype(np.float64)
    of_bin = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)  # bins open below, closed above
    counts = np.bincount(of_bin, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(of_bin, confidence, bins) / counts
        share_right = np.bincount(of_bin, right, bins) / counts
    gaps = np.abs(mean_confidence - share_right)[counts > 0]
    return Calibration(mean_confidence, share_right, counts.astype(np.int64), float(gaps @ counts[counts > 0] / len(labels)))


def without_class(
    probabilities: npt.NDArray[np.float32], labels: Labels, classes: Sequence[str], left_out: str
) -> tuple[npt.NDArray[np.float32], Labels, tuple[str, ...]]:
    """Fewer classes without a new training: drop one's probability, renormalise, and drop the rows whose label it is (protocol: 7 from 8)."""
    place = list(classes).index(left_out)
    rows = labels != place
    fewer = np.delete(probabilities[rows], place, axis=1)
    fewer = fewer / np.maximum(fewer.sum(1, keepdims=True), np.finfo(np.float32).tiny)
    kept = tuple(name for name in classes if name != left_out)
    return fewer.astype(np.float32), np.where(labels[rows] > place, labels[rows] - 1, labels[rows]), kept

"""How sure a figure is: percentile intervals from resampled clips, or from resampled groups where clips belong together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["RESAMPLES", "Estimate", "difference", "estimate", "units"]

Labels = npt.NDArray[np.int64]
Metric = Callable[[npt.NDArray[np.int64]], npt.ArrayLike]

# Enough for the ends of a 95 % interval (Efron and Tibshirani 1993, An Introduction to the Bootstrap, section 13.3: 1000 or more).
RESAMPLES = 2000
_PERCENTILES = (2.5, 97.5)
# Resamples in memory at a time: 100 of 3000 clips take 2.4 MB.
_CHUNK = 100


@dataclass(frozen=True)
class Estimate:
    """A figure, or an array of figures, and its 95 % percentile interval.

    Parameters
    ----------
    value : what the clips give.
    low, high : the 2.5th and the 97.5th percentile of what resamples give; NaN where there is one clip, or group, only.
    """

    value: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    @property
    def differs(self) -> bool:
        """Whether the whole interval of a single figure lies on one side of 0: more than noise."""
        return bool(self.low > 0 or self.high < 0)


def units(groups: npt.NDArray[np.str_]) -> Labels | None:
    """What is drawn, and held out, together: int64 (n,), equal for clips of one group; a clip without a group is alone. None: no clip has a group."""
    if not (groups != "").any():
        return None
    names = np.where(groups == "", [f"\0{i}" for i in range(len(groups))], groups)
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def estimate(metric: Metric, labels: Labels, predicted: Labels, *, n_classes: int, together: Labels | None) -> Estimate:
    """A metric of predictions.

    Parameters
    ----------
    metric : of a confusion matrix, int64 (c, c), a row a label, a column a prediction; gives a number or an array, NaN where it is not defined.
    labels, predicted : int64 (n,), 0 to n_classes - 1; n is 1 or more.
    together : int64 (n,), the group of each clip, or None to draw clips one by one.
    """
    counts = _resampled(labels, predicted, n_classes, together)
    return _interval(np.array([metric(matrix) for matrix in counts], np.float64))


def difference(metric: Metric, labels: Labels, predicted: Labels, other: Labels, *, n_classes: int, together: Labels | None) -> Estimate:
    """A metric of `predicted` less that of `other`, on the same clips: each resample draws the same clips for both (paired bootstrap)."""
    first = np.array([metric(matrix) for matrix in _resampled(labels, predicted, n_classes, together)], np.float64)
    second = np.array([metric(matrix) for matrix in _resampled(labels, other, n_classes, together)], np.float64)
    return _interval(first - second)


def _interval(figures: npt.NDArray[np.float64]) -> Estimate:
    """The first of the figures, (1 + resamples, ...), is of the clips themselves, the others of resamples, NaN where a resample has none."""
    value = figures[0]
    if len(figures) == 1:
        return Estimate(value, np.full_like(value, np.nan), np.full_like(value, np.nan))
    known = ~np.isnan(value)
    low, high = np.where(known, np.nanpercentile(np.where(known, figures[1:], 0), _PERCENTILES, axis=0), np.nan)
    return Estimate(value, low, high)


def _resampled(labels: Labels, predicted: Labels, n_classes: int, together: Labels | None) -> npt.NDArray[np.int64]:
    """Confusion matrices, (1 + resamples, c, c): of the clips as they are, then of resamples; the same clips are drawn in every call."""
    unit = np.arange(len(labels)) if together is None else np.unique(together, return_inverse=True)[1]
    n, cells = int(unit.max()) + 1, n_classes**2
    of_unit = np.bincount(unit * cells + labels * n_classes + predicted, minlength=n * cells).reshape(n, cells)  # (units, c * c)
    matrices = [of_unit.sum(0, keepdims=True)]
    rng = np.random.default_rng(0)
    for _ in range(0, RESAMPLES if n > 1 else 0, _CHUNK):
        drawn = rng.integers(0, n, (_CHUNK, n)) + np.arange(_CHUNK)[:, None] * n
        times = np.bincount(drawn.ravel(), minlength=_CHUNK * n).reshape(_CHUNK, n)  # how often each unit was drawn
        matrices.append((times.astype(np.float64) @ of_unit).astype(np.int64))  # exact: counts are far below 2**53
    return np.concatenate(matrices).reshape(-1, n_classes, n_classes)

"""Bootstrap confidence intervals: percentiles over resampled clips, or over resampled groups of
clips.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["RESAMPLES", "Estimate", "Metric", "difference", "estimate", "group_ids", "resample"]

Labels = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]
Metric = Callable[[Counts], npt.NDArray[np.float64]]

# Enough for the ends of a 95 % interval (Efron and Tibshirani 1993, An Introduction to the
# Bootstrap, section 13.3: 1000 or more).
RESAMPLES = 2000
_PERCENTILES = (2.5, 97.5)
# Resamples in memory at a time: 100 of 3000 clips take 2.4 MB.
_CHUNK = 100


@dataclass(frozen=True)
class Estimate:
    """Estimate of a metric, or of an array of metrics, with its 95 % interval.

    Parameters
    ----------
    value : ndarray of float64
        Over the clips, or the units, themselves.
    low, high : ndarray of float64
        Its ends, of clips the 2.5th and the 97.5th percentile over resamples; NaN where there is
        only one clip, group or unit.
    """

    value: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    @property
    def differs(self) -> bool:
        """Whether the whole interval of a single figure lies on one side of 0."""
        return bool(self.low > 0 or self.high < 0)


def group_ids(groups: npt.NDArray[np.str_]) -> Labels | None:
    """Number the groups of clips, which are drawn, and held out, as a whole.

    Parameters
    ----------
    groups : ndarray of str
        n names; empty for a clip without a group, which is a group of its own.

    Returns
    -------
    int64 (n,) or None
        Equal for clips of one group; None where no clip has a group.
    """
    if not (groups != "").any():
        return None
    names = np.where(groups == "", [f"\0{i}" for i in range(len(groups))], groups)
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def resample(labels: Labels, predicted: Labels, *, n_classes: int, groups: Labels | None) -> Counts:
    """Confusion matrices of predictions, a row a label, a column a prediction: of the clips
    themselves, then of resamples; the same clips are drawn in every call.

    Parameters
    ----------
    labels, predicted : int64 (n,)
        0 to n_classes - 1; n is 1 or more.
    n_classes : int
        c.
    groups : int64 (n,) or None
        The group of each clip, or None to draw clips one by one.

    Returns
    -------
    int64 (m, c, c)
        Of one clip, or group, there are no resamples.
    """
    unit = np.arange(len(labels)) if groups is None else np.unique(groups, return_inverse=True)[1]
    n, cells = int(unit.max()) + 1, n_classes**2
    # (units, c * c)
    of_unit = np.bincount(
        unit * cells + labels * n_classes + predicted, minlength=n * cells
    ).reshape(n, cells)
    matrices = [of_unit.sum(0, keepdims=True)]
    rng = np.random.default_rng(0)
    for _ in range(0, RESAMPLES if n > 1 else 0, _CHUNK):
        drawn = rng.integers(0, n, (_CHUNK, n)) + np.arange(_CHUNK)[:, None] * n
        # How often each unit was drawn.
        times = np.bincount(drawn.ravel(), minlength=_CHUNK * n).reshape(_CHUNK, n)
        # Exact: counts are far below 2**53.
        matrices.append((times.astype(np.float64) @ of_unit).astype(np.int64))
    return np.concatenate(matrices).reshape(-1, n_classes, n_classes)


def estimate(metric: Metric, counts: Counts) -> Estimate:
    """Estimate a metric of predictions by the bootstrap.

    Parameters
    ----------
    metric : callable
        Of m confusion matrices, (m, c, c); gives a number or an array for each, float64 (m, ...),
        NaN where it is not defined.
    counts : int64 (m, c, c)
        As `resample` gives them.
    """
    return _interval(metric(counts))


def difference(metric: Metric, counts: Counts, others: Counts) -> Estimate:
    """Estimate the difference of a metric between two predictions of the same clips by the paired
    bootstrap: each resample draws the same clips for both.

    Parameters
    ----------
    metric : callable
        As in `estimate`.
    counts, others : int64 (m, c, c)
        As `resample` gives them; the metric of `others` is subtracted.
    """
    return _interval(metric(counts) - metric(others))


def _interval(figures: npt.NDArray[np.float64]) -> Estimate:
    """Percentile interval of figures, (1 + resamples, ...): the first is of the clips themselves,
    the others of resamples, NaN where a resample has none.
    """
    value = figures[0]
    if len(figures) == 1:
        return Estimate(value, np.full_like(value, np.nan), np.full_like(value, np.nan))
    known = ~np.isnan(value)
    low, high = np.where(
        known, np.nanpercentile(np.where(known, figures[1:], 0), _PERCENTILES, axis=0), np.nan
    )
    return Estimate(value, low, high)

"""Area under the ROC curve: how often a positive example ranks above a negative one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.metrics.bootstrap import Estimate
from videoemo.metrics.sums_bootstrap import draw_units, expanded_interval

__all__ = ["auc", "auc_estimate"]

Scores = npt.NDArray[np.floating]
# Numbers in memory at a time, in each of a few arrays.
_ROOM = 2**21


def auc(scores: Scores, positive: npt.NDArray[np.bool_]) -> float:
    """Area under the ROC curve, 0 to 1: the probability that a positive example has the higher
    score, ties counted as half (J. A. Hanley and B. J. McNeil, Radiology 143, 1982, 29-36).

    Parameters
    ----------
    scores : float (n,)
        Higher is more positive.
    positive : bool (n,)
        Which examples are.

    Returns
    -------
    float
        NaN where all examples are of one kind.
    """
    return float(_areas(scores, positive, np.ones((1, len(scores))))[0])


def auc_estimate(
    scores: Scores,
    positive: npt.NDArray[np.bool_],
    units: npt.NDArray[np.int64],
    *,
    resamples: int,
    seed: int,
) -> Estimate:
    """Area under the ROC curve with its 95 % bootstrap interval over units.

    Parameters
    ----------
    scores : float (n,)
        Higher is more positive.
    positive : bool (n,)
        Which examples are.
    units : int64 (n,)
        Equal for examples that are drawn together.
    resamples : int
        How many times units are drawn.
    seed : int
        Of what is drawn.

    Returns
    -------
    Estimate
        Without an interval (NaN) where there is one unit, or where all positive examples rank above
        all negative ones, which every resample does then.
    """
    value = np.asarray(auc(scores, positive))
    unit = np.unique(units, return_inverse=True)[1]
    n = int(unit.max(initial=-1)) + 1
    if n < 2 or value in (0, 1):
        return Estimate(value, np.asarray(np.nan), np.asarray(np.nan))
    times = draw_units(n, resamples=resamples, seed=seed)
    step = max(_ROOM // len(scores), 1)
    areas = [
        _areas(scores, positive, times[start : start + step, unit].astype(np.float64))
        for start in range(0, resamples, step)
    ]
    return expanded_interval(value, np.concatenate(areas), n=n)


def _areas(
    scores: Scores, positive: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The area for each row of weights (m, n), float64 (m,)."""
    order = np.argsort(scores)
    # Where each distinct score begins.
    starts = np.unique(scores[order], return_index=True)[1]
    with_sign = (weights[:, order] * sign for sign in (positive[order], ~positive[order]))
    if not len(starts):
        return np.full(len(weights), np.nan)
    of_positive, of_negative = (np.add.reduceat(each, starts, axis=1) for each in with_sign)
    below = of_negative.cumsum(axis=1) - of_negative / 2  # (m, distinct scores), ties as half
    pairs = of_positive.sum(axis=1) * of_negative.sum(axis=1)
    areas: npt.NDArray[np.float64] = np.where(
        pairs > 0, (of_positive * below).sum(axis=1) / np.where(pairs > 0, pairs, 1), np.nan
    )
    return areas

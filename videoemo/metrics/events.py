"""Events that were coded and events that were found: which are the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

__all__ = ["matched_events", "precision_recall"]

Times = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


def matched_events(coded: Times, found: Times, *, overlap: float) -> int:
    """Number of events that were coded and found: of pairs, each event in one, whose intersection
    over union is `overlap` or more, as challenges in spotting expressions count them (J. Li et al.,
    Spotting micro-expressions on long videos sequences, IEEE International Conference on Automatic
    Face and Gesture Recognition, 2019, with an overlap of 0.5).

    Parameters
    ----------
    coded, found : int64 (n, 2) and (m, 2)
        When each begins and ends, half-open, none of length 0.
    overlap : float
        Above 0, up to 1.
    """
    if not len(coded) or not len(found):
        return 0
    (start, stop), (begin, end) = coded.T[:, :, None], found.T[:, None, :]  # (n, 1), (1, m)
    common = np.clip(np.minimum(stop, end) - np.maximum(start, begin), 0, None)
    union = (stop - start) + (end - begin) - common
    same = csr_array(common >= overlap * union)
    return int((maximum_bipartite_matching(same, perm_type="column") >= 0).sum())


def precision_recall(counts: Values) -> Values:
    """Precision and recall of events: the share of those found that were coded, and of those coded
    that were found.

    Parameters
    ----------
    counts : float64 (..., 3)
        How many were matched, coded, and found.

    Returns
    -------
    float64 (..., 2)
        NaN where there are none.
    """
    matched, coded, found = np.moveaxis(counts, -1, 0)
    of = np.stack([found, coded], axis=-1)
    shares = np.full(of.shape, np.nan)
    return np.asarray(np.divide(matched[..., None], of, out=shares, where=of > 0))

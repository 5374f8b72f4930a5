"""Assignment of detections to tracks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["assign"]


def assign(
    costs: npt.NDArray[np.float64], unmatched_cost: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Track-detection assignment of the least total cost, by the Hungarian algorithm.

    Each row and each column is in at most one pair; a column that costs less unmatched is in none.

    Parameters
    ----------
    costs : float64 (n, m)
        The cost of each pair.
    unmatched_cost : float
        The cost of a column that is in no pair.

    Returns
    -------
    tuple of (ndarray of intp, ndarray of intp)
        The rows (k,), ascending, and the column of each.
    """
    if not costs.size:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    # Imported here: it takes a third of a second, and the processes that only detect faces have no
    # use for it.
    from scipy.optimize import linear_sum_assignment

    gain = np.minimum(costs - unmatched_cost, 0)
    rows, columns = linear_sum_assignment(gain)
    matched = gain[rows, columns] < 0
    return rows[matched], columns[matched]

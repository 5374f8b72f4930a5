"""Which face is whose: the best pairs of persons known and faces seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["pairs"]


def pairs(costs: npt.NDArray[np.float64], alone: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The pairs that cost least in all, each row and each column in at most one; who costs less alone stays alone.

    Parameters
    ----------
    costs : (n, m), of each pair.
    alone : what a column costs that is in no pair.

    Returns
    -------
    The rows (k,), ascending, and the column of each.
    """
    if not costs.size:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    # Imported here: it takes a third of a second, and the processes that only find faces have no use for it.
    from scipy.optimize import linear_sum_assignment

    gain = np.minimum(costs - alone, 0)
    rows, columns = linear_sum_assignment(gain)
    paired = gain[rows, columns] < 0
    return rows[paired], columns[paired]

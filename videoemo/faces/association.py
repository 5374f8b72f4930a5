"""Which face is whose: the best pairs of persons known and faces seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

__all__ = ["pairs"]


def pairs(costs: npt.NDArray[np.float64], alone: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The pairs that cost least in all, each row and each column in at most one; who costs less alone stays alone.

    Parameters
    ----------
    costs : (n, m), of each pair.
    alone : (m,), what each column costs that is in no pair.

    Returns
    -------
    The rows (k,), ascending, and the column of each.
    """
    gain = np.minimum(costs - alone, 0)
    rows, columns = linear_sum_assignment(gain)
    paired = gain[rows, columns] < 0
    return rows[paired], columns[paired]

"""Means over cells of time, of equal length: frames of any rate on an even grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.util.arrays import Float64Array

__all__ = ["cell_means", "in_cells"]

# Seconds by which a frame may miss the edge of a cell that it is meant to meet: times are whole
# ticks turned into floats.
_ROUNDING = 1e-6


def in_cells(seconds: Float64Array, rate: float) -> Float64Array:
    """Times as numbers of cells; those that miss an edge by rounding meet it.

    Parameters
    ----------
    seconds : float64 (m,)
        From the beginning of cell 0.
    rate : float
        Cells a second.
    """
    cells = seconds * rate
    nearest = np.rint(cells)
    return np.where(np.abs(cells - nearest) <= _ROUNDING * rate, nearest, cells)


def cell_means(
    begins: Float64Array, ends: Float64Array, values: npt.NDArray[np.floating]
) -> tuple[int, Float64Array]:
    """Means of the cells in which faces of one person are shown, each for as long as it is.

    Parameters
    ----------
    begins, ends : float64 (m,)
        Of what each face is shown for, in cells, see `in_cells`; m is 1 or more, and each end
        beyond its beginning.
    values : float32 or float64 (m, k)
        Of each face.

    Returns
    -------
    tuple of (int, float64 (n, k))
        The number of the first cell with a face; the means of each from it on to the last one, NaN
        where there is no face.
    """
    first_cell = np.floor(begins).astype(np.int64)
    n_cells = np.ceil(ends).astype(np.int64) - first_cell  # that each face is shown in
    face = np.repeat(np.arange(len(begins)), n_cells)
    cell = np.arange(len(face)) - np.repeat(np.cumsum(n_cells) - n_cells, n_cells)
    cell += first_cell[face]
    shown = np.minimum(ends[face], cell + 1) - np.maximum(begins[face], cell)
    first = int(first_cell.min())
    weight = np.bincount(cell - first, weights=shown)
    sums = [np.bincount(cell - first, weights=shown * column[face]) for column in values.T]
    weight[weight == 0] = np.nan
    return first, np.column_stack(sums) / weight[:, None]

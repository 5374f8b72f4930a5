"""Persons' courses on one even grid of time, with their gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from videoemo.group._faces import FaceAffect
from videoemo.util.arrays import Float64Array, Int64Array

__all__ = ["ValenceSeries", "valence_series"]

# Faces answer each other no faster than in 0.3 to 0.4 s (U. Dimberg and M. Thunberg, Rapid facial
# reactions to emotional facial expressions, Scandinavian Journal of Psychology 39, 1998, 39-45): a
# tenth of a second shows that, and averages the noise of single frames away.
STEP = 0.1
# Bounds the work on a long video, whose cells are then longer than a tenth of a second: from 14
# minutes on.
MOST_CELLS = 8192
# Bounds the number of pairs: those seen longest.
MOST_PERSONS = 12
# Of a cell: a time just before the edge of the next one counts to that, since containers round
# times, some to a thousandth of a second.
EDGE = 0.05


@dataclass(frozen=True)
class ValenceSeries:
    """What p persons display over time.

    Parameters
    ----------
    persons : int64 (p,)
        Their tracks, in the order of their appearance.
    values : float64 (p, cells)
        The mean valence within each cell, NaN where the person is not seen.
    step : float
        The length of a cell in seconds.
    """

    persons: Int64Array
    values: Float64Array
    step: float


def valence_series(faces: FaceAffect) -> ValenceSeries:
    """The valence of the persons seen longest (at most twelve), in cells of a tenth of a second, or
    longer where frames are further apart.
    """
    seconds = faces.seconds
    persons, place, counts = np.unique(faces.track, return_inverse=True, return_counts=True)
    longest = np.argsort(-np.where(persons < 0, 0, counts), kind="stable")[:MOST_PERSONS]
    chosen = np.sort(longest[persons[longest] >= 0])
    if len(seconds) < 2 or not len(chosen):
        return ValenceSeries(persons[chosen], np.empty((len(chosen), 0)), STEP)
    duration = float(seconds[-1] - seconds[0])
    step = max(STEP, float(np.median(np.diff(seconds))), duration / (MOST_CELLS - 1))
    cells = int(duration / step + EDGE) + 1
    row = np.full(len(persons), -1)
    row[chosen] = np.arange(len(chosen))
    ours = row[place] >= 0
    cell = np.minimum(
        ((seconds[faces.at[ours]] - seconds[0]) / step + EDGE).astype(np.int64), cells - 1
    )
    spot = row[place[ours]] * cells + cell
    n = np.bincount(spot, minlength=len(chosen) * cells)
    sums = np.bincount(spot, faces.valence[ours], minlength=len(chosen) * cells)
    values = np.divide(sums, n, out=np.full(len(n), np.nan), where=n > 0)
    return ValenceSeries(persons[chosen], values.reshape(len(chosen), cells), step)

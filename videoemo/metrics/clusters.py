"""Cluster-based permutation test: from when to when two groups of courses differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from videoemo.metrics.permutation import n_arrangements, permute
from videoemo.metrics.studentised import normal_deviate, studentised

__all__ = ["Cluster", "permutation_clusters"]

Values = npt.NDArray[np.float64]
# Numbers in memory at a time, in each of a dozen arrays: they stay in the processor's cache.
ROOM = 2**18


@dataclass(frozen=True)
class Cluster:
    """A stretch of a course in which two groups differ in one direction at every point.

    Parameters
    ----------
    column : int
        Of the courses.
    start, stop : int
        From which point to before which.
    mass : float
        The sum of t over its points, as the normal deviate of the same probability; positive where
        the first group's mean is higher.
    p : float
        The probability of a cluster of that mass or more, anywhere in any column, if conditions
        meant nothing.
    """

    column: int
    start: int
    stop: int
    mass: float
    p: float


def permutation_clusters(
    a: Values, b: Values, *, paired: bool, level: float, permutations: int, seed: int
) -> list[Cluster]:
    """Cluster-based permutation test of the difference between two groups of courses.

    E. Maris and R. Oostenveld, Nonparametric statistical testing of EEG- and MEG-data, Journal of
    Neuroscience Methods 164, 2007, 177-190: neighbouring points whose two-sided t (Welch's, or that
    of pairs) beats the level form a cluster, and its mass is held against the greatest mass
    anywhere of each arrangement of the units. All columns are in one test: the probability of any
    cluster with p of at most the level, where there is no difference, is the level. Whole units
    change places, with their gaps. What a small p says is that the two differ, not that they
    differ from exactly when to when (J. Sassenhagen and D. Draschkow, Cluster-based permutation
    tests of MEG/EEG data do not establish significance of effect latency or location,
    Psychophysiology 56, 2019, e13335).

    Points at which few units are known have a t of few degrees of freedom, which is large more
    often: it counts as the normal deviate of the same probability (`normal_deviate`).

    Parameters
    ----------
    a, b : float64 (n, t, c) and (m, t, c)
        Courses of t points in c columns; NaN where a unit is not known.
    paired : bool
        a[i] and b[i] are of one unit, and m is n.
    level : float
        Two-sided, of a point to belong to a cluster.
    permutations : int
        How many; where there are no more arrangements, all of them are made, and p is exact.
    seed : int
        Of what is drawn.

    Returns
    -------
    list of Cluster
        With any p, by column and start. None with fewer than two units in a group, or without
        points.
    """
    n, m, points = len(a), len(b), a.shape[1] + 1
    if min(n, m) < 2 or not a.size:
        return []
    statistic = studentised(_end_to_end(a), _end_to_end(b), paired=paired)
    threshold = float(-ndtri(level / 2))

    def deviates(first: npt.NDArray[np.int64]) -> Values:
        return normal_deviate(*statistic(first))

    starts, stops, masses = _runs(deviates(np.arange(n)[None]), threshold)
    if not len(masses):
        return []
    null = permute(
        lambda first: _greatest(deviates(first), threshold),
        n,
        m,
        paired=paired,
        permutations=permutations,
        seed=seed,
        batch=max(ROOM // (points * a.shape[2]), 1),
    ).null_distribution
    # An arrangement that was drawn is another than the one found, which counts, too.
    drawn = len(null) < n_arrangements(n, m, paired=paired)
    return [
        Cluster(
            column=int(start // points),
            start=int(start % points),
            stop=int(stop - start + start % points),
            mass=float(mass),
            p=float((np.sum(null >= abs(mass) - 1e-9) + drawn) / (len(null) + drawn)),
        )
        for start, stop, mass in zip(starts, stops, masses, strict=True)
    ]


def _end_to_end(courses: Values) -> Values:
    """One long row a unit, (n, c * (t + 1)): column after column, an unknown point after each."""
    between = np.full((len(courses), 1, courses.shape[2]), np.nan)
    laid = np.concatenate([courses, between], axis=1)
    return np.ascontiguousarray(laid.transpose(0, 2, 1)).reshape(len(courses), -1)


def _runs(
    deviates: Values, threshold: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Values]:
    """Where stretches beyond the threshold on one side start and stop in rows laid end to end, and
    their sums; no row ends in one.
    """
    side = (deviates > threshold).astype(np.int8) - (deviates < -threshold)
    flat = side.ravel()
    edges = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]) + 1])
    sums = np.add.reduceat(deviates.ravel(), edges)
    beyond = flat[edges] != 0
    return edges[beyond], np.append(edges[1:], len(flat))[beyond], sums[beyond]


def _greatest(deviates: Values, threshold: float) -> Values:
    """The greatest mass of a cluster in each row, on either side; 0 without one."""
    starts, _, masses = _runs(deviates, threshold)
    greatest = np.zeros(len(deviates))
    np.maximum.at(greatest, starts // deviates.shape[1], np.abs(masses))
    return greatest

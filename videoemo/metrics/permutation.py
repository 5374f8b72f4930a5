"""Permutation tests over units: how large a difference would be if conditions meant nothing."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import permutation_test

from videoemo.metrics.studentised import normal_deviate, studentised
from videoemo.metrics.units import differing, known_units

__all__ = ["n_arrangements", "permutation_p", "permute"]

Values = npt.NDArray[np.float64]


def permutation_p(a: Values, b: Values, *, paired: bool, permutations: int, seed: int) -> float:
    """Two-sided p of the difference of two means, by a permutation test with Student's t.

    Between groups units change places, and t is Welch's (see `studentised`); paired, the two values
    of a unit do. Compared are normal deviates of t at its own degrees of freedom: of few units with
    unequal variances the t alone is too often large; and both sides together, since on each the
    distribution has another width then. Exact where there are no more arrangements
    than `permutations`; else that many are drawn, and the p is that of B. Phipson and G. K. Smyth
    (Permutation p-values should never be zero, Statistical Applications in Genetics and Molecular
    Biology 9, 2010, article 39).

    Parameters
    ----------
    a, b : float64 (n,) and (m,)
        A number a unit, NaN where it is not known: it is left out.
    paired : bool
        a[i] and b[i] are of one unit; a unit with one of them only is left out.
    permutations : int
        How many.
    seed : int
        Of what is drawn.

    Returns
    -------
    float
        NaN with fewer than two units in a group, or where all have the same value.
    """
    a, b = known_units(a, b, paired=paired)
    if min(len(a), len(b)) < 2 or not differing(np.concatenate([a, b])):
        return np.nan
    statistic = studentised(a[:, None], b[:, None], paired=paired)
    found = permute(
        lambda first: np.abs(normal_deviate(*statistic(first)))[:, 0],
        len(a),
        len(b),
        paired=paired,
        permutations=permutations,
        seed=seed,
    )
    return float(found.pvalue)


def permute(
    statistic: Callable[[npt.NDArray[np.int64]], Values],
    n: int,
    m: int,
    *,
    paired: bool,
    permutations: int,
    seed: int,
    batch: int | None = None,
) -> Any:
    """SciPy's permutation test, of the numbers of units instead of their values.

    Parameters
    ----------
    statistic : callable
        Of the units that stand first, int64 (arrangements, n), of 0 to n + m - 1; gives float64
        (arrangements,).
    n, m : int
        How many units stand first, and second.
    paired : bool
        Unit i and unit n + i change places with each other only.
    permutations : int
        How many.
    seed : int
        Of what is drawn.
    batch : int or None
        How many arrangements at a time.

    Returns
    -------
    scipy.stats._resampling.PermutationTestResult
        Its `statistic`, `pvalue` (of as much or more) and `null_distribution`.
    """

    def of_samples(
        first: npt.NDArray[Any], second: npt.NDArray[Any], axis: int
    ) -> npt.NDArray[np.float64]:
        values = statistic(np.atleast_2d(first).astype(np.int64))
        return values if first.ndim > 1 else values[0]

    return permutation_test(
        (np.arange(n), np.arange(n, n + m)),
        of_samples,
        permutation_type="samples" if paired else "independent",
        vectorized=True,
        n_resamples=permutations,
        batch=batch,
        alternative="greater",
        random_state=np.random.default_rng(seed),
    )


def n_arrangements(n: int, m: int, *, paired: bool) -> int:
    """In how many ways units can be arranged: the null distribution of an exact test has so many
    values.
    """
    return 2**n if paired else comb(n + m, n)

"""Agreement of raters: Cohen's kappa, Krippendorff's alpha and the intraclass correlation.

Each comes from sums over the items that were rated, so that those of several units can be added,
and drawn again.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from videoemo.metrics.extra import study_extra

__all__ = ["alpha", "alpha_sums", "gram", "icc", "kappa", "krippendorff_alpha"]

Values = npt.NDArray[np.float64]

# Below this share of the sum of squares a spread is nothing but rounding.
_ROUNDING = 1e-12


def kappa(counts: Values) -> float:
    """Cohen's kappa, -1 to 1, of two raters (J. Cohen, A coefficient of agreement for nominal
    scales, Educational and Psychological Measurement 20, 1960, 37-46), as statsmodels has it.

    Parameters
    ----------
    counts : float64 (c, c)
        How many items have each pair of categories: a row one of the first rater's, a column one of
        the second's.

    Returns
    -------
    float
        NaN without an item, and where both raters gave all of them one category.
    """
    n = counts.sum()
    if n == 0 or counts.diagonal().max() == n:
        return math.nan
    with study_extra():
        from statsmodels.stats.inter_rater import cohens_kappa
    return float(cohens_kappa(counts, return_results=False))


def krippendorff_alpha(values: Values, *, categories: int | None) -> float:
    """Krippendorff's alpha, at most 1, of two raters or more; see `alpha_sums`."""
    return alpha(alpha_sums(values, categories=categories))


def alpha_sums(values: Values, *, categories: int | None) -> Values:
    """Sums over items from which `alpha` comes.

    Parameters
    ----------
    values : float64 (raters, items)
        NaN where a rater did not rate an item.
    categories : int or None
        How many categories there are: values are 0 to this less 1, and of a nominal level. None for
        numbers, of an interval level.

    Returns
    -------
    float64 (3 + k,)
        The ratings of items that two raters or more rated; the disagreement within items; the sum
        of squares; and k sums of values, one for numbers, else a count of each category.
    """
    n = (~np.isnan(values)).sum(axis=0)
    values, n = values[:, n > 1], n[n > 1]
    if categories is None:
        points = np.nan_to_num(values)[..., None]  # (raters, items, 1)
    else:
        # Two different categories are 1 apart in each of two directions; NaN is equal to nothing.
        points = (values[..., None] == np.arange(categories)).astype(np.float64)
    totals = points.sum(axis=0)  # (items, k)
    squares = (points**2).sum(axis=(0, 2))
    within = (n * squares - (totals**2).sum(axis=1)) / (n - 1)
    return np.array([n.sum(), within.sum(), squares.sum(), *totals.sum(axis=0)])


def alpha(sums: Values) -> float:
    """Krippendorff's alpha from sums over items: 1 less the disagreement within items over that
    among all ratings (A. F. Hayes and K. Krippendorff, Answering the call for a standard
    reliability measure for coding data, Communication Methods and Measures 1, 2007, 77-89).

    Parameters
    ----------
    sums : float64 (3 + k,)
        See `alpha_sums`.

    Returns
    -------
    float
        NaN where the ratings do not differ, or there are none.
    """
    n, within, squares = sums[:3].tolist()
    if n < 2:
        return math.nan
    among = (n * squares - float(sums[3:] @ sums[3:])) / (n - 1)
    return 1 - within / among if among > _ROUNDING * n * squares else math.nan


def gram(values: Values) -> Values:
    """Sums over items from which `icc` comes: how many, of each rater's ratings, of their products.

    Parameters
    ----------
    values : float64 (items, raters)
        Items with a NaN are left out.

    Returns
    -------
    float64 (raters + 1, raters + 1)
        The Gram matrix of ones and the ratings.
    """
    known = values[~np.isnan(values).any(axis=1)]
    ones = np.column_stack([np.ones(len(known)), known])
    return np.asarray(ones.T @ ones)


def icc(sums: Values) -> float:
    """Intraclass correlation of single ratings, at most 1: ICC(A,1), two-way and of absolute
    agreement (K. O. McGraw and S. P. Wong, Forming inferences about some intraclass correlation
    coefficients, Psychological Methods 1, 1996, 30-46); the ICC(2,1) of P. E. Shrout and J. L.
    Fleiss (Psychological Bulletin 86, 1979, 420-428).

    Parameters
    ----------
    sums : float64 (raters + 1, raters + 1)
        See `gram`.

    Returns
    -------
    float
        NaN with fewer than two items, and where no ratings differ.
    """
    n, k = float(sums[0, 0]), len(sums) - 1
    if n < 2:
        return math.nan
    totals, products = sums[0, 1:], sums[1:, 1:]
    mean = totals.sum() ** 2 / (n * k)
    squares = float(np.trace(products) - mean)
    if squares <= _ROUNDING * float(np.trace(products)):
        return math.nan
    items = float(products.sum() / k - mean)
    raters = float(totals @ totals / n - mean)
    error = (squares - items - raters) / ((n - 1) * (k - 1))
    items, raters = items / (n - 1), raters / (k - 1)
    spread = items + (k - 1) * error + k * (raters - error) / n
    return (items - error) / spread if spread > 0 else math.nan

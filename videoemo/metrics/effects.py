"""Effect sizes of a difference between two groups of units, or within pairs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from videoemo.metrics.units import differing, known_units

__all__ = ["cliffs_delta", "hedges_correction", "hedges_g"]

Values = npt.NDArray[np.float64]


def hedges_g(a: Values, b: Values, *, paired: bool) -> float:
    """Hedges' g: the mean of a less the mean of b, in standard deviations within a condition,
    corrected for the bias of few units.

    Independent groups: L. V. Hedges, Distribution theory for Glass's estimator of effect size and
    related estimators, Journal of Educational Statistics 6, 1981, 107-128, with the exact
    correction. Pairs: the same standard deviation, that of the two conditions and not that of the
    differences, so that studies within and between persons can be compared (d_av of G. Cumming,
    Understanding the new statistics, 2012; the correction's degrees of freedom are those of J.-C.
    Goulet-Pelletier and D. Cousineau, A review of effect sizes and their confidence intervals, The
    Quantitative Methods for Psychology 14, 2018, 242-265).

    Parameters
    ----------
    a, b : float64 (n,) and (m,)
        A number a unit, NaN where it is not known.
    paired : bool
        a[i] and b[i] are of one unit; a unit with one of them only is left out.

    Returns
    -------
    float
        NaN with fewer than two units in a group, or where no unit differs from the others.
    """
    a, b = known_units(a, b, paired=paired)
    freedom = len(a) + len(b) - 2
    if min(len(a), len(b)) < 2 or not (differing(a) or differing(b)):
        return np.nan
    pooled = (a.var() * len(a) + b.var() * len(b)) / freedom
    return float(hedges_correction(freedom) * (a.mean() - b.mean()) / np.sqrt(pooled))


def cliffs_delta(a: Values, b: Values, *, paired: bool) -> float:
    """Cliff's delta: how much more often a is greater than b than smaller; -1 to 1.

    Of all pairs of a unit of a and one of b (N. Cliff, Dominance statistics: ordinal analyses to
    answer ordinal questions, Psychological Bulletin 114, 1993, 494-509); paired, of each unit with
    itself (his d_w: Ordinal methods for behavioral data analysis, 1996, chapter 6).

    Parameters
    ----------
    a, b : float64 (n,) and (m,)
        A number a unit, NaN where it is not known.
    paired : bool
        a[i] and b[i] are of one unit; a unit with one of them only is left out.

    Returns
    -------
    float
        NaN without units.
    """
    a, b = known_units(a, b, paired=paired)
    if not (len(a) and len(b)):
        return np.nan
    return float(np.sign(a - b if paired else a[:, None] - b).mean())


def hedges_correction(freedom: int) -> float:
    """Hedges' J: by what a standardised difference of few units is too large.

    Parameters
    ----------
    freedom : int
        Degrees of freedom of the standard deviation. One of them alone gives 0: it tells nothing.
    """
    if freedom < 2:
        return 0.0
    halves = gammaln(freedom / 2) - gammaln((freedom - 1) / 2)
    return float(np.exp(halves) / np.sqrt(freedom / 2))

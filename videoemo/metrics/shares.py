"""Shares of examples that come in units, such as the faces of people, with their intervals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from videoemo.metrics.bootstrap import Estimate

__all__ = ["share_difference", "share_estimate"]


def share_estimate(
    right: npt.NDArray[np.bool_], units: npt.NDArray[np.int64], *, level: float = 0.95
) -> Estimate:
    """Share of examples with Wilson's interval over units.

    The interval is Wilson's (Journal of the American Statistical Association 22, 1927, 209-212) for
    as many independent examples as would be spread as the units are, with Student's t (E. L. Korn
    and B. I. Graubard, Survey Methodology 24, 1998, 193-201). A bootstrap would give a share of
    100 % an interval without width, whether of five units or of a thousand; here each unit then
    counts as one example.

    Parameters
    ----------
    right : bool (n,)
        Whether each example counts.
    units : int64 (n,)
        Equal for examples of one unit.
    level : float, default=0.95
        Of the interval.

    Returns
    -------
    Estimate
        0 to 1; NaN without an example, the interval of a single unit.
    """
    unit = np.unique(units, return_inverse=True)[1]
    n_units, n = int(unit.max(initial=-1)) + 1, len(right)
    if not n:
        return Estimate(*map(np.asarray, (np.nan, np.nan, np.nan)))
    share = float(right.mean())
    if n_units < 2:
        return Estimate(*map(np.asarray, (share, np.nan, np.nan)))
    off = np.bincount(unit, right - share)  # by how much each unit has more than its share
    variance = n_units / (n_units - 1) * (off**2).sum() / n**2
    spread = share * (1 - share)
    independent = min(spread / variance, n) if spread > 0 and variance > 0 else n_units
    t2 = float(stdtrit(n_units - 1, (1 + level) / 2)) ** 2 / independent
    middle = (share + t2 / 2) / (1 + t2)
    half = np.sqrt(spread * t2 + t2**2 / 4) / (1 + t2)
    return Estimate(*map(np.asarray, (share, max(middle - half, 0.0), min(middle + half, 1.0))))


def share_difference(a: Estimate, b: Estimate) -> Estimate:
    """Difference of the shares of two groups of units, a less b, with R. G. Newcombe's interval
    from those of the two (Statistics in Medicine 17, 1998, 873-890, method 10).
    """
    value = a.value - b.value
    below = np.hypot(a.value - a.low, b.high - b.value)
    above = np.hypot(a.high - a.value, b.value - b.low)
    return Estimate(value, value - below, value + above)

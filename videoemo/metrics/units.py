"""Numbers of units: which are known, and whether they differ."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["differing", "known_units"]

Values = npt.NDArray[np.float64]


def known_units(a: Values, b: Values, *, paired: bool) -> tuple[Values, Values]:
    """The units of which the number is known; paired, those of which both are.

    Parameters
    ----------
    a, b : float64 (n,) and (m,)
        A number a unit, NaN where it is not known.
    paired : bool
        a[i] and b[i] are of one unit.
    """
    if paired:
        both = ~np.isnan(a) & ~np.isnan(b)
        return a[both], b[both]
    return a[~np.isnan(a)], b[~np.isnan(b)]


def differing(values: Values) -> bool:
    """Whether known numbers differ by more than rounding."""
    return bool(len(values) and np.ptp(values) > 1e-12 * np.abs(values).max())

"""Holm's correction for the number of tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from videoemo.metrics.extra import study_extra

__all__ = ["holm"]


def holm(p: Sequence[float] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Holm's step-down p-values of a family of tests, in the order given.

    They hold the family-wise level however the tests depend on each other (S. Holm, A simple
    sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979,
    65-70).

    Parameters
    ----------
    p : sequence of float
        NaN for what was not tested: it stays NaN, and does not count.

    Raises
    ------
    VideoemoError
        The extra `study` is not installed.
    """
    with study_extra():
        from statsmodels.stats.multitest import multipletests
    corrected = np.array(p, np.float64)
    tested = ~np.isnan(corrected)
    if tested.any():
        corrected[tested] = multipletests(corrected[tested], method="holm")[1]
    return corrected

"""Courses as they might have been by chance: with the same memory and the same gaps."""

from __future__ import annotations

import numpy as np

from videoemo.util.arrays import Float64Array

__all__ = ["surrogates"]


def surrogates(series: Float64Array, n: int, rng: np.random.Generator) -> Float64Array:
    """`n` courses with the power spectrum of this one, and so its autocorrelation, random phases,
    and its gaps.

    Phase randomisation (J. Theiler et al., Testing for nonlinearity in time series: the method of
    surrogate data, Physica D 58, 1992, 77-94), from the first to the last known sample, gaps taken
    as the mean for the spectrum and cut out again afterwards.

    Parameters
    ----------
    series : float64 (m,)
        NaN where missing, with at least one value.

    Returns
    -------
    float64 (n, m)
        One series a row.
    """
    there = np.isfinite(series)
    known = np.flatnonzero(there)
    begin, end = known[0], known[-1] + 1
    filled = np.where(there, series - series[there].mean(), 0.0)[begin:end]
    size = np.abs(np.fft.rfft(filled))
    phases = rng.uniform(0, 2 * np.pi, (n, len(size)))
    made = np.full((n, len(series)), np.nan)
    made[:, begin:end] = np.fft.irfft(size * np.exp(1j * phases), end - begin, axis=1)
    made[:, ~there] = np.nan
    return made

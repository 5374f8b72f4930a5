"""Windowed cross-correlation of one series with many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.util.arrays import Float64Array

__all__ = ["Correlation", "WindowedCrossCorrelation"]

Numbers = npt.NDArray[np.floating]

# A window in which fewer than half of the samples are common to both says nothing, nor does a lag
# at which less is common than half of the most.
LEAST_COMMON = 0.5
# The least product of two windows' sums of squares about their means that is no rounding of zero,
# in single precision too.
LEAST_SPREAD = 1e-6


@dataclass(frozen=True)
class Correlation:
    """At each lag from -k to k samples, of s courses.

    Parameters
    ----------
    mean : float (2 k + 1, s)
        The mean of the windows' correlations, weighted by their common samples; 0 where too little
        is common.
    common : float (2 k + 1,)
        The common samples that went into it; 0 where too few.
    """

    mean: Numbers
    common: Numbers

    def strength(self) -> Numbers:
        """The mean times the root of the common samples, (2 k + 1, s): alike in spread at every lag
        where nothing is synchronous.
        """
        return np.asarray(self.mean * np.sqrt(self.common)[:, None])


class WindowedCrossCorrelation:
    """A series to be correlated with others, in windows of time and at each lag (S. M. Boker et
    al., Psychological Methods 7, 2002, 338-355).

    Parameters
    ----------
    series : float64 (n,)
        NaN where missing.
    window : int
        In samples; the windows lie side by side and are made as even as can be.
    lags : int
        k; at lag l a sample of the series is compared with that of the other one l samples later.
    single : bool, default=False
        Whether to reckon in single precision, which takes half the time.
    """

    def __init__(
        self, series: Float64Array, *, window: int, lags: int, single: bool = False
    ) -> None:
        self._kind = np.float32 if single else np.float64
        self._n_windows = max(1, round(len(series) / window))
        self._width = -(-len(series) // self._n_windows)
        there = np.isfinite(series)
        # (windows, 2 lags + 1, width)
        self._values = self._delayed(np.where(there, series, 0.0), lags)
        self._there = self._delayed(there, lags)

    @property
    def size(self) -> int:
        """How many numbers there are to each series that this one is correlated with."""
        return self._n_windows * max(int(self._values.shape[1]), self._width)

    def correlate(self, others: Float64Array) -> Correlation:
        """With `others`, (s, n), NaN where missing, and missing all the same samples; the windows
        are of their time.
        """
        theirs = self._windows(np.where(np.isfinite(others), others, 0.0))  # (windows, width, s)
        mask = self._windows(np.isfinite(others[:1]))  # (windows, width, 1)
        common = self._there @ mask  # (windows, lags, 1)
        share = 1 / np.maximum(common, 1)
        x, y = self._values @ mask, self._there @ theirs  # (windows, lags, 1), (windows, lags, s)
        x_spread = self._values**2 @ mask - x * x * share
        y_spread = self._there @ theirs**2 - y * y * share
        both = self._values @ theirs - x * y * share
        spread = x_spread * y_spread
        # Where either does not change there is no correlation: 0.
        correlation = np.divide(
            both,
            np.sqrt(np.maximum(spread, 0)),
            out=np.zeros_like(both),
            where=spread > LEAST_SPREAD,
        )
        weight = np.where(common >= LEAST_COMMON * self._width, common, 0.0)
        total = weight.sum(axis=0)[:, 0]  # (lags,)
        total = np.where(total >= LEAST_COMMON * total.max(initial=0), total, 0.0)
        mean = (weight * correlation).sum(axis=0) / np.maximum(total, 1)[:, None]
        return Correlation(np.where(total[:, None] > 0, mean, 0.0), total)

    def _delayed(self, series: Float64Array | npt.NDArray[np.bool_], lags: int) -> Numbers:
        """The windows of a series delayed by each lag, (windows, 2 lags + 1, width), zeros where
        there is none.
        """
        length = self._n_windows * self._width
        room = np.zeros(length + 2 * lags, self._kind)
        room[lags : lags + len(series)] = series
        # (2 lags + 1, length)
        delayed = np.stack(
            [room[2 * lags - i : 2 * lags - i + length] for i in range(2 * lags + 1)]
        )
        return np.ascontiguousarray(
            delayed.reshape(2 * lags + 1, self._n_windows, self._width).swapaxes(0, 1)
        )

    def _windows(self, courses: Float64Array | npt.NDArray[np.bool_]) -> Numbers:
        """(s, n) to (windows, width, s), zeros at the end."""
        room = np.zeros((self._n_windows * self._width, len(courses)), self._kind)
        room[: courses.shape[1]] = courses.T
        return room.reshape(self._n_windows, self._width, len(courses))

"""Probabilities over time, cut into stretches that can be drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Series", "time_series"]

Floats = npt.NDArray[np.float64]

# A column of two pixels of a timeline: finer detail is not seen, it only darkens the picture.
COLUMNS = 600
# A step of more than ten typical ones is a hole: a camera that drops from 30 to 5 frames/s in the
# dark makes none, a damaged stretch does.
HOLE_STEPS = 10.0


@dataclass(frozen=True)
class Series:
    """What to draw, k columns of time.

    Parameters
    ----------
    seconds : float64 (k,)
        Increasing.
    probabilities : float64 (k, c)
        NaN rows where no face was found.
    cells : float64 (k, 2)
        From when to when each column stands: half-way to its neighbours, not into a hole; from the
        first frame to the last.
    runs : list of tuple of (int, int)
        Half-open ranges of columns that have faces and no hole between them.
    has_holes : bool
        Whether frames are missing somewhere.
    bin_seconds : float
        The time over which each column is a mean; 0 where each is one frame.
    """

    seconds: Floats
    probabilities: Floats
    cells: Floats
    runs: list[tuple[int, int]]
    has_holes: bool
    bin_seconds: float

    @property
    def ends(self) -> tuple[float, float]:
        """The times of the first and the last frame."""
        return float(self.cells[0, 0]), float(self.cells[-1, 1])

    def gaps(self) -> list[tuple[float, float]]:
        """From when to when nothing is known, for lack of a face or of a frame."""
        first, last = self.ends
        known = [(self.cells[start, 0], self.cells[stop - 1, 1]) for start, stop in self.runs]
        edges = [first, *(edge for run in known for edge in run), last]
        return [(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def time_series(
    seconds: Floats, probabilities: npt.NDArray[np.float32], *, columns: int = COLUMNS
) -> Series:
    """Reduce a video to at most `columns` columns and cut it where no face was found or frames
    are missing.

    Parameters
    ----------
    seconds : float64 (n,)
        In any order, not all equal.
    probabilities : float32 (n, c)
        NaN rows where no face was found.
    """
    order = np.argsort(seconds, kind="stable")
    times, values = seconds[order], probabilities[order].astype(np.float64)
    bin_seconds = 0.0
    if len(times) > columns:
        bin_seconds = float(times[-1] - times[0]) / columns
        times, values = _reduced(times, values, columns)
    steps = np.diff(times)  # (k - 1,)
    limit = HOLE_STEPS * float(np.median(steps[steps > 0]))
    reach = np.minimum(steps, limit) / 2
    cells = np.column_stack([times - np.append(0, reach), times + np.append(reach, 0)])  # (k, 2)
    cells[0, 0], cells[-1, 1] = seconds.min(), seconds.max()
    holes = steps > limit
    return Series(
        times,
        values,
        cells,
        _runs(np.isfinite(values.sum(axis=1)), holes),
        bool(holes.any()),
        bin_seconds,
    )


def _reduced(seconds: Floats, probabilities: Floats, columns: int) -> tuple[Floats, Floats]:
    """The mean of each of `columns` equal bins of time over its frames with a face; bins without a
    frame are left out.
    """
    share = (seconds - seconds[0]) / (seconds[-1] - seconds[0])
    bins = np.minimum((share * columns).astype(np.int64), columns - 1)  # (n,)
    has_face = np.isfinite(probabilities.sum(axis=1))
    frames = np.bincount(bins, minlength=columns)
    faces = np.bincount(bins[has_face], minlength=columns)
    times = np.bincount(bins, seconds, minlength=columns)
    # (columns, c)
    sums = np.column_stack(
        [np.bincount(bins[has_face], one[has_face], minlength=columns) for one in probabilities.T]
    )
    means = np.full(sums.shape, np.nan)
    np.divide(sums, faces[:, None], out=means, where=faces[:, None] > 0)
    used = frames > 0
    return times[used] / frames[used], means[used]


def _runs(has_face: npt.NDArray[np.bool_], holes: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    begins = has_face & np.append(True, ~has_face[:-1] | holes)
    ends = has_face & np.append(~has_face[1:] | holes, True)
    return list(
        zip(np.flatnonzero(begins).tolist(), (np.flatnonzero(ends) + 1).tolist(), strict=True)
    )

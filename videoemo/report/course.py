"""The course of a video in a few characters, for a list of thousands."""

from __future__ import annotations

import numpy as np

from videoemo.tables.faces import FrameSeries

__all__ = ["STRETCHES", "course"]

# A course has at most so many stretches: as many as a bar of 150 pixels shows well.
STRETCHES = 48
# The character of the first class, which those of the others follow; and of no face.
_FIRST, _NOBODY = "A", "-"


def course(series: FrameSeries) -> str:
    """Course of what is displayed: which class leads in each of some equally long stretches of
    time, and with what mean probability.

    Parameters
    ----------
    series : FrameSeries
        The mean over the faces of each frame.

    Returns
    -------
    str
        Two characters a stretch: a letter for the class with the highest mean, `A` for the first,
        and the tenths of that mean, 0 to 9; or twice a hyphen where no frame has a face. Empty
        without a frame.
    """
    # A face that somebody added has no probabilities.
    seen = (series.n_faces > 0) & ~np.isnan(series.probabilities).any(axis=1)
    n = min(STRETCHES, len(series.seconds))
    if not n:
        return ""
    first, last = series.seconds[0], series.seconds[-1]
    length = (last - first) * (1 + 1 / len(series.seconds)) or 1.0
    at = np.minimum(((series.seconds - first) / length * n).astype(np.int64), n - 1)
    counts = np.bincount(at[seen], minlength=n)  # (n,)
    sums = np.zeros((n, series.probabilities.shape[1]))
    np.add.at(sums, at[seen], series.probabilities[seen])
    means = sums / np.maximum(counts, 1)[:, None]
    tenths = np.minimum((means.max(axis=1) * 10).astype(np.int64), 9).tolist()
    return "".join(
        f"{chr(ord(_FIRST) + leads)}{tenth}" if count else 2 * _NOBODY
        for leads, tenth, count in zip(
            means.argmax(axis=1).tolist(), tenths, counts.tolist(), strict=True
        )
    )

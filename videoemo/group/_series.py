"""What the faces of each frame display together."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from videoemo.group._faces import FaceAffect
from videoemo.labels import NEGATIVE, POSITIVE, VALENCE
from videoemo.records import check_shapes
from videoemo.util.arrays import Float64Array, Int64Array

__all__ = ["GroupSeries", "group_series", "smoothed"]


@dataclass(frozen=True)
class GroupSeries:
    """Frame by frame, n frames; what is not known, for lack of a face above all, is NaN.

    Parameters
    ----------
    frame : int64 (n,)
        The index of each sampled frame, in the order of time.
    seconds : float64 (n,)
        Its presentation time, ascending.
    faces : int64 (n,)
        How many faces there are.
    positive, neutral, negative : float64 (n,)
        The share of the faces whose most probable class is one of `labels.POSITIVE`, of `NEGATIVE`,
        or another one.
    valence : float64 (n,)
        The mean over the faces, -1 to 1.
    valence_smoothed : float64 (n,)
        See `smoothed`; NaN where there is no face, as before.
    dispersion : float64 (n,)
        How far the faces differ in valence: their standard deviation (of all, not of a sample), 0
        to 1; NaN for one face.
    agreement : float64 (n,)
        How far they display the same class: 1 less the entropy of their most probable classes over
        the highest that so many faces could have; 1 where all display one class, 0 where they
        differ as far as they can; NaN for one face.
    dominant : int64 (n,)
        The class with the highest mean probability, -1 without a face.

    Notes
    -----
    The standard deviation is the measure of diversity as separation, the entropy that of diversity
    as variety, as D. A. Harrison and K. J. Klein set them apart (What's the difference? Diversity
    constructs as separation, variety, or disparity in organizations, Academy of Management Review
    32, 2007, 1199-1228); the entropy is over its maximum here, so that groups of different sizes
    can be compared.
    """

    frame: Int64Array
    seconds: Float64Array
    faces: Int64Array
    positive: Float64Array
    neutral: Float64Array
    negative: Float64Array
    valence: Float64Array
    valence_smoothed: Float64Array
    dispersion: Float64Array
    agreement: Float64Array
    dominant: Int64Array

    def __post_init__(self) -> None:
        check_shapes(self, {field.name: self.frame.shape for field in fields(self)})


def group_series(faces: FaceAffect, *, window: float) -> GroupSeries:
    """The time series of a video's faces.

    Parameters
    ----------
    window : float
        Seconds over which the valence is smoothed; 0 for none.
    """
    n, c = len(faces.frame), len(faces.classes)
    counts = np.bincount(faces.at, minlength=n)  # (n,)
    # (n, c)
    sums = np.column_stack(
        [np.bincount(faces.at, one, minlength=n) for one in faces.probabilities.T]
    )
    displayed = np.bincount(faces.at * c + faces.best, minlength=n * c).reshape(n, c)
    positive, neutral, negative = (
        _over(displayed @ tone, counts) for tone in _tones(faces.classes)
    )
    valence = _over(np.bincount(faces.at, faces.valence, minlength=n), counts)
    squares = np.bincount(faces.at, (faces.valence - valence[faces.at]) ** 2, minlength=n)
    several = np.where(counts > 1, counts, 0)
    return GroupSeries(
        frame=faces.frame,
        seconds=faces.seconds,
        faces=counts,
        positive=positive,
        neutral=neutral,
        negative=negative,
        valence=valence,
        valence_smoothed=smoothed(faces.seconds, valence, window=window),
        dispersion=np.sqrt(_over(squares, several)),
        agreement=_agreement(displayed, several),
        dominant=np.where(counts > 0, sums.argmax(axis=1), -1),
    )


def smoothed(seconds: Float64Array, values: Float64Array, *, window: float) -> Float64Array:
    """The mean of the known values at most half a window away; what is not known stays so: no
    stretch is filled from its ends.

    Parameters
    ----------
    seconds : float64 (n,)
        Ascending.
    values : float64 (n,)
        NaN where not known.
    window : float
        In seconds; 0 leaves the values as they are.
    """
    known = np.isfinite(values)
    if window == 0:
        return values.copy()
    sums, counts = (np.append(0, np.cumsum(one)) for one in (np.where(known, values, 0.0), known))
    # A hair wider than half, so that times that are rounded do not fall out of it on one side only.
    reach = window / 2 * (1 + 1e-9)
    first, last = (
        np.searchsorted(seconds, seconds - reach, "left"),
        np.searchsorted(seconds, seconds + reach, "right"),
    )
    return np.where(known, _over(sums[last] - sums[first], counts[last] - counts[first]), np.nan)


def _tones(classes: tuple[str, ...]) -> tuple[Float64Array, Float64Array, Float64Array]:
    """Which classes are positive, neutral and negative, (c,) each; NaN where one is known to be
    none of those.
    """
    known = all(name in VALENCE for name in classes)
    positive, negative = (
        np.array([float(name in tone) if known else np.nan for name in classes])
        for tone in (POSITIVE, NEGATIVE)
    )
    return positive, 1 - positive - negative, negative


def _over(sums: Float64Array | Int64Array, counts: Int64Array) -> Float64Array:
    """The quotient, NaN where there is nothing to divide by."""
    return np.asarray(np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0))


def _agreement(displayed: Int64Array, counts: Int64Array) -> Float64Array:
    """From the number of faces of each class, (n, c), and of all, (n,), 0 where there is
    no group.
    """
    shares = displayed / np.maximum(counts, 1)[:, None]  # (n, c)
    entropy = -(shares * np.log(shares, out=np.zeros_like(shares), where=shares > 0)).sum(axis=1)
    # Of one class there is but agreement.
    most = np.log(np.clip(counts, 2, max(displayed.shape[1], 2)))
    return np.asarray(np.where(counts > 0, np.clip(1 - entropy / most, 0, 1), np.nan))

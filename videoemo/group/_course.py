"""What the faces of each frame display together."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from videoemo.group._shown import Floats, Ints, Shown
from videoemo.labels import NEGATIVE, POSITIVE, VALENCE

__all__ = ["GroupCourse", "group_course", "smoothed"]


@dataclass(frozen=True)
class GroupCourse:
    """Frame by frame, n frames; what is not known, for lack of a face above all, is NaN.

    Parameters
    ----------
    frame : int64 (n,), the index of each sampled frame, in the order of time.
    seconds : float64 (n,), its presentation time, ascending.
    faces : int64 (n,).
    positive, neutral, negative : float64 (n,), the share of the faces whose most probable class is one of `labels.POSITIVE`, of `NEGATIVE`, or
        another one.
    valence : float64 (n,), the mean over the faces, -1 to 1.
    valence_smoothed : float64 (n,), see `smoothed`; NaN where there is no face, as before.
    dispersion : float64 (n,), how far the faces differ in valence: their standard deviation (of all, not of a sample), 0 to 1; NaN for one face.
    agreement : float64 (n,), how far they display the same class: 1 less the entropy of their most probable classes over the highest that so
        many faces could have; 1 where all display one class, 0 where they differ as far as they can; NaN for one face.
    dominant : int64 (n,), the class with the highest mean probability, -1 without a face.

    Notes
    -----
    The standard deviation is the measure of diversity as separation, the entropy that of diversity as variety, as D. A. Harrison and K. J. Klein
    set them apart (What's the difference? Diversity constructs as separation, variety, or disparity in organizations, Academy of Management
    Review 32, 2007, 1199-1228); the entropy is over its maximum here, so that groups of different sizes can be compared.
    """

    frame: Ints
    seconds: Floats
    faces: Ints
    positive: Floats
    neutral: Floats
    negative: Floats
    valence: Floats
    valence_smoothed: Floats
    dispersion: Floats
    agreement: Floats
    dominant: Ints

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name).shape != self.frame.shape:
                raise ValueError(f"GroupCourse.{field.name}: expected {self.frame.shape}, got {getattr(self, field.name).shape}")


def group_course(faces: Shown, *, window: float) -> GroupCourse:
    """The course of a video's faces.

    Parameters
    ----------
    window : seconds over which the valence is smoothed; 0 for none.
    """
    n, c = len(faces.frame), len(faces.classes)
    counts = np.bincount(faces.at, minlength=n)  # (n,)
    sums = np.column_stack([np.bincount(faces.at, one, minlength=n) for one in faces.probabilities.T])  # (n, c)
    displayed = np.bincount(faces.at * c + faces.best, minlength=n * c).reshape(n, c)
    positive, neutral, negative = (_over(displayed @ tone, counts) for tone in _tones(faces.classes))
    valence = _over(np.bincount(faces.at, faces.valence, minlength=n), counts)
    squares = np.bincount(faces.at, (faces.valence - valence[faces.at]) ** 2, minlength=n)
    several = np.where(counts > 1, counts, 0)
    return GroupCourse(
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


def smoothed(seconds: Floats, values: Floats, *, window: float) -> Floats:
    """The mean of the known values at most half a window away; what is not known stays so: no stretch is filled from its ends.

    Parameters
    ----------
    seconds : float64 (n,), ascending.
    values : float64 (n,), NaN where not known.
    window : seconds; 0 leaves the values as they are.
    """
    known = np.isfinite(values)
    if window == 0:
        return values.copy()
    sums, counts = (np.append(0, np.cumsum(one)) for one in (np.where(known, values, 0.0), known))
    # A hair wider than half, so that times that are rounded do not fall out of it on one side only.
    reach = window / 2 * (1 + 1e-9)
    first, last = np.searchsorted(seconds, seconds - reach, "left"), np.searchsorted(seconds, seconds + reach, "right")
    return np.where(known, _over(sums[last] - sums[first], counts[last] - counts[first]), np.nan)


def _tones(classes: tuple[str, ...]) -> tuple[Floats, Floats, Floats]:
    """Which classes are positive, neutral and negative, (c,) each; NaN where one is known to be none of those."""
    known = all(name in VALENCE for name in classes)
    positive, negative = (np.array([float(name in tone) if known else np.nan for name in classes]) for tone in (POSITIVE, NEGATIVE))
    return positive, 1 - positive - negative, negative


def _over(sums: Floats | Ints, counts: Ints) -> Floats:
    """The quotient, NaN where there is nothing to divide by."""
    return np.asarray(np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0))


def _agreement(displayed: Ints, counts: Ints) -> Floats:
    """From the number of faces of each class, (n, c), and of all, (n,), 0 where there is no group."""
    shares = displayed / np.maximum(counts, 1)[:, None]  # (n, c)
    entropy = -(shares * np.log(shares, out=np.zeros_like(shares), where=shares > 0)).sum(axis=1)
    most = np.log(np.clip(counts, 2, max(displayed.shape[1], 2)))  # of one class there is but agreement
    return np.asarray(np.where(counts > 0, np.clip(1 - entropy / most, 0, 1), np.nan))

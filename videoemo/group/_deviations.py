"""Which persons differ from the group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.group._faces import FaceAffect
from videoemo.util.arrays import Float64Array, Int64Array

__all__ = ["Deviation", "deviations"]

# Of two, each differs from the other: a group that one can differ from begins with three in a
# frame, and with four persons in a video.
LEAST_IN_FRAME = 3
LEAST_PERSONS = 4
# A person is judged by no less time among others than this, in seconds.
LEAST_SECONDS = 1.0
# Above this a modified z-score marks an outlier (B. Iglewicz and D. C. Hoaglin, How to Detect and
# Handle Outliers, 1993, p. 12).
OUTLYING = 3.5
# The standard deviation of a normal distribution over its median absolute deviation.
NORMAL = 1.4826
# Of valence: persons who all display nearly the same do not differ by less than 3.5 times this.
LEAST_SPREAD = 0.05


@dataclass(frozen=True)
class Deviation:
    """How a person stands to the group.

    Parameters
    ----------
    track : int
        The track.
    valence : float
        The mean over the person's faces, -1 to 1.
    difference : float or None
        The mean of the person's valence less the median of all persons in the same frame, over the
        frames with three or more; None without such a frame.
    score : float or None
        The difference as a modified z-score among the persons' differences; None where it cannot
        be judged.
    differs : bool or None
        Whether the score is beyond 3.5; None where it cannot be judged.
    """

    track: int
    valence: float
    difference: float | None
    score: float | None
    differs: bool | None


def deviations(faces: FaceAffect) -> list[Deviation]:
    """How each person stands to the group, by persons in the order of their appearance.

    Frame by frame each is compared with those who are there, so that whoever comes when all smile
    is not taken for merry.
    """
    persons = faces.persons()
    ours = faces.track >= 0
    place, at, valence = (
        np.searchsorted(persons, faces.track[ours]),
        faces.at[ours],
        faces.valence[ours],
    )
    p, n = len(persons), len(faces.frame)
    mean = np.bincount(place, valence, minlength=p) / np.bincount(place, minlength=p)
    among = np.bincount(at, minlength=n)[at] >= LEAST_IN_FRAME
    seen = np.bincount(place[among], minlength=p)  # frames among others
    apart = np.bincount(place[among], (valence - _medians(at, valence, n)[at])[among], minlength=p)
    difference = np.divide(apart, seen, out=np.full(p, np.nan), where=seen > 0)
    judged = seen * _step(faces.seconds) >= LEAST_SECONDS - 1e-9
    score = _scores(difference, judged)
    return [
        Deviation(
            int(person),
            float(mean[i]),
            _known(difference[i]),
            _known(score[i]),
            None if np.isnan(score[i]) else bool(abs(score[i]) > OUTLYING),
        )
        for i, person in enumerate(persons)
    ]


def _medians(at: Int64Array, values: Float64Array, n: int) -> Float64Array:
    """The median of the values of each of n frames, (n,); NaN without one."""
    order = np.lexsort((values, at))
    counts = np.bincount(at, minlength=n)
    starts, ranked = np.cumsum(counts) - counts, np.append(values[order], np.nan)
    lower, upper = starts + np.maximum(counts - 1, 0) // 2, starts + counts // 2
    return np.where(
        counts > 0,
        (ranked[np.minimum(lower, len(values))] + ranked[np.minimum(upper, len(values))]) / 2,
        np.nan,
    )


def _step(seconds: Float64Array) -> float:
    """The usual time between two frames."""
    return float(np.median(np.diff(seconds))) if len(seconds) > 1 else 0.0


def _scores(difference: Float64Array, judged: npt.NDArray[np.bool_]) -> Float64Array:
    """Modified z-scores, (p,), NaN of those who are not judged."""
    scores = np.full(len(difference), np.nan)
    known = judged & np.isfinite(difference)
    if known.sum() >= LEAST_PERSONS:
        away = difference[known] - np.median(difference[known])
        scores[known] = away / max(NORMAL * float(np.median(np.abs(away))), LEAST_SPREAD)
    return scores


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)

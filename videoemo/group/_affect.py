"""What a video's persons display together, whole."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from videoemo.group._course import GroupCourse, group_course
from videoemo.group._differing import Standing, standings
from videoemo.group._grid import courses
from videoemo.group._peaks import peaks
from videoemo.group._shown import Floats, Ints, Shown, shown
from videoemo.group._synchrony import ALPHA, Pair, synchrony
from videoemo.tables import FaceTable

__all__ = ["GroupAffect", "group_affect"]

# Digits of the numbers in a summary.
DIGITS = 6


@dataclass(frozen=True)
class GroupAffect:
    """The group of a video.

    Parameters
    ----------
    faces : what each face displays.
    course : frame by frame, together.
    standings : how each person stands to the others.
    pairs : how every two persons who are seen together long enough move together.
    most_positive, most_negative : places in the course where the smoothed valence is highest and lowest, the most extreme first.
    """

    faces: Shown
    course: GroupCourse
    standings: list[Standing]
    pairs: list[Pair]
    most_positive: list[int]
    most_negative: list[int]

    def has_picture(self) -> bool:
        """Whether there is a course to be drawn: two persons or more, at two times or more."""
        return len(self.standings) > 1 and len(np.unique(self.course.seconds)) > 1

    def summary(self) -> dict[str, Any]:
        """What summary.json says under `group`: means over the frames with a face, moments, persons, and how many pairs are synchronous."""
        course = self.course
        told = ("positive", "neutral", "negative", "valence", "dispersion", "agreement")
        return {
            "persons": len(self.standings),
            "mean_faces": _number(_mean(course.faces[course.faces > 0])),
            "mean": {name: _number(_mean(getattr(course, name))) for name in told},
            "most_positive": [self._moment(i) for i in self.most_positive],
            "most_negative": [self._moment(i) for i in self.most_negative],
            "standings": [
                {key: _number(value) if isinstance(value, float) else value for key, value in asdict(one).items()} for one in self.standings
            ],
            "pairs": len(self.pairs),
            "synchronous_pairs": sum(pair.p_corrected <= ALPHA for pair in self.pairs),
        }

    def _moment(self, i: int) -> dict[str, float | None]:
        return {"seconds": _number(self.course.seconds[i]), "valence": _number(self.course.valence_smoothed[i])}


def group_affect(table: FaceTable, *, window: float, synchrony_window: float, synchrony_lag: float) -> GroupAffect:
    """What the persons of a video display together.

    Parameters
    ----------
    window : seconds over which the group's valence is smoothed, and moments are apart.
    synchrony_window, synchrony_lag : seconds, see `synchrony`.
    """
    faces = shown(table)
    course = group_course(faces, window=window)
    return GroupAffect(
        faces,
        course,
        standings(faces),
        synchrony(courses(faces), window=synchrony_window, most_lag=synchrony_lag),
        peaks(course.seconds, course.valence_smoothed, apart=window),
        peaks(course.seconds, -course.valence_smoothed, apart=window),
    )


def _mean(values: Floats | Ints) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


def _number(value: float) -> float | None:
    """As JSON can have it."""
    return None if np.isnan(value) else round(float(value), DIGITS)

"""What several persons display together, over time: the group's course, its moments, who differs, who moves with whom."""

from __future__ import annotations

from videoemo.group._affect import GroupAffect, group_affect
from videoemo.group._course import GroupCourse, group_course, smoothed
from videoemo.group._differing import Standing, standings
from videoemo.group._files import write_course, write_pairs
from videoemo.group._grid import Courses, courses
from videoemo.group._peaks import peaks
from videoemo.group._shown import Shown, shown, valence_of
from videoemo.group._synchrony import ALPHA, Pair, corrected, synchrony

__all__ = [
    "ALPHA",
    "Courses",
    "GroupAffect",
    "GroupCourse",
    "Pair",
    "Shown",
    "Standing",
    "corrected",
    "courses",
    "group_affect",
    "group_course",
    "peaks",
    "shown",
    "smoothed",
    "standings",
    "synchrony",
    "valence_of",
    "write_course",
    "write_pairs",
]

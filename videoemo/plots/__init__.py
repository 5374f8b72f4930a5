"""Pictures: of a video, its persons, a folder, a training, how good a network is, and a study. The
only room that imports matplotlib.
"""

from __future__ import annotations

from videoemo.plots._confusion import confusion
from videoemo.plots._curves import attribute_curves, curves
from videoemo.plots._found import found_sheet
from videoemo.plots._group import group
from videoemo.plots._intervals import IntervalColumn, IntervalRow, intervals
from videoemo.plots._label import label
from videoemo.plots._overview import overview
from videoemo.plots._palette import GREY, INK, MOST_CLASSES, colours
from videoemo.plots._reliability import reliability
from videoemo.plots._study import DARK, LIGHT, MOST_CONDITIONS, condition_colours
from videoemo.plots._study_course import CoursePanel, Mark, course_figure, course_panels
from videoemo.plots._study_measures import MeasurePanel, measure_panels, measures_figure
from videoemo.plots._thumbnail import thumbnail
from videoemo.plots._timeline import timeline, video_timeline

__all__ = [
    "DARK",
    "GREY",
    "INK",
    "LIGHT",
    "MOST_CLASSES",
    "MOST_CONDITIONS",
    "CoursePanel",
    "IntervalColumn",
    "IntervalRow",
    "Mark",
    "MeasurePanel",
    "attribute_curves",
    "colours",
    "condition_colours",
    "confusion",
    "course_figure",
    "course_panels",
    "curves",
    "found_sheet",
    "group",
    "intervals",
    "label",
    "measure_panels",
    "measures_figure",
    "overview",
    "reliability",
    "thumbnail",
    "timeline",
    "video_timeline",
]

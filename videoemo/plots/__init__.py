"""Pictures: of a video, its persons, a folder, a training, and how good a network is. The only room
that imports matplotlib.
"""

from __future__ import annotations

from videoemo.plots._confusion import confusion
from videoemo.plots._curves import curves
from videoemo.plots._group import group
from videoemo.plots._label import label
from videoemo.plots._overview import overview
from videoemo.plots._palette import MOST_CLASSES, colours
from videoemo.plots._reliability import reliability
from videoemo.plots._thumbnail import thumbnail
from videoemo.plots._timeline import timeline, video_timeline

__all__ = [
    "MOST_CLASSES",
    "colours",
    "confusion",
    "curves",
    "group",
    "label",
    "overview",
    "reliability",
    "thumbnail",
    "timeline",
    "video_timeline",
]

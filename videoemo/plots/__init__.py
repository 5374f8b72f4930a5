"""Pictures: of a video, its persons, a folder, a training, and how good a network is. The only room
that imports matplotlib.
"""

from __future__ import annotations

from videoemo.plots._confusion import confusion
from videoemo.plots._curves import curves
from videoemo.plots._group import group
from videoemo.plots._overview import overview
from videoemo.plots._palette import MOST_CLASSES
from videoemo.plots._reliability import reliability
from videoemo.plots._thumbnail import thumbnail
from videoemo.plots._timeline import timeline, video_timeline

__all__ = [
    "MOST_CLASSES",
    "confusion",
    "curves",
    "group",
    "overview",
    "reliability",
    "thumbnail",
    "timeline",
    "video_timeline",
]

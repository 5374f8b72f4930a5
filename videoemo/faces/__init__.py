"""Where the faces are: `find` them in frames, or follow them through a video (`now_and_then`, then `between`); `crop` them.

Which are looked at, `select` says; whose they are, a `Tracker`; how well they can be read, their `quality`.
"""

from videoemo.faces.cascade import find
from videoemo.faces.crops import crop
from videoemo.faces.following import Planned, Stretch, Whole, between, now_and_then, search_stretch, search_whole
from videoemo.faces.networks import Networks
from videoemo.faces.quality import quality, sharpness
from videoemo.faces.search import Search
from videoemo.faces.selection import select
from videoemo.faces.tracks import Tracker

__all__ = [
    "Networks",
    "Planned",
    "Search",
    "Stretch",
    "Tracker",
    "Whole",
    "between",
    "crop",
    "find",
    "now_and_then",
    "quality",
    "search_stretch",
    "search_whole",
    "select",
    "sharpness",
]

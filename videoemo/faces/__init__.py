"""Where the faces are: `find` them in frames, or follow them through a video (`search_now_and_then`, then `search_between`); `crop` them.

Which are looked at, `select` says; whose they are, a `Tracker`; how well they can be read, their `quality`.
"""

from videoemo.faces.cascade import find
from videoemo.faces.crops import crop
from videoemo.faces.following import Searched, search_between, search_now_and_then
from videoemo.faces.networks import Networks
from videoemo.faces.quality import quality
from videoemo.faces.search import Search
from videoemo.faces.selection import select
from videoemo.faces.tracks import Tracker

__all__ = ["Networks", "Search", "Searched", "Tracker", "crop", "find", "quality", "search_between", "search_now_and_then", "select"]

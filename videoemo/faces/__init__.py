"""Where the faces are: `find` them in frames, or follow them through a video (`search_now_and_then`, then `search_between`), `select` the ones to look at, `crop` them for a network."""

from videoemo.faces.cascade import find
from videoemo.faces.crops import crop
from videoemo.faces.following import Searched, search_between, search_now_and_then
from videoemo.faces.networks import Networks
from videoemo.faces.search import Search
from videoemo.faces.selection import select

__all__ = ["Networks", "Search", "Searched", "crop", "find", "search_between", "search_now_and_then", "select"]

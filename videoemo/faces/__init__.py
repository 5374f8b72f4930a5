"""Where the faces are: `find` them in frames, or `follow` them through a video, `select` the ones to look at, `crop` them for a network."""

from videoemo.faces.cascade import find
from videoemo.faces.crops import crop
from videoemo.faces.following import follow
from videoemo.faces.networks import Networks
from videoemo.faces.search import Search
from videoemo.faces.selection import select

__all__ = ["Networks", "Search", "crop", "find", "follow", "select"]

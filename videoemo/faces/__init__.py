"""Where the faces are: `find` them in frames, or `follow` them through a video, `select` the ones to look at, `crop` them for a network.

And whose they are: a `Tracker` numbers the persons; `quality` says how well a face can be read.
"""

from videoemo.faces.cascade import find
from videoemo.faces.crops import crop
from videoemo.faces.following import follow
from videoemo.faces.networks import Networks
from videoemo.faces.quality import quality
from videoemo.faces.search import Search
from videoemo.faces.selection import select
from videoemo.faces.tracks import Tracker

__all__ = ["Networks", "Search", "Tracker", "crop", "find", "follow", "quality", "select"]

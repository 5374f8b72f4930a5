"""Where the faces are: `find` them in frames, `select` the ones to look at, `crop` them for a network.

And whose they are: a `Tracker` follows each person; `quality` says how well a face can be read.
"""

from videoemo.faces.cascade import find
from videoemo.faces.crops import crop
from videoemo.faces.networks import Networks
from videoemo.faces.quality import quality
from videoemo.faces.selection import select
from videoemo.faces.tracks import Tracker

__all__ = ["Networks", "Tracker", "crop", "find", "quality", "select"]

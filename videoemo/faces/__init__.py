"""Where the faces are: `find` them in frames, `select` the ones to look at, `crop` them for a network."""

from videoemo.faces.cascade import find
from videoemo.faces.crops import crop
from videoemo.faces.networks import Networks
from videoemo.faces.selection import select

__all__ = ["Networks", "crop", "find", "select"]

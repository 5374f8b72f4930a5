"""Decoding of videos, pictures and folders of pictures: frames with the container's own times, in
bounded memory.
"""

from videoemo.video._decode import DECODERS, frames
from videoemo.video._info import Video
from videoemo.video._prefetch import prefetch
from videoemo.video._probe import probe
from videoemo.video._sampling import sample
from videoemo.video._still import drop_still_frames

__all__ = ["DECODERS", "Video", "drop_still_frames", "frames", "prefetch", "probe", "sample"]

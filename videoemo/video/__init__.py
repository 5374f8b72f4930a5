"""Decoding of videos, pictures and folders of pictures: frames with the container's own times, in
bounded memory; and videos written with the same times.
"""

from videoemo.video._browsers import browsers_play, browsers_show
from videoemo.video._decode import DECODERS, frames, frames_at
from videoemo.video._info import Video
from videoemo.video._prefetch import prefetch
from videoemo.video._probe import probe
from videoemo.video._sampling import sample
from videoemo.video._still import drop_still_frames
from videoemo.video.writing.encoders import find_encoder
from videoemo.video.writing.writer import write_video

__all__ = [
    "DECODERS",
    "Video",
    "browsers_play",
    "browsers_show",
    "drop_still_frames",
    "find_encoder",
    "frames",
    "frames_at",
    "prefetch",
    "probe",
    "sample",
    "write_video",
]

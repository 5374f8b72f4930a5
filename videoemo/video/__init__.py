"""Frames of videos, pictures and folders of pictures, with the container's own times, in bounded memory."""

from videoemo.video._frames import DECODERS, frames
from videoemo.video._probe import probe
from videoemo.video._video import Video

__all__ = ["DECODERS", "Video", "frames", "probe"]

"""Encoders of video that PyAV may bring, in the order in which they serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from av.codec import CodecContext

from videoemo.errors import OutputError
from videoemo.video.container.opening import DAMAGE

__all__ = ["ENCODERS", "Encoder", "find_encoder"]


@dataclass(frozen=True)
class Encoder:
    """Encoder of video, and the container that takes what it gives.

    Parameters
    ----------
    name : str
        libav's name of it.
    container : str
        libav's name of the container's format.
    options : mapping of str to str
        What the encoder is told.
    sound : str
        libav's name of the encoder of sound that goes with it.
    copied : tuple of str
        The codecs of sound that the container takes as they are.
    bits_per_pixel : float or None
        The rate, for an encoder that is given one; None for one that keeps a quality.
    """

    name: str
    container: str = "mp4"
    options: Mapping[str, str] = field(default_factory=dict)
    sound: str = "aac"
    copied: tuple[str, ...] = ("aac",)
    bits_per_pixel: float | None = None

    @property
    def suffix(self) -> str:
        """Of the files."""
        return f".{self.container}"

    @property
    def remark(self) -> str:
        """What is to be said where it serves in place of the first one; empty for that."""
        if self.name == ENCODERS[0].name:
            return ""
        return f"this install of PyAV has no {ENCODERS[0].name}: {self.name} serves in its place"


# Whatever the number of processors: what x264 gives depends on its threads.
_X264 = {"crf": "23", "preset": "veryfast", "bf": "0", "g": "60", "threads": "4"}
_VP9 = {"crf": "32", "b": "0", "deadline": "realtime", "cpu-used": "6", "g": "60", "threads": "4"}

# MPEG-4 Visual is none of them: browsers do not play it.
ENCODERS = (
    Encoder("libx264", options=_X264),
    Encoder("libopenh264", options={"g": "60", "allow_skip_frames": "0"}, bits_per_pixel=0.1),
    Encoder("h264_videotoolbox", options={"g": "60"}, bits_per_pixel=0.1),
    Encoder("h264_mf", options={"g": "60"}, bits_per_pixel=0.1),
    Encoder(
        "libvpx-vp9", container="webm", options=_VP9, sound="libopus", copied=("opus", "vorbis")
    ),
)


def find_encoder(encoders: Sequence[Encoder] = ENCODERS) -> Encoder:
    """The first of some encoders that this install of PyAV has, and can open.

    Raises
    ------
    OutputError
        It has none of them.
    """
    for encoder in encoders:
        if _opens(encoder):
            return encoder
    names = ", ".join(encoder.name for encoder in encoders)
    raise OutputError(
        f"this install of PyAV has no encoder for video (looked for {names}): install its wheel "
        "with pip install --force-reinstall --only-binary av av"
    )


def _opens(encoder: Encoder) -> bool:
    try:
        context: Any = CodecContext.create(encoder.name, "w")
        context.width, context.height, context.pix_fmt = 320, 240, "yuv420p"
        context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
        context.bit_rate = 1_000_000 if encoder.bits_per_pixel else 0
        context.options = dict(encoder.options)
        context.open()
    except DAMAGE:
        return False
    return True

"""Animated WebP, which libav does not decode: times from its chunks, frames by Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import ImageOps

from videoemo.video._info import DecodedFrame, Video
from videoemo.video.pictures.pillow import open_picture
from videoemo.video.pictures.pixels import to_rgb

__all__ = ["probe_animation", "read_animation"]

# Milliseconds that a frame of no duration to speak of is shown: as browsers do, and libav for GIF.
_LEAST, _USUAL = 10, 100


def probe_animation(path: Path, *, width: int, height: int) -> Video:
    """Describe an animated WebP of this size in px; nothing is decoded."""
    shown = _durations(path)
    ticks = np.cumsum(shown) - shown
    return Video(
        path=path,
        width=width,
        height=height,
        seconds=ticks / 1000,
        duration=float(shown.sum() / 1000),
        ticks=ticks,
        time_base=Fraction(1, 1000),
        keyframes=np.zeros(1, np.int64),
        animation=True,
    )


def read_animation(video: Video, wanted: npt.NDArray[np.int64]) -> Iterator[DecodedFrame]:
    """Decode the wanted frames of an animated WebP, RGB.

    Each frame is drawn over the one before: where one is broken, those after it are missing, too.

    Parameters
    ----------
    video : Video
        With `animation`.
    wanted : int64 (n,)
        The indices of the frames, ascending.

    Raises
    ------
    UnreadableVideoError
        It is damaged.
    """
    with open_picture(video.path) as picture:
        for index in wanted.tolist():
            try:
                picture.seek(index)
                picture.load()
            except EOFError:
                return
            rgb = to_rgb(ImageOps.exif_transpose(picture), picture)
            yield DecodedFrame(index, rgb, (video.width, video.height))


def _durations(path: Path) -> npt.NDArray[np.int64]:
    """Milliseconds for which each frame is shown, (n,), from the headers of its chunks (RFC 9649,
    section 2.7).
    """
    found = []
    with path.open("rb") as file:
        end = file.seek(0, 2)
        at = 12
        while at + 8 <= end:
            file.seek(at)
            kind, size = file.read(4), int.from_bytes(file.read(4), "little")
            if kind == b"ANMF":
                # After place and size of the frame, of three bytes each.
                found.append(int.from_bytes(file.read(15)[12:], "little"))
            at += 8 + size + size % 2
    shown = np.array(found, np.int64)
    return np.where(shown <= _LEAST, _USUAL, shown)

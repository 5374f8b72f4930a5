"""Still pictures read by Pillow: most formats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import ImageOps

from videoemo.errors import UnreadableVideoError
from videoemo.video._info import check_size
from videoemo.video.container.opening import open_container
from videoemo.video.pictures.jpeg import MOTION_PHOTO, jpeg_tail
from videoemo.video.pictures.pillow import damaged, open_picture
from videoemo.video.pictures.pixels import (
    ORIENTATION,
    is_turned,
    scale_levels,
    to_rgb,
    turn_upright,
)
from videoemo.video.pictures.tiff import PAGES

__all__ = ["read", "remarks", "size"]

# TIFF's tag NewSubfileType, and its bit for a smaller version of another picture (TIFF 6.0).
_SUBFILE, _REDUCED = 254, 1
# Of levels of 16 bits Pillow keeps the upper 8: of levels of 10, 12 or 14 so few are left.
_FEW_LEVELS = 64


def size(path: Path, *, max_pixels: int | None) -> tuple[int, int]:
    """Width and height of a picture as presented, in px, from its header.

    Raises
    ------
    InputError
        It cannot be read.
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged.
    """
    with open_picture(path) as picture:
        width, height = picture.size
        check_size(path, width=width, height=height, max_pixels=max_pixels)
        orientation = picture.getexif().get(ORIENTATION, 1)
    return (height, width) if is_turned(orientation) else (width, height)


def read(path: Path, *, max_pixels: int | None) -> npt.NDArray[np.uint8]:
    """Read a picture: RGB uint8 (h, w, 3), upright.

    Raises
    ------
    InputError
        It cannot be read.
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged.
    """
    with open_picture(path) as picture:
        check_size(path, width=picture.width, height=picture.height, max_pixels=max_pixels)
        deep = picture.mode == "RGB" and ";16" in str(getattr(picture, "tile", ""))
        orientation = picture.getexif().get(ORIENTATION, 1)
        upright = ImageOps.exif_transpose(picture)
    rgb = to_rgb(upright, picture)
    if deep and rgb.max() < _FEW_LEVELS:
        return turn_upright(scale_levels(_read_16_bits(path)), orientation)
    return rgb


def _read_16_bits(path: Path) -> npt.NDArray[np.uint16]:
    """Levels of a picture of 16 bits a colour, by libav: (h, w, 3), as stored."""
    with open_container(path) as container:
        for frame in container.decode(video=0):
            return np.asarray(frame.to_ndarray(format="rgb48le"), np.uint16)
    raise damaged(path)


def remarks(path: Path) -> Iterator[str]:
    """What a picture file holds beside the picture that is scored, in words."""
    try:
        with open_picture(path) as picture:
            n, format_ = getattr(picture, "n_frames", 1), picture.format
            reduced = getattr(picture, "tag_v2", {}).get(_SUBFILE, 0) & _REDUCED
    except UnreadableVideoError:
        yield "what follows its first page is damaged, and not scored"
        return
    if format_ in ("JPEG", "MPO") and jpeg_tail(path) == "film":
        yield MOTION_PHOTO
    if n > 1 and format_ == "MPO":
        yield f"it holds {n} pictures of one moment (MPO): the first is scored"
    elif n > 1:
        yield PAGES
    if reduced:
        yield (
            "its first picture, which is scored, is a small copy of another one, as in a camera's "
            "raw files: convert the file to score that"
        )

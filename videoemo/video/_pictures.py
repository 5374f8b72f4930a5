"""Still pictures as videos of one frame at 0 s."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from videoemo.errors import InputError, TooLargeVideoError, UnreadableVideoError
from videoemo.video._animation import probe_animation
from videoemo.video._heif import MOTION_PHOTO, heif_remarks, heif_size, read_heif
from videoemo.video._heif_boxes import is_heif
from videoemo.video._info import Video, check_size
from videoemo.video._jpeg import jpeg_tail
from videoemo.video._pillow import FORMATS, open_picture
from videoemo.video._pixels import to_rgb

__all__ = [
    "PictureKind",
    "has_picture_name",
    "picture_kind",
    "picture_size",
    "probe_picture",
    "read_pictures",
]

# Suffixes of what is read here and not by Pillow.
_HEIF_SUFFIXES = (".heic", ".heif", ".hif")

# Formats whose several pictures are a film. (Those of TIFF and MPO have no times.)
_MOVING = ("AVIF", "PNG", "WEBP")
# The tag of the EXIF orientation; 5 to 8 are turned by a quarter (Exif 2.3).
_ORIENTATION, _QUARTER = 0x0112, 5
# TIFF's tag NewSubfileType, and its bit for a smaller version of another picture (TIFF 6.0).
_SUBFILE, _REDUCED = 254, 1


class PictureKind(Enum):
    """Kinds of files to the readers of pictures."""

    NONE = "no picture"
    STILL = "a still picture"
    MOVING = "pictures of a film that libav reads: APNG, AVIF, JPEG; GIF is no picture here"
    ANIMATION = "an animated WebP, which libav does not decode"


def picture_kind(path: Path) -> PictureKind:
    """Kind of a file, by its contents, not its name.

    Raises
    ------
    InputError
        It cannot be read.
    """
    if not path.is_file():
        return PictureKind.NONE
    try:
        with open_picture(path) as picture:
            format_ = picture.format
            animated = format_ in _MOVING and getattr(picture, "is_animated", False)
    except UnreadableVideoError as exc:
        unknown = isinstance(exc.__cause__, UnidentifiedImageError) and not is_heif(path)
        return PictureKind.NONE if unknown else PictureKind.STILL
    except TooLargeVideoError:
        return PictureKind.STILL
    if format_ == "WEBP" and animated:
        return PictureKind.ANIMATION
    if format_ == "JPEG":
        animated = jpeg_tail(path) == "pictures"
    return PictureKind.MOVING if animated else PictureKind.STILL


def has_picture_name(path: Path) -> bool:
    """Whether a file bears the suffix of a still picture."""
    suffix = path.suffix.lower()
    return suffix in _HEIF_SUFFIXES or Image.registered_extensions().get(suffix) in FORMATS


def probe_picture(path: Path, kind: PictureKind, *, max_pixels: int | None) -> Video:
    """Describe a picture as a video: a still one has one frame at 0 s.

    Parameters
    ----------
    path : Path
        The picture.
    kind : PictureKind
        What it is.
    max_pixels : int or None
        Refuse more pixels than this; no limit where None.

    Raises
    ------
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged.
    """
    width, height = picture_size(path, max_pixels=max_pixels)
    if kind is PictureKind.ANIMATION:
        return probe_animation(path, width=width, height=height)
    return Video(
        path=path,
        width=width,
        height=height,
        seconds=np.zeros(1),
        duration=0.0,
        ticks=np.zeros(1, np.int64),
        time_base=Fraction(1),
        keyframes=np.zeros(1, np.int64),
        pictures=(path,),
        remarks=tuple(_left_out(path)),
    )


def picture_size(path: Path, *, max_pixels: int | None) -> tuple[int, int]:
    """Width and height of a picture as presented, in px, from its header.

    Raises
    ------
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged.
    """
    if is_heif(path):
        return heif_size(path, max_pixels=max_pixels)
    with open_picture(path) as picture:
        width, height = picture.size
        check_size(path, width=width, height=height, max_pixels=max_pixels)
        turned = picture.getexif().get(_ORIENTATION, 1) in range(_QUARTER, 9)
    return (height, width) if turned else (width, height)


def read_pictures(
    video: Video, wanted: npt.NDArray[np.int64], *, max_pixels: int | None = None
) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    """Read the wanted pictures, upright, RGB; one of several that cannot be read is left out.

    Parameters
    ----------
    video : Video
        With `pictures`.
    wanted : int64 (n,)
        Their indices.
    max_pixels : int or None
        Refuse more pixels than this; no limit where None.

    Raises
    ------
    UnreadableVideoError
        The only picture is damaged.
    TooLargeVideoError
        One has more than `max_pixels` pixels.
    """
    for index in wanted.tolist():
        try:
            yield index, _read(video.pictures[index], max_pixels=max_pixels)
        except (InputError, UnreadableVideoError):
            if len(video.pictures) == 1:
                raise


def _read(path: Path, *, max_pixels: int | None) -> npt.NDArray[np.uint8]:
    if is_heif(path):
        return read_heif(path, max_pixels=max_pixels)
    with open_picture(path) as picture:
        check_size(path, width=picture.width, height=picture.height, max_pixels=max_pixels)
        upright = ImageOps.exif_transpose(picture)
    return to_rgb(upright, picture)


def _left_out(path: Path) -> Iterator[str]:
    """What a picture file holds beside the picture that is scored, in words."""
    if is_heif(path):
        yield from heif_remarks(path)
        return
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
        yield (
            f"it holds {n} pages without times: the first is scored; to score all, save them as "
            "numbered pictures in a folder, and give fps"
        )
    if reduced:
        yield (
            "its first picture, which is scored, is a small copy of another one, as in a camera's "
            "raw files: convert the file to score that"
        )

"""Still pictures as videos of one frame at 0 s."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError

from videoemo.errors import InputError, TooLargeVideoError, UnreadableVideoError
from videoemo.video._info import DecodedFrame, Video
from videoemo.video.pictures import heif, pillow_picture, tiff
from videoemo.video.pictures.animation import probe_animation
from videoemo.video.pictures.heif_boxes import is_hdr_avif, is_heif
from videoemo.video.pictures.jpeg import jpeg_tail
from videoemo.video.pictures.pillow import FORMATS, import_readers, open_picture
from videoemo.video.presentation.canvas import fit, scale_into

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


class PictureReader(Protocol):
    """Reader of still pictures of some formats: a module."""

    def size(self, path: Path, *, max_pixels: int | None) -> tuple[int, int]:
        """Width and height as presented, in px, from the header, if `max_pixels` allows it."""

    def read(self, path: Path, *, max_pixels: int | None) -> npt.NDArray[np.uint8]:
        """The picture, upright, RGB uint8 (h, w, 3), if `max_pixels` allows it."""

    def remarks(self, path: Path) -> Iterator[str]:
        """What the file holds beside the picture that is scored, in words."""


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
        unknown = isinstance(exc.__cause__, UnidentifiedImageError)
        other = _reader(path) is not pillow_picture
        return PictureKind.NONE if unknown and not other else PictureKind.STILL
    except TooLargeVideoError:
        return PictureKind.STILL
    if format_ == "WEBP" and animated:
        return PictureKind.ANIMATION
    if format_ == "JPEG":
        animated = jpeg_tail(path) == "pictures"
    return PictureKind.MOVING if animated else PictureKind.STILL


def has_picture_name(path: Path) -> bool:
    """Whether a file bears the suffix of a still picture."""
    import_readers()
    suffix = path.suffix.lower()
    return suffix in _HEIF_SUFFIXES or Image.EXTENSION.get(suffix) in FORMATS


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
        remarks=tuple(_reader(path).remarks(path)),
    )


def picture_size(path: Path, *, max_pixels: int | None) -> tuple[int, int]:
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
    return _reader(path).size(path, max_pixels=max_pixels)


def read_pictures(
    video: Video, wanted: npt.NDArray[np.int64], *, max_pixels: int | None = None
) -> Iterator[DecodedFrame]:
    """Read the wanted pictures, upright, RGB; one of several that cannot be read is left out.

    One of another size than the video's is scaled to it, its shape kept.

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
        path = video.pictures[index]
        try:
            rgb = _reader(path).read(path, max_pixels=max_pixels)
        except (InputError, UnreadableVideoError):
            if len(video.pictures) == 1:
                raise
            continue
        size = rgb.shape[1], rgb.shape[0]
        yield DecodedFrame(index, _scaled(rgb, (video.width, video.height)), size)


def _scaled(rgb: npt.NDArray[np.uint8], canvas: tuple[int, int]) -> npt.NDArray[np.uint8]:
    size = rgb.shape[1], rgb.shape[0]
    if size == canvas:
        return rgb
    scaled = Image.fromarray(rgb).resize(scale_into(size, canvas), Image.Resampling.BICUBIC)
    return fit(np.asarray(scaled), canvas)


def _reader(path: Path) -> PictureReader:
    if is_heif(path) or is_hdr_avif(path):
        return heif
    return tiff if tiff.samples(path) is not None else pillow_picture

"""Pictures as videos: one picture (a frame at 0 s), or a folder of numbered pictures."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from videoemo.errors import InputError, TooLargeVideoError, UnreadableVideoError
from videoemo.util.leftovers import is_leftover
from videoemo.video._info import Video, check_size
from videoemo.video._sampling import check_sampling

__all__ = ["is_picture", "probe_folder", "probe_picture", "read_pictures"]

# Not GIF, which is a video; and not the moving kinds that Pillow also knows (FLI, MPEG).
FORMATS = ("AVIF", "BMP", "JPEG", "JPEG2000", "PNG", "PPM", "TIFF", "WEBP")
# What Pillow raises for a damaged picture, by format.
DAMAGED = (OSError, SyntaxError, ValueError)


def is_picture(path: Path) -> bool:
    """Whether a file is a still picture, by its contents, not its name."""
    if not path.is_file():
        return False
    try:
        with _open(path) as picture:
            return not (
                picture.format in ("PNG", "WEBP") and getattr(picture, "is_animated", False)
            )
    except UnidentifiedImageError:
        return False
    except TooLargeVideoError:
        return True


def probe_picture(path: Path, *, max_pixels: int | None) -> Video:
    """Describe a picture as a video of one frame at 0 s.

    Parameters
    ----------
    path : Path
        The picture.
    max_pixels : int or None
        Refuse more pixels than this; no limit where None.

    Raises
    ------
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged.
    """
    width, height = _size(path, max_pixels=max_pixels)
    return _video(path, (path,), width=width, height=height, fps=None)


def probe_folder(folder: Path, *, fps: float, max_pixels: int | None) -> Video:
    """Describe a folder of numbered pictures as a video.

    Parameters
    ----------
    folder : Path
        It holds nothing else, leftovers of systems apart.
    fps : float
        The rate at which the pictures were taken.
    max_pixels : int or None
        Refuse more pixels than this; no limit where None.

    Raises
    ------
    InputError
        `fps` is not above 0, or it holds no picture, a folder, or a file that is no picture or has
        no number of its own.
    TooLargeVideoError
        The first picture has more than `max_pixels` pixels.
    """
    check_sampling(fps=fps)
    files = [file for file in folder.iterdir() if not is_leftover(file.name)]
    if not files:
        raise InputError(f"{folder}: the folder is empty: give one of numbered pictures")
    numbered: dict[int, Path] = {}
    for file in sorted(files):
        digits = re.findall(r"\d+", file.stem)
        if not digits or not is_picture(file):
            raise InputError(
                f"{folder}: {file.name} is not a numbered picture: with fps a folder must hold "
                "nothing else"
            )
        other = numbered.setdefault(int(digits[-1]), file)
        if other is not file:
            raise InputError(
                f"{folder}: {other.name} and {file.name} have the same number: rename or remove one"
            )
    pictures = tuple(numbered[number] for number in sorted(numbered))
    width, height = _size(pictures[0], max_pixels=max_pixels)
    return _video(folder, pictures, width=width, height=height, fps=fps)


def read_pictures(
    video: Video, wanted: npt.NDArray[np.int64], *, max_pixels: int | None = None
) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    """Read the wanted pictures, upright, RGB; a damaged one among others is left out.

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
            with _open(path) as picture:
                check_size(path, width=picture.width, height=picture.height, max_pixels=max_pixels)
                rgb = _rgb(picture)
        except DAMAGED as exc:
            if len(video.pictures) == 1:
                raise UnreadableVideoError(
                    f"{path}: the picture is damaged or cut off: copy it again"
                ) from exc
            continue
        yield index, rgb


@contextmanager
def _open(path: Path) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        # Pillow's own limit on sizes: ours is max_pixels, and what is beyond twice Pillow's is an
        # error below.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        Image.init()  # with `formats` given, Pillow does not look for their readers by itself
        try:
            picture = Image.open(path, formats=FORMATS)
        except Image.DecompressionBombError as exc:
            limit = 2 * (Image.MAX_IMAGE_PIXELS or 0)
            raise TooLargeVideoError(
                f"{path}: a picture of more than {limit} pixels: make it smaller"
            ) from exc
        with picture:
            yield picture


def _size(path: Path, *, max_pixels: int | None) -> tuple[int, int]:
    """Width and height of a picture as presented, from its header."""
    with _open(path) as picture:
        width, height = picture.size
        check_size(path, width=width, height=height, max_pixels=max_pixels)
        try:
            orientation = picture.getexif().get(0x0112, 1)
        except DAMAGED as exc:
            raise UnreadableVideoError(
                f"{path}: the picture is damaged or cut off: copy it again"
            ) from exc
    # Orientations 5 to 8 are rotated by 90 degrees (Exif 2.3, tag 0x0112).
    return (height, width) if orientation >= 5 else (width, height)


def _rgb(picture: Image.Image) -> npt.NDArray[np.uint8]:
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I"):
        # 16 bits, which older Pillow reads into 32: Pillow's own conversion would clip them at 255.
        # (h, w)
        upright = Image.fromarray(
            (np.asarray(upright).clip(0, 65535) / 257).round().astype(np.uint8)
        )
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        white = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(white, upright)
    return np.asarray(upright.convert("RGB"))


def _video(
    path: Path, pictures: tuple[Path, ...], *, width: int, height: int, fps: float | None
) -> Video:
    n = len(pictures)
    return Video(
        path=path,
        width=width,
        height=height,
        seconds=np.arange(n) / (fps or 1.0),
        duration=n / fps if fps else 0.0,
        ticks=np.arange(n, dtype=np.int64),
        time_base=1 / Fraction(fps or 1),
        keyframes=np.arange(n, dtype=np.int64),
        pictures=pictures,
    )

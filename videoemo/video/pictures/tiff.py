"""TIFF pictures of samples that Pillow has no mode for: colours of floats or of 32 bits, floats of
16 or 64, as programs for measurements write them, without compression.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from videoemo.video._info import check_size
from videoemo.video.pictures.pillow import check_limit, damaged
from videoemo.video.pictures.pixels import is_turned, scale_levels, turn_upright

__all__ = ["PAGES", "read", "remarks", "samples", "size"]

# What is said of a TIFF with several pages.
PAGES = (
    "it holds several pages without times: the first is scored; to score all, save them as "
    "numbered pictures in a folder, and give fps"
)
# Tags (TIFF 6.0), with the values taken where they are missing.
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 256, 257, 258, 259, 262
_OFFSETS, _ORIENTATION, _N_SAMPLES, _COUNTS, _PLANAR, _FORMAT = 273, 274, 277, 279, 284, 339
# The kind of NumPy's types for each SampleFormat.
_KINDS = {1: "u", 2: "i", 3: "f"}
_NONE, _PLANES = 1, 2
_BLACK_IS_ZERO, _RGB = 1, 2


@dataclass(frozen=True)
class _Samples:
    """Where the samples of a TIFF are, and of what type.

    Parameters
    ----------
    width, height : int
        In px, as stored.
    n : int
        Samples a pixel.
    dtype : np.dtype
        Of a sample.
    planes : bool
        Whether each colour is stored by itself.
    strips : tuple of tuple of (int, int)
        Offset and length of each stretch of data.
    orientation : int
        As of EXIF, 1 to 8.
    """

    width: int
    height: int
    n: int
    dtype: np.dtype[np.generic]
    planes: bool
    strips: tuple[tuple[int, int], ...]
    orientation: int


def samples(path: Path) -> _Samples | None:
    """Where the samples of the first picture of a TIFF are; None where it is no TIFF, one that
    Pillow reads, or damaged.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) not in (b"II*\0", b"MM\0*"):
                return None
            file.seek(0)
            tags = _tags(file)
        n = tags.get(_N_SAMPLES, 1)
        (bits,), (format_,) = set(tags[_BITS]), set(tags.get(_FORMAT, (1,)))
        dtype = np.dtype(f"{'<' if tags.prefix == b'II' else '>'}{_KINDS[format_]}{bits // 8}")
        plain = tags.get(_COMPRESSION, _NONE) == _NONE
        colours = tags.get(_PHOTOMETRIC) == (_RGB if n >= 3 else _BLACK_IS_ZERO)
        read_by_pillow = (bits <= 16 and dtype.kind != "f") or (n == 1 and bits == 32)
        if not plain or not colours or read_by_pillow:
            return None
        strips = tuple(zip(tags[_OFFSETS], tags[_COUNTS], strict=True))
        planes = n > 1 and tags.get(_PLANAR, 1) == _PLANES
        orientation = tags.get(_ORIENTATION, 1)
        return _Samples(tags[_WIDTH], tags[_HEIGHT], n, dtype, planes, strips, orientation)
    except (OSError, ValueError, TypeError, LookupError, SyntaxError, RuntimeError):
        return None


def size(path: Path, *, max_pixels: int | None) -> tuple[int, int]:
    """Width and height of such a picture as presented, in px.

    Raises
    ------
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged.
    """
    found = _checked(path, max_pixels)
    width, height = found.width, found.height
    return (height, width) if is_turned(found.orientation) else (width, height)


def read(path: Path, *, max_pixels: int | None) -> npt.NDArray[np.uint8]:
    """Read such a picture: RGB uint8 (h, w, 3), upright.

    Raises
    ------
    TooLargeVideoError
        It has more than `max_pixels` pixels.
    UnreadableVideoError
        It is damaged.
    """
    found = _checked(path, max_pixels)
    width, height, n = found.width, found.height, found.n
    data, size = bytearray(), width * height * n * found.dtype.itemsize
    with path.open("rb") as file:
        for offset, length in found.strips:
            file.seek(offset)
            data += file.read(min(length, size - len(data)))
    if len(data) < size:
        raise damaged(path)
    values = np.frombuffer(data, found.dtype)
    if found.planes:
        values = values.reshape(n, height, width).transpose(1, 2, 0)
    colours = values.reshape(height, width, n)[..., : 3 if n >= 3 else 1]
    rgb = np.broadcast_to(scale_levels(colours), (height, width, 3))
    return turn_upright(np.ascontiguousarray(rgb), found.orientation)


def remarks(path: Path) -> Iterator[str]:
    """What such a file holds beside the picture that is scored, in words."""
    with path.open("rb") as file:
        tags = _tags(file)
    if tags.next:
        yield PAGES


def _checked(path: Path, max_pixels: int | None) -> _Samples:
    found = samples(path)
    if found is None:  # it has changed since it was looked at
        raise damaged(path)
    check_size(path, width=found.width, height=found.height, max_pixels=max_pixels)
    check_limit(path, width=found.width, height=found.height)
    return found


def _tags(file: BinaryIO) -> ImageFileDirectory_v2:
    """The tags of the first picture of a TIFF."""
    tags = ImageFileDirectory_v2(file.read(8))
    file.seek(tags.next)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is missing, which is seen where it is needed
        tags.load(file)
    return tags

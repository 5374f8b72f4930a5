"""Pixels of pictures as RGB of 8 bits: deep and float grey scaled, transparent parts on white."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

__all__ = ["ORIENTATION", "is_turned", "scale_levels", "to_rgb", "turn_upright"]

# The tag of the orientation in EXIF and TIFF, 1 to 8; from 5 on it is a quarter turn (Exif 2.3).
ORIENTATION, _QUARTER = 0x0112, 5
# TIFF's tag PhotometricInterpretation, and its value where the least level is white (TIFF 6.0).
_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0
# TIFF's tag SampleFormat, and its value for unsigned integers.
_SAMPLE_FORMAT, _UNSIGNED = 339, 1
# Formats whose headers say what is white, by which Pillow has scaled to 16 bits.
_SCALED = ("JPEG2000", "PPM")
# White in 8, 10, 12, 14, 16, 24, 31 and 32 bits, which cameras and programs write into 16 or 32
# without a word of it.
_WHITES = tuple(2.0**bits - 1 for bits in (8, 10, 12, 14, 16, 24, 31, 32))
# In floats white may be 1, too. Highlights may be brighter by so much: with 255 for white a picture
# of nothing brighter would be black on any screen.
_HIGHLIGHT = 4.0
# So many floats at most tell what is white, and so many levels are scaled at once: what is computed
# takes many times their memory.
_SAMPLED, _BLOCK = 10**6, 2**20
# The share of the brightest floats that does not tell what is white: highlights, dead pixels.
_OUTLIERS = 1e-3


def to_rgb(upright: Image.Image, source: Image.Image) -> npt.NDArray[np.uint8]:
    """Pixels of a picture as RGB, on white where it is transparent.

    Grey of more than 8 bits is scaled to 8 by its white. PNG and TIFF do not say of how many bits
    the levels in 16 or 32 are, nor whether the white of floats is 1 or 255: it is the least usual
    one that holds the brightest pixels.

    Parameters
    ----------
    upright : PIL.Image.Image
        The decoded picture, in any mode.
    source : PIL.Image.Image
        What was opened, with its format and tags.

    Returns
    -------
    uint8 (h, w, 3)
        RGB.
    """
    if upright.mode == "F" or upright.mode.startswith("I"):
        upright = Image.fromarray(_scaled(np.asarray(upright), source))
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        white = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(white, upright)
    return np.asarray(upright.convert("RGB"))


def _scaled(values: npt.NDArray[np.generic], source: Image.Image) -> npt.NDArray[np.uint8]:
    """Grey levels of any depth scaled to 8 bits: (h, w) to uint8 (h, w)."""
    tags = getattr(source, "tag_v2", {})
    if values.dtype == np.int32 and tags.get(_SAMPLE_FORMAT) == (_UNSIGNED,):
        values = values.view(np.uint32)  # for which Pillow has no mode
    said = source.format in _SCALED and values.dtype.kind != "f"
    shown = scale_levels(values, white=65535.0 if said else None)
    return 255 - shown if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO else shown


def scale_levels(
    values: npt.NDArray[np.generic], *, white: float | None = None
) -> npt.NDArray[np.uint8]:
    """Levels of any depth scaled to 8 bits, 0 for black.

    Parameters
    ----------
    values : array of (h, ...)
        Integers or floats, h rows of them.
    white : float or None
        The level that is white; None where nothing says it, and the brightest levels tell.

    Returns
    -------
    uint8 of the same shape
        What is below black, or no number, is black; what is beyond white is white.
    """
    white = _white(values) if white is None else white
    shown = np.empty(values.shape, np.uint8)
    rows = max(1, _BLOCK * len(values) // values.size)
    for start in range(0, len(values), rows):
        levels = values[start : start + rows].astype(np.float64)
        levels = np.nan_to_num(levels, posinf=white, neginf=0.0).clip(0, white)
        shown[start : start + rows] = (levels * (255 / white)).round()
    return shown


def is_turned(orientation: int) -> bool:
    """Whether a picture of this EXIF orientation is presented with its sides exchanged."""
    return orientation in range(_QUARTER, 9)


def turn_upright(rgb: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    """Pixels as stored, (h, w, 3), turned and mirrored as an EXIF orientation says."""
    stored = Image.fromarray(rgb)
    stored.getexif()[ORIENTATION] = orientation
    return np.asarray(ImageOps.exif_transpose(stored))


def _white(values: npt.NDArray[np.generic]) -> float:
    """The level that is white, by the brightest of them."""
    if values.dtype.kind != "f":
        brightest = float(np.max(values))
        return next(white for white in _WHITES if brightest <= white)
    some = values.ravel()[:: -(-values.size // _SAMPLED)]
    some = some[np.isfinite(some)].astype(np.float64)
    brightest = float(np.quantile(some, 1 - _OUTLIERS)) if some.size else 0.0
    if brightest < _HIGHLIGHT:
        return 1.0
    return next((white for white in _WHITES if brightest <= white), brightest)

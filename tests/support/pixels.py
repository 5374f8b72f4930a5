"""Pictures read back, and the classes they show."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
from PIL import Image

from videoemo.plots._palette import RGB

EIGHT = ("anger", "contempt", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
THREE = ("positive", "neutral", "negative")
Pixels = npt.NDArray[np.uint8]


def pixels(path: Path) -> Pixels:
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture.convert("RGB"))


def picture_of(draw: Callable[..., None], *args: object, **given: object) -> Pixels:
    """What `draw` draws of this, its first argument being where to: drawn by the first of the
    tests that look at it.
    """
    what = pickle.dumps((draw, args, given))
    if what not in _drawn:
        with TemporaryDirectory() as folder:
            path = Path(folder, "new", "picture.png")
            draw(path, *args, **given)
            _drawn[what] = pixels(path)
        if len(_drawn) > 16:  # they are of megabytes
            del _drawn[next(iter(_drawn))]
    return _drawn[what]


_drawn: dict[bytes, Pixels] = {}


def where(picture: Pixels, colour: RGB) -> npt.NDArray[np.bool_]:
    """(h, w), the pixels of exactly that colour."""
    same: npt.NDArray[np.bool_] = np.logical_and.reduce(
        picture == np.rint(np.array(colour) * 255).astype(np.uint8), axis=2
    )
    return same

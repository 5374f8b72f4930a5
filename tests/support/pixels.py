"""Pictures read back, and the classes they show."""

from __future__ import annotations

from pathlib import Path

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


def where(picture: Pixels, colour: RGB) -> npt.NDArray[np.bool_]:
    """(h, w), the pixels of exactly that colour."""
    same: npt.NDArray[np.bool_] = np.logical_and.reduce(
        picture == np.rint(np.array(colour) * 255).astype(np.uint8), axis=2
    )
    return same

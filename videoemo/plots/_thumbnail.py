"""The small picture by which a video is known in a list: faces side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from videoemo.util.files import atomic_write

__all__ = ["thumbnail"]


def thumbnail(path: Path, faces: Sequence[npt.NDArray[np.uint8]]) -> None:
    """Draw faces side by side as a PNG.

    Parameters
    ----------
    path : Path
        Where the PNG is written.
    faces : sequence of uint8 (side, side, 3)
        RGB, all of one size; at least one.

    Raises
    ------
    OutputError
        The picture cannot be written.
    """
    with atomic_write(path) as temporary:
        Image.fromarray(np.concatenate(faces, axis=1)).save(temporary, format="PNG")

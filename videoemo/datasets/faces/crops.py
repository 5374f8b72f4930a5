"""Faces cut out of their pictures before a training begins."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from videoemo.datasets.faces.pictures import CroppedPictures, Pictures
from videoemo.util.terminal import safe_stderr

__all__ = ["Cropper", "crop_pictures"]

Picture = npt.NDArray[np.uint8]

# Given a picture, RGB, uint8 (h, w, 3), gives the crop of its face, or None where it finds none.
Cropper = Callable[[Picture], Picture | None]


def crop_pictures(
    pictures: Pictures, cropper: Cropper, *, name: str
) -> tuple[CroppedPictures, npt.NDArray[np.bool_]]:
    """Cut the face out of each picture, with a progress bar of a name.

    Returns
    -------
    tuple of (CroppedPictures, bool (n,))
        The m crops, and in which of the n pictures there is a face.
    """
    crops: list[Picture] = []
    names: list[str] = []
    found = np.zeros(len(pictures), bool)
    bar = tqdm(
        range(len(pictures)),
        desc=f"{name}: faces",
        file=safe_stderr(),
        leave=False,
        disable=None,
        dynamic_ncols=True,
    )
    for row in bar:
        crop = cropper(pictures.whole(row))
        if crop is not None:
            found[row] = True
            grey = (crop == crop[..., :1]).all()
            # A copy: crops are views, which keep their pictures in memory.
            crops.append(crop[..., 0].copy() if grey else crop.copy())
            names.append(pictures.name(row))
    return CroppedPictures(crops, names), found

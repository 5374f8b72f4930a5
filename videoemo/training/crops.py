"""Training faces cut out of pictures as `score` cuts them out of frames."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.crops import Cropper
from videoemo.inference.picture_faces import load_picture_faces

__all__ = ["load_cropper"]

Picture = npt.NDArray[np.uint8]


def load_cropper(recipe: DataRecipe, *, crop: str, scale: float, size: int) -> Cropper | None:
    """Load what cuts the largest face out of a picture; None where a recipe needs none.

    Parameters
    ----------
    recipe : DataRecipe
        The faces.
    crop, scale, size : str, float, int
        How the network wants them; see `faces.crop.crop_faces`.

    Raises
    ------
    WeightsError
        The detector's weights are missing or damaged.
    """
    if not recipe.needs_cropper:
        return None
    finder = load_picture_faces()

    def cut(rgb: Picture) -> Picture | None:
        found = finder(rgb)
        return None if found is None else found.crop(crop, size=size, scale=scale)

    return cut

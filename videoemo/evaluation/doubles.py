"""Faces that a network may have been trained on: those with the pixels of a training face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.crops import Cropper
from videoemo.datasets.faces.examine import examine
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_split

__all__ = ["doubles_of_training"]


def doubles_of_training(
    recipe: DataRecipe, faces: LabelledFaces, root: Path, cropper: Cropper | None
) -> npt.NDArray[np.bool_] | None:
    """Which faces have the pixels of a training face, bool (n,); None where the faces that train
    are not there.

    Parameters
    ----------
    recipe : DataRecipe
        What trains, and what judges.
    faces : LabelledFaces
        Those that judge.
    root : Path
        The dataset's folder.
    cropper : Cropper or None
        What finds faces in pictures where the recipe asks for it.

    Raises
    ------
    TrainingError
        Those that train cannot be read.
    """
    if not (root / recipe.train).exists():
        return None
    train = load_split(recipe, "train", root, cropper=cropper)
    theirs = set(examine(train.pictures).digests)
    return np.array([one in theirs for one in examine(faces.pictures).digests], bool)

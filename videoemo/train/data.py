"""The training and validation faces that a recipe names."""

from __future__ import annotations

from pathlib import Path

from videoemo.errors import TrainingError
from videoemo.recipes import DataRecipe
from videoemo.train.affectnet import load_affectnet
from videoemo.train.faces import LabelledFaces
from videoemo.train.ferplus import load_ferplus
from videoemo.train.folders import load_folders

__all__ = ["load_faces", "load_split"]


def load_split(recipe: DataRecipe, split: str, annotations: str | None, root: Path) -> LabelledFaces:
    """Some faces of a dataset.

    Parameters
    ----------
    split, annotations : paths below `root`.

    Raises
    ------
    TrainingError : a file or a column is missing, a picture is unreadable, a class has no example.
    """
    labels = None if annotations is None else root / annotations
    if recipe.kind == "ferplus":
        return load_ferplus(root / split, labels)
    if recipe.kind == "affectnet":
        return load_affectnet(root / split, labels, contempt=recipe.contempt)
    return load_folders(root / split)


def load_faces(recipe: DataRecipe, root: Path) -> tuple[LabelledFaces, LabelledFaces]:
    """The training and the validation faces of a recipe.

    Raises
    ------
    TrainingError : as `load_split`, or the two have different classes.
    """
    train = load_split(recipe, recipe.train, recipe.train_annotations, root)
    valid = load_split(recipe, recipe.valid, recipe.valid_annotations, root)
    if train.classes != valid.classes:
        raise TrainingError(f"training has the classes {', '.join(train.classes)}, validation {', '.join(valid.classes)}: they must be the same")
    return train, valid

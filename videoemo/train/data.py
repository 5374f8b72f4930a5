"""The training and validation faces that a recipe names."""

from __future__ import annotations

import os
from pathlib import Path

from videoemo.errors import TrainingError
from videoemo.recipes import DataRecipe
from videoemo.train.affectnet import load_affectnet
from videoemo.train.faces import LabelledFaces
from videoemo.train.ferplus import load_ferplus
from videoemo.train.folders import load_folders

__all__ = ["data_root", "load_faces", "load_split"]


def data_root(kind: str, given: Path | None) -> Path:
    """Where a dataset lies: as given, or `$VIDEOEMO_DATA/<kind>`, or `data/<kind>` here.

    Raises
    ------
    TrainingError : there is no such folder.
    """
    root = given or Path(os.environ.get("VIDEOEMO_DATA", "data")) / kind
    if not root.is_dir():
        raise TrainingError(f"no folder {root}: give the data's folder with --data, or set VIDEOEMO_DATA")
    return root


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

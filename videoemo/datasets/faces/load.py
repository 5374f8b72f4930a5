"""Loading of the training and validation faces of a recipe."""

from __future__ import annotations

from pathlib import Path

from videoemo.config.training import DataRecipe
from videoemo.datasets.faces.affectnet import load_affectnet
from videoemo.datasets.faces.ferplus import load_ferplus
from videoemo.datasets.faces.folders import load_folders
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.errors import TrainingError

__all__ = ["load_faces", "load_split"]


def load_split(
    recipe: DataRecipe, split: str, annotations: str | None, root: Path
) -> LabelledFaces:
    """Load one split of labelled faces.

    Parameters
    ----------
    recipe : DataRecipe
        The kind of dataset.
    split, annotations : str, str or None
        Paths below `root`.
    root : Path
        The dataset's folder.

    Raises
    ------
    TrainingError
        A file or a column is missing, a picture is unreadable, a class has no example.
    """
    labels = None if annotations is None else root / annotations
    if recipe.kind == "ferplus":
        return load_ferplus(root / split, labels)
    if recipe.kind == "affectnet":
        return load_affectnet(root / split, labels, contempt=recipe.contempt)
    return load_folders(root / split)


def load_faces(recipe: DataRecipe, root: Path) -> tuple[LabelledFaces, LabelledFaces]:
    """Load the training and the validation faces of a recipe.

    Parameters
    ----------
    recipe : DataRecipe
        The kind of dataset, and the paths of both splits.
    root : Path
        The dataset's folder.

    Raises
    ------
    TrainingError
        As `load_split`, or the two have different classes.
    """
    train = load_split(recipe, recipe.train, recipe.train_annotations, root)
    valid = load_split(recipe, recipe.valid, recipe.valid_annotations, root)
    if train.classes != valid.classes:
        raise TrainingError(
            f"training has the classes {', '.join(train.classes)}, validation "
            f"{', '.join(valid.classes)}: they must be the same"
        )
    return train, valid

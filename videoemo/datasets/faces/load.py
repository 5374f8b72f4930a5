"""Loading of the training and validation faces of a recipe; what was left out is said on standard
error.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.crops import Cropper
from videoemo.datasets.faces.find import FaceReader, Split
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.left_out import left_out_line
from videoemo.datasets.faces.readers import AnyFaces
from videoemo.errors import InputError
from videoemo.util.terminal import say

__all__ = ["load_attributes", "load_attributes_split", "load_faces", "load_split"]

F = TypeVar("F", LabelledFaces, AttributeFaces)


def load_faces(
    recipe: DataRecipe, root: Path, *, cropper: Cropper | None = None
) -> tuple[LabelledFaces, LabelledFaces]:
    """Load the training and the validation faces of a recipe, labelled with classes.

    Parameters
    ----------
    recipe : DataRecipe
        What they are, and where.
    root : Path
        The dataset's folder.
    cropper : Cropper or None
        Cuts out faces where the recipe says `crop = "detector"`.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, too many faces are broken, a class has no example,
        or the two have different classes.
    InputError
        The recipe is of attributes, or needs a cropper.
    """
    return _both(LabelledFaces, recipe, root, cropper)


def load_attributes(
    recipe: DataRecipe, root: Path, *, cropper: Cropper | None = None
) -> tuple[AttributeFaces, AttributeFaces]:
    """Load the training and the validation faces of a recipe, labelled with attributes; see
    `load_faces`.
    """
    return _both(AttributeFaces, recipe, root, cropper)


def load_split(
    recipe: DataRecipe, split: Split, root: Path, *, cropper: Cropper | None = None
) -> LabelledFaces:
    """Load one split of faces labelled with classes, `train` or `valid`, without those of
    `data.more`; a class may be without an example. See `load_faces`.
    """
    return _one(LabelledFaces, recipe, split, root, cropper)


def load_attributes_split(
    recipe: DataRecipe, split: Split, root: Path, *, cropper: Cropper | None = None
) -> AttributeFaces:
    """Load one split of faces labelled with attributes, `train` or `valid`; see `load_split`."""
    return _one(AttributeFaces, recipe, split, root, cropper)


def _both(kind: type[F], recipe: DataRecipe, root: Path, cropper: Cropper | None) -> tuple[F, F]:
    _require_cropper(recipe, cropper)
    found = FaceReader(recipe, root, cropper=cropper).both()
    for line in found.notices:
        say(f"notice: {line}", error=True)
    found.require_trainable()
    return _of(kind, recipe, found.train), _of(kind, recipe, found.valid)


def _one(kind: type[F], recipe: DataRecipe, split: Split, root: Path, cropper: Cropper | None) -> F:
    _require_cropper(recipe, cropper)
    sound = FaceReader(recipe, root, cropper=cropper).one(split)
    if sound.left_out:
        say(f"notice: {left_out_line(sound.left_out)}", error=True)
    return _of(kind, recipe, sound.faces)


def _require_cropper(recipe: DataRecipe, cropper: Cropper | None) -> None:
    if recipe.needs_cropper and cropper is None:
        raise InputError("data: crop = 'detector' needs a detector, which is not given here")


def _of(kind: type[F], recipe: DataRecipe, faces: AnyFaces) -> F:
    if not isinstance(faces, kind):
        raise InputError(
            f"data: faces of {recipe.kind} labelled with {recipe.labels} do not fit here"
        )
    return faces

"""Loading of the training and validation faces of a recipe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt

from videoemo.config.face_data import DataRecipe, FaceSource
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.left_out import LeftOut, left_out_line
from videoemo.datasets.faces.more import with_more
from videoemo.datasets.faces.readers import AnyFaces
from videoemo.datasets.faces.sound import SoundFaces, read_sound
from videoemo.errors import InputError, TrainingError
from videoemo.util.messages import first_names
from videoemo.util.terminal import say

__all__ = [
    "FoundFaces",
    "find_faces",
    "load_attributes",
    "load_attributes_split",
    "load_faces",
    "load_split",
]

Split = Literal["train", "valid"]
F = TypeVar("F", LabelledFaces, AttributeFaces)


@dataclass(frozen=True)
class FoundFaces:
    """The faces of a recipe, and what was found on the way.

    Parameters
    ----------
    train, valid : LabelledFaces or AttributeFaces
        Those that train, and those that judge the training.
    left_out : tuple of LeftOut
        Those that are neither.
    doubles : int
        Training faces whose pixels are those of a validation face.
    notices : tuple of str
        What is worth knowing of all that, a line each.
    """

    train: AnyFaces
    valid: AnyFaces
    left_out: tuple[LeftOut, ...]
    doubles: int
    notices: tuple[str, ...]


def find_faces(recipe: DataRecipe, root: Path, *, strict: bool = True) -> FoundFaces:
    """Read the training and the validation faces of a recipe, every label and picture.

    Parameters
    ----------
    recipe : DataRecipe
        What they are, and where.
    root : Path
        The dataset's folder.
    strict : bool, default=True
        Whether more broken ones than the recipe allows are an error.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, too many faces are broken, a class has no example,
        or the two have different classes.
    """
    first, valid = _both(recipe, root, strict=strict)
    more = [_source(source, root, strict=strict) for source in recipe.more]
    training = [first, *more]
    theirs = valid.unused | set(valid.digests)
    doubles = [np.array([one in theirs for one in sound.digests], bool) for sound in training]
    if recipe.leave_out_doubles:
        training = [_without(*pair) for pair in zip(training, doubles, strict=True)]
    train = training[0].faces
    for sound, source in zip(training[1:], recipe.more, strict=True):
        train = with_more(train, sound.faces, source)
    for faces in (train, valid.faces):
        faces.require_examples()
    _require_alike(train, valid.faces)
    return FoundFaces(
        train,
        valid.faces,
        tuple(one for sound in (*training, valid) for one in sound.left_out),
        int(sum(double.sum() for double in doubles)),
        tuple(
            f"{name}: {left_out_line(sound.left_out)}"
            for name, sound in (
                ("training", training[0]),
                *(("more", s) for s in training[1:]),
                ("validation", valid),
            )
            if sound.left_out
        ),
    )


def load_faces(recipe: DataRecipe, root: Path) -> tuple[LabelledFaces, LabelledFaces]:
    """Load the training and the validation faces of a recipe, labelled with classes; what was left
    out is said on standard error.

    Raises
    ------
    TrainingError
        As `find_faces`.
    InputError
        The recipe is of attributes.
    """
    found = _told(find_faces(recipe, root))
    return _of(LabelledFaces, recipe, found.train), _of(LabelledFaces, recipe, found.valid)


def load_attributes(recipe: DataRecipe, root: Path) -> tuple[AttributeFaces, AttributeFaces]:
    """Load the training and the validation faces of a recipe, labelled with attributes; what was
    left out is said on standard error.

    Raises
    ------
    TrainingError
        As `find_faces`.
    InputError
        The recipe is not of attributes.
    """
    found = _told(find_faces(recipe, root))
    return _of(AttributeFaces, recipe, found.train), _of(AttributeFaces, recipe, found.valid)


def load_split(recipe: DataRecipe, split: Split, root: Path) -> LabelledFaces:
    """Load one split of faces labelled with classes, `train` or `valid`; a class may be without an
    example.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, or too many faces are broken.
    InputError
        The recipe is of attributes.
    """
    return _of(LabelledFaces, recipe, _split(recipe, split, root).faces)


def load_attributes_split(recipe: DataRecipe, split: Split, root: Path) -> AttributeFaces:
    """Load one split of faces labelled with attributes, `train` or `valid`.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, or too many faces are broken.
    InputError
        The recipe is not of attributes.
    """
    return _of(AttributeFaces, recipe, _split(recipe, split, root).faces)


def _split(recipe: DataRecipe, split: Split, root: Path) -> SoundFaces:
    if split == "train":
        sound = _source(recipe, root, strict=True)
    elif recipe.valid is not None:
        sound = _valid(recipe, root, strict=True)
    else:
        sound = _both(recipe, root, strict=True)[1]
    if sound.left_out:
        say(f"notice: {left_out_line(sound.left_out)}", error=True)
    return sound


def _both(recipe: DataRecipe, root: Path, *, strict: bool) -> tuple[SoundFaces, SoundFaces]:
    """The training faces of the first source, and the validation faces."""
    if recipe.valid is not None:
        return _source(recipe, root, strict=strict), _valid(recipe, root, strict=strict)
    if not recipe.valid_share:
        raise TrainingError(
            "data: no validation faces: give their path as `valid`, or a `valid_share` of those of "
            "`train`"
        )
    whole = _whole(recipe, root, recipe.train, recipe.train_annotations, strict=strict)
    return whole.split(recipe)


def _source(source: FaceSource, root: Path, *, strict: bool) -> SoundFaces:
    """The training faces of a source."""
    whole = _whole(source, root, source.train, source.train_annotations, strict=strict)
    return whole.split(source)[0] if source.valid_share else whole


def _valid(recipe: DataRecipe, root: Path, *, strict: bool) -> SoundFaces:
    assert recipe.valid is not None
    return _whole(
        recipe,
        root,
        recipe.valid,
        recipe.valid_annotations,
        strict=strict,
        unused=recipe.leave_out_doubles,
    )


def _whole(
    source: FaceSource,
    root: Path,
    path: str,
    annotations: str | None,
    *,
    strict: bool,
    unused: bool = False,
) -> SoundFaces:
    return read_sound(
        source,
        root / path,
        None if annotations is None else root / annotations,
        name=path if path != "." else source.kind,
        strict=strict,
        unused=unused,
    )


def _without(sound: SoundFaces, double: npt.NDArray[np.bool_]) -> SoundFaces:
    """The faces without doubles."""
    reason = "with the pixels of a validation face"
    names = [sound.faces.pictures.name(row) for row in np.flatnonzero(double).tolist()]
    left_out = (*sound.left_out, *(LeftOut(name, reason) for name in names))
    return replace(sound.where(~double), left_out=left_out)


def _require_alike(train: AnyFaces, valid: AnyFaces) -> None:
    ours, theirs = (
        faces.classes if isinstance(faces, LabelledFaces) else faces.ethnicities
        for faces in (train, valid)
    )
    if ours != theirs:
        raise TrainingError(
            f"training has {len(ours):,} classes ({first_names(ours)}), validation "
            f"{len(theirs):,} ({first_names(theirs)}): they must be the same"
        )


def _told(found: FoundFaces) -> FoundFaces:
    for line in found.notices:
        say(f"notice: {line}", error=True)
    return found


def _of(kind: type[F], recipe: DataRecipe, faces: AnyFaces) -> F:
    if not isinstance(faces, kind):
        raise InputError(
            f"data: faces of {recipe.kind} labelled with {recipe.labels} do not fit here"
        )
    return faces

"""The faces of a recipe: read, split, cropped, joined."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from videoemo.config.face_data import DataRecipe, FaceSource
from videoemo.datasets.faces.crops import Cropper
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.left_out import LeftOut, left_out_line
from videoemo.datasets.faces.more import with_more
from videoemo.datasets.faces.readers import AnyFaces
from videoemo.datasets.faces.sound import SoundFaces, read_sound
from videoemo.errors import TrainingError
from videoemo.util.messages import first_names

__all__ = ["FaceReader", "FoundFaces", "Split"]

Split = Literal["train", "valid"]


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
        What was left out, and why, a line for each source.
    """

    train: AnyFaces
    valid: AnyFaces
    left_out: tuple[LeftOut, ...]
    doubles: int
    notices: tuple[str, ...]

    def require_trainable(self) -> None:
        """Require that each class has examples, and that both splits have the same classes.

        Raises
        ------
        TrainingError
            They have not.
        """
        for faces in (self.train, self.valid):
            faces.require_examples()
        _require_alike(self.train, self.valid)


@dataclass(frozen=True)
class FaceReader:
    """Reader of the faces of a recipe, every label and picture.

    Parameters
    ----------
    recipe : DataRecipe
        What they are, and where.
    root : Path
        The dataset's folder.
    strict : bool, default=True
        Whether more broken ones than the recipe allows are an error.
    cropper : Cropper or None
        Cuts out the faces of sources whose pictures show more; None to leave them as they are.
    """

    recipe: DataRecipe
    root: Path
    strict: bool = True
    cropper: Cropper | None = None

    def both(self) -> FoundFaces:
        """The training and the validation faces, of all sources.

        Raises
        ------
        TrainingError
            A file, a folder or a column is missing, or too many faces are broken.
        """
        recipe = self.recipe
        if recipe.valid is None:
            first, valid = self._halves()
        else:
            first, valid = self._training(recipe), self._given(recipe.valid)
        training = [first, *map(self._training, recipe.more)]
        theirs = valid.unused | set(valid.digests)
        doubles = [np.array([one in theirs for one in sound.digests], bool) for sound in training]
        if recipe.leave_out_doubles:
            reason = "with the pixels of a validation face"
            training = [
                sound.without(mask, reason) for sound, mask in zip(training, doubles, strict=True)
            ]
        sources = [recipe, *recipe.more, recipe]
        *training, valid = map(self._cropped, [*training, valid], sources)
        train = training[0].faces
        for sound, source in zip(training[1:], recipe.more, strict=True):
            train = with_more(train, sound.faces, source)
        more = [f"data.more of {source.kind}" for source in recipe.more]
        named = zip(["training", *more, "validation"], [*training, valid], strict=True)
        return FoundFaces(
            train,
            valid.faces,
            tuple(one for sound in (*training, valid) for one in sound.left_out),
            sum(int(double.sum()) for double in doubles),
            tuple(
                f"{name}: {left_out_line(sound.left_out)}"
                for name, sound in named
                if sound.left_out
            ),
        )

    def one(self, split: Split) -> SoundFaces:
        """The faces of one split, of the first source alone.

        Raises
        ------
        TrainingError
            A file, a folder or a column is missing, or too many faces are broken.
        """
        recipe = self.recipe
        if split == "train":
            sound = self._training(recipe)
        else:
            sound = self._halves()[1] if recipe.valid is None else self._given(recipe.valid)
        return self._cropped(sound, recipe)

    def _halves(self) -> tuple[SoundFaces, SoundFaces]:
        """Those of the first source that train, and those that are held out."""
        if not self.recipe.valid_share:
            raise TrainingError(
                "data: no validation faces: give their path as `valid`, or a `valid_share` of "
                "those of `train`"
            )
        return self._whole(self.recipe).split(self.recipe)

    def _training(self, source: FaceSource) -> SoundFaces:
        whole = self._whole(source)
        return whole.split(source)[0] if source.valid_share else whole

    def _whole(self, source: FaceSource) -> SoundFaces:
        return self._read(source, source.train, source.train_annotations, split="train")

    def _given(self, path: str) -> SoundFaces:
        recipe = self.recipe
        return self._read(recipe, path, recipe.valid_annotations, split="valid")

    def _read(
        self, source: FaceSource, path: str, annotations: str | None, *, split: Split
    ) -> SoundFaces:
        return read_sound(
            source,
            self.root / path,
            None if annotations is None else self.root / annotations,
            split=split,
            strict=self.strict,
            unused=split == "valid" and self.recipe.leave_out_doubles,
        )

    def _cropped(self, sound: SoundFaces, source: FaceSource) -> SoundFaces:
        if self.cropper is None or source.crop == "whole":
            return sound
        return sound.cropped(self.cropper, name=source.kind)


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

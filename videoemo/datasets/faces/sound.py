"""Faces whose pictures have been read, and which of them belong to a split."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.config.face_data import FaceSource
from videoemo.datasets.faces.crops import Cropper, crop_pictures
from videoemo.datasets.faces.draws import held_out, held_out_photographs, in_part
from videoemo.datasets.faces.examine import examine
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.left_out import LeftOut, left_out_line
from videoemo.datasets.faces.readers import AnyFaces, read_layout
from videoemo.errors import TrainingError

__all__ = ["SoundFaces", "read_sound"]

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SoundFaces:
    """Faces that can be read, with their groups.

    Parameters
    ----------
    faces : LabelledFaces or AttributeFaces
        n of them.
    digests : tuple of bytes
        Of the pixels of each.
    left_out : tuple of LeftOut
        Those that the layout lists beside them.
    unused : frozenset of bytes
        Digests of faces of none of the classes, where they were asked for.
    """

    faces: AnyFaces
    digests: tuple[bytes, ...]
    left_out: tuple[LeftOut, ...] = ()
    unused: frozenset[bytes] = frozenset()

    def __len__(self) -> int:
        return len(self.faces)

    def where(self, mask: npt.NDArray[np.bool_]) -> SoundFaces:
        """Some of the faces."""
        rows = np.flatnonzero(mask)
        digests = tuple(self.digests[row] for row in rows.tolist())
        return replace(self, faces=self.faces.take(rows), digests=digests)

    def cropped(self, cropper: Cropper, *, name: str) -> SoundFaces:
        """The faces cut out of their pictures, without those that are not found there."""
        pictures, found = crop_pictures(self.faces.pictures, cropper, name=name)
        rest = self.where(found)
        return replace(
            rest,
            faces=replace(rest.faces, pictures=pictures),
            left_out=(*self.left_out, *self._left_out(~found, "in which no face is found")),
        )

    def without(self, mask: npt.NDArray[np.bool_], reason: str) -> SoundFaces:
        """The faces without some, for a reason."""
        left_out = (*self.left_out, *self._left_out(mask, reason))
        return replace(self.where(~mask), left_out=left_out)

    def _left_out(self, mask: npt.NDArray[np.bool_], reason: str) -> list[LeftOut]:
        names = map(self.faces.pictures.name, np.flatnonzero(mask).tolist())
        return [LeftOut(name, reason) for name in names]

    def without_singles(self) -> SoundFaces:
        """Without people of whom there is one photograph."""
        photographs = Counter(self.groups)
        single = np.array([photographs[person] == 1 for person in self.groups], bool)
        return self.without(
            single, "of people with one photograph, which cannot both train and judge"
        )

    def split(self, source: FaceSource) -> tuple[SoundFaces, SoundFaces]:
        """Those that train, and those that are held out."""
        if isinstance(self.faces, LabelledFaces) and source.labels == "identity":
            names = [self.faces.pictures.name(row) for row in range(len(self))]
            held = held_out_photographs(
                self.groups, names, share=source.valid_share, seed=source.seed
            )
        else:
            held = held_out(self.groups, share=source.valid_share, seed=source.seed)
        return self.where(~held), replace(self.where(held), left_out=())

    @property
    def groups(self) -> tuple[str, ...]:
        """The group of each face."""
        assert self.faces.groups is not None
        return self.faces.groups


def read_sound(
    source: FaceSource,
    path: Path,
    annotations: Path | None,
    *,
    split: str,
    strict: bool = True,
    unused: bool = False,
) -> SoundFaces:
    """Read the faces of a source, label and picture.

    Parameters
    ----------
    source : FaceSource
        Their kind, and which part of them.
    path, annotations : Path, Path or None
        Where they are.
    split : str
        What they are for, `train` or `valid`.
    strict : bool, default=True
        Whether more broken ones than the source allows are an error.
    unused : bool, default=False
        Whether those of none of the classes are read, too, for their digests.

    Raises
    ------
    TrainingError
        The layout cannot be read, no face can be used, or too many are broken.
    """
    listed, left_out = read_layout(source, path, annotations, split=split)
    faces = listed.take(np.flatnonzero(listed.used))
    found = examine(faces.pictures, name=f"{source.kind}, {split}")
    left_out = [*left_out, *found.broken]
    broken = [one for one in left_out if one.broken]
    total = len(faces) + len(left_out) - len(found.broken)
    if broken and ((strict and len(broken) > source.most_broken * total) or not len(found.sound)):
        raise TrainingError(
            f"{path}: {len(broken):,} of {total:,} faces cannot be used, more than most_broken "
            f"allows ({source.most_broken:g}): {left_out_line(broken)}; mend them, or remove them "
            "(--check -o FOLDER lists each)"
        )
    if not len(found.sound):
        reason = left_out_line(left_out) if left_out else "none has a label"
        raise TrainingError(f"{path}: no face can be used: {reason}")
    others = frozenset[bytes]()
    if unused:
        rest = listed.take(np.flatnonzero(~listed.used))
        others = frozenset(examine(rest.pictures, name=f"{source.kind}, {split}").digests)
    faces = faces.take(found.sound)
    if faces.groups is None:
        faces = replace(faces, groups=found.looks)
    sound = SoundFaces(faces, found.digests, tuple(left_out), others)
    if source.part != (0, 100):
        sound = sound.where(in_part(sound.groups, source.part))
    if source.labels == "identity":
        if source.valid_share:
            sound = sound.without_singles()
        assert isinstance(sound.faces, LabelledFaces)
        sound = replace(sound, faces=_renumbered(sound.faces))
    if not len(sound):
        raise TrainingError(f"{path}: no face is left: {left_out_line(sound.left_out)}")
    return sound


def _renumbered(faces: LabelledFaces) -> LabelledFaces:
    """The faces with the people who are there alone as classes."""
    there, labels = np.unique(faces.labels, return_inverse=True)
    classes = tuple(faces.classes[label] for label in there.tolist())
    return replace(faces, labels=labels.astype(np.int64), classes=classes)

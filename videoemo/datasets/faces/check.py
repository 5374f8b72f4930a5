"""What labelled faces are like, before a training or a protocol takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.examine import examine
from videoemo.datasets.faces.find import FaceReader
from videoemo.datasets.faces.left_out import LeftOut, left_out_line
from videoemo.datasets.faces.pictures import Pictures
from videoemo.datasets.faces.readers import AnyFaces
from videoemo.errors import TrainingError
from videoemo.labels import GENDERS
from videoemo.util.files import prepare_output_dir, write_csv
from videoemo.util.messages import count_noun

__all__ = ["FacesCheck", "check_pictures", "check_training", "check_validation", "write_left_out"]

# Classes whose faces are counted one by one; people are too many.
_MOST_CLASSES = 20


@dataclass(frozen=True)
class FacesCheck:
    """What a check found.

    Parameters
    ----------
    lines : tuple of str
        For a terminal.
    left_out : tuple of LeftOut
        The faces that are left out.
    problem : str or None, default=None
        Why nothing can be done with the faces.
    """

    lines: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    problem: str | None = None

    @property
    def wrong(self) -> bool:
        """Whether something has to be mended."""
        return self.problem is not None or any(one.broken for one in self.left_out)


def check_training(recipe: DataRecipe, root: Path) -> FacesCheck:
    """Check the training and the validation faces of a recipe: every label and picture is read.

    Raises
    ------
    TrainingError
        A file, a folder or a column is missing, or no face can be used.
    """
    found = FaceReader(recipe, root, strict=False).both()
    doubles = f"{count_noun(found.doubles, 'training face')} with the pixels of a validation face"
    stay = "left out" if recipe.leave_out_doubles else "leave_out_doubles = true leaves them out"
    lines = (
        f"training: {_described(found.train)}",
        f"validation: {_described(found.valid)}",
        *found.notices,
        *([f"{doubles}: {stay}"] if found.doubles else []),
    )
    try:
        found.require_trainable()
    except TrainingError as exc:
        return FacesCheck(lines, found.left_out, str(exc))
    return FacesCheck(lines, found.left_out)


def check_validation(recipe: DataRecipe, root: Path) -> FacesCheck:
    """Check the validation faces of a recipe alone, which a protocol takes.

    Raises
    ------
    TrainingError
        As `check_training`.
    """
    sound = FaceReader(recipe, root, strict=False).one("valid")
    notices = [left_out_line(sound.left_out)] if sound.left_out else []
    return FacesCheck((_described(sound.faces), *notices), sound.left_out)


def check_pictures(pictures: Pictures) -> FacesCheck:
    """Check pictures alone."""
    found = examine(pictures)
    notices = [left_out_line(found.broken)] if found.broken else []
    return FacesCheck((count_noun(len(found.sound), "picture"), *notices), found.broken)


def write_left_out(left_out: Sequence[LeftOut], folder: Path) -> Path:
    """Write left_out.csv, a row a face that is left out: its picture, why, and whether something
    is wrong with it.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    prepare_output_dir(folder)
    path = folder / "left_out.csv"
    rows = [(one.name, one.reason, one.detail, int(one.broken)) for one in left_out]
    write_csv(path, ("picture", "reason", "detail", "broken"), rows)
    return path


def _described(faces: AnyFaces) -> str:
    total = count_noun(len(faces), "face")
    if isinstance(faces, AttributeFaces):
        return f"{total}: {'; '.join(_attributes(faces))}"
    counts = faces.counts()
    if len(counts) > _MOST_CLASSES:
        return f"{total} of {len(counts):,} classes, {counts.min():,} to {counts.max():,} of each"
    each = ", ".join(f"{name} {n:,}" for name, n in zip(faces.classes, counts, strict=True))
    return f"{total}: {each}"


def _attributes(faces: AttributeFaces) -> list[str]:
    """What is known of each attribute."""
    known = faces.age[faces.age >= 0]
    parts = [f"{known.min()} to {known.max()} years ({len(known):,})"] if len(known) else []
    for values, names in ((faces.gender, GENDERS), (faces.ethnicity, faces.ethnicities)):
        counts = np.bincount(values[values >= 0], minlength=len(names))
        if counts.any():
            each = zip(names, counts.tolist(), strict=True)
            parts.append(", ".join(f"{name} {n:,}" for name, n in each))
    return parts

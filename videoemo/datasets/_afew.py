"""AFEW as distributed: `Train_AFEW/<Class>/<id>.avi`, `Val_AFEW/<Class>/<id>.avi`, `Test_AFEW/<id>.avi` without labels."""

from __future__ import annotations

from pathlib import Path

from videoemo.datasets._classes import read_classes
from videoemo.datasets._labelled import Found
from videoemo.datasets._splits import split_folders
from videoemo.errors import InputError
from videoemo.recipes import DatasetRecipe
from videoemo.records import Clip

__all__ = ["read_afew"]


def read_afew(root: Path, recipe: DatasetRecipe) -> Found:
    """AFEW's clips; the id of one is `<split>/<id>`, since two ids are in both splits with different labels.

    Raises
    ------
    InputError : neither split is there, or one has no class folder.
    """
    splits = split_folders(root)
    expected = f"Train_AFEW/<class>/<id>.avi and Val_AFEW/<class>/<id>.avi with the classes {', '.join(recipe.classes)}"
    if not splits.keys() & {"train", "val"}:
        raise InputError(f"no AFEW in {str(root)!r}: expected {expected}")
    clips, problems = [], [f"no folder {name}_AFEW or {name} in {str(root)!r}" for name in ("Train", "Val") if name.lower() not in splits]
    for split, folder in splits.items():
        found = read_classes(folder, recipe)
        if split != "test" and not found.classes:
            raise InputError(f"no class folder in {str(folder)!r}: expected {expected}")
        clips += [Clip(path, f"{split}/{path.stem}", split=split, label=label) for path, label in found.videos]
        problems += [f"unknown folder {str(path)!r}: not one of {', '.join(recipe.classes)}; not looked into" for path in found.unknown]
    return Found(clips, problems, recipe.classes)

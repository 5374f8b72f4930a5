"""AFEW in the layout in which it is distributed: `Train_AFEW/<Class>/<id>.avi`,
`Val_AFEW/<Class>/<id>.avi`, `Test_AFEW/<id>.avi` without labels.
"""

from __future__ import annotations

from pathlib import Path

from videoemo.config.dataset import DatasetRecipe
from videoemo.datasets.clips._classes import read_classes
from videoemo.datasets.clips._labelled import DatasetListing
from videoemo.datasets.clips._splits import split_folders
from videoemo.errors import InputError
from videoemo.records import Clip

__all__ = ["read_afew"]


def read_afew(root: Path, recipe: DatasetRecipe) -> DatasetListing:
    """Read the clips of AFEW.

    The id of a clip is `<split>/<id>`, since two ids are in both splits with different labels.

    Parameters
    ----------
    root : Path
        The dataset's folder.
    recipe : DatasetRecipe
        Its classes.

    Raises
    ------
    InputError
        Neither split is there, or one has no class folder.
    """
    splits = split_folders(root)
    expected = (
        "Train_AFEW/<class>/<id>.avi and Val_AFEW/<class>/<id>.avi with the "
        f"classes {', '.join(recipe.classes)}"
    )
    if not splits.keys() & {"train", "val"}:
        raise InputError(f"no AFEW in {str(root)!r}: expected {expected}")
    clips: list[Clip] = []
    problems = [
        f"no folder {name}_AFEW or {name} in {str(root)!r}"
        for name in ("Train", "Val")
        if name.lower() not in splits
    ]
    for split, folder in splits.items():
        found = read_classes(folder, recipe)
        if split != "test" and not found.classes:
            raise InputError(f"no class folder in {str(folder)!r}: expected {expected}")
        clips += [
            Clip(path, f"{split}/{path.stem}", split=split, label=label)
            for path, label in found.videos
        ]
        problems += [
            f"unknown folder {str(path)!r}: not one of {', '.join(recipe.classes)}; not looked into"
            for path in found.unknown
        ]
    return DatasetListing(clips, problems, recipe.classes)

"""Datasets of class folders: `<class>/*.mp4`, or `train/<class>/*.mp4`, `val/<class>/*.mp4` and,
with or without classes, `test/`.
"""

from __future__ import annotations

from pathlib import Path

from videoemo.config.dataset import DatasetRecipe
from videoemo.datasets.clips._classes import read_classes
from videoemo.datasets.clips._labelled import DatasetListing
from videoemo.datasets.clips._listing import list_folders
from videoemo.datasets.clips._splits import split_folders
from videoemo.errors import InputError
from videoemo.records import Clip

__all__ = ["read_folder"]


def read_folder(root: Path, recipe: DatasetRecipe) -> DatasetListing:
    """Read the clips of class folders.

    The id of a clip is its path below the root, extension included.

    Parameters
    ----------
    root : Path
        The dataset's folder.
    recipe : DatasetRecipe
        Its classes; empty for those that are found.

    Raises
    ------
    InputError
        There is no class folder where one must be.
    """
    splits = split_folders(root)
    clips, problems, classes = [], [], set()
    if splits:
        beside = (path for path in list_folders(root) if path not in splits.values())
        problems += [
            (
                f"unknown folder {str(path)!r} beside "
                f"{', '.join(path.name for path in splits.values())}; not looked into"
            )
            for path in beside
        ]
    for split, folder in splits.items() or [(None, root)]:
        found = read_classes(folder, recipe)
        if split != "test" and not found.classes:
            names = f" with the classes {', '.join(recipe.classes)}" if recipe.classes else ""
            raise InputError(
                f"no class folder in {str(folder)!r}: expected <class>/<video> in it{names}"
            )
        clips += [
            Clip(path, path.relative_to(root).as_posix(), split=split, label=label)
            for path, label in found.videos
        ]
        problems += [
            f"unknown folder {str(path)!r}: not one of {', '.join(recipe.classes)}; not looked into"
            for path in found.unknown
        ]
        classes |= set(found.classes)
    return DatasetListing(clips, problems, recipe.classes or tuple(sorted(classes)))

"""Class folders, one a class: common to AFEW and to folders of one's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from videoemo.config.dataset import DatasetRecipe
from videoemo.datasets.clips._find import find_videos
from videoemo.datasets.clips._listing import is_folder, list_entries
from videoemo.datasets.suffixes import VIDEOS

__all__ = ["ClassFolders", "read_classes"]

# The aligned faces that AFEW comes with: pictures, beside the class folders.
_NOT_A_CLASS = re.compile(r"AlignedFaces_LBPTOP_Points.*", re.IGNORECASE)


@dataclass(frozen=True)
class ClassFolders:
    """Contents of a folder of class folders.

    Parameters
    ----------
    videos : list of (tuple of (Path, str or None))
        Each with its class; None for one beside the class folders.
    classes : list of str
        Those with a folder, in name order.
    unknown : list of Path
        Folders of no class of the recipe.
    """

    videos: list[tuple[Path, str | None]]
    classes: list[str]
    unknown: list[Path]


def read_classes(folder: Path, recipe: DatasetRecipe) -> ClassFolders:
    """Find the videos of each class, anywhere in its folder.

    Parameters
    ----------
    folder : Path
        The folder of class folders.
    recipe : DatasetRecipe
        The classes.

    Raises
    ------
    InputError
        A folder cannot be read.
    """
    found = ClassFolders([], [], [])
    for entry in list_entries(folder):
        path = folder / entry.name
        if not is_folder(entry):
            found.videos.extend([(path, None)] if path.suffix.lower() in VIDEOS else [])
        elif _NOT_A_CLASS.fullmatch(entry.name):
            continue
        elif (label := recipe.label(entry.name)) is None:
            found.unknown.append(path)
        else:
            found.classes.append(label)
            found.videos.extend((video, label) for video in find_videos(path))
    return found

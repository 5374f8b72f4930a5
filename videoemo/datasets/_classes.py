"""A folder a class: what AFEW and people's own folders have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from videoemo.datasets._find import VIDEOS, videos_within
from videoemo.datasets._listing import entries
from videoemo.recipes import DatasetRecipe

__all__ = ["ClassFolders", "read_classes"]

# Aligned faces that AFEW is distributed with: pictures, beside the class folders.
_NOT_A_CLASS = re.compile(r"AlignedFaces_LBPTOP_Points.*", re.IGNORECASE)


@dataclass(frozen=True)
class ClassFolders:
    """What lies in a folder of class folders.

    Parameters
    ----------
    videos : each with its class; None for one that lies beside the class folders.
    classes : those with a folder, in name order.
    unknown : folders that are none of the recipe's classes.
    """

    videos: list[tuple[Path, str | None]]
    classes: list[str]
    unknown: list[Path]


def read_classes(folder: Path, recipe: DatasetRecipe) -> ClassFolders:
    """The videos of each class, searched for in the whole of its folder.

    Raises
    ------
    InputError : a folder cannot be read.
    """
    found = ClassFolders([], [], [])
    for entry in entries(folder):
        path = folder / entry.name
        if not entry.is_dir():
            found.videos.extend([(path, None)] if path.suffix.lower() in VIDEOS else [])
        elif _NOT_A_CLASS.fullmatch(entry.name):
            continue
        elif (label := recipe.label(entry.name)) is None:
            found.unknown.append(path)
        else:
            found.classes.append(label)
            found.videos.extend((video, label) for video in videos_within(path))
    return found

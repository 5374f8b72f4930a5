"""Labelled faces in class folders, one a class."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.pictures import FilePictures
from videoemo.datasets.suffixes import BEYOND_PILLOW, PICTURES
from videoemo.errors import TrainingError
from videoemo.util.leftovers import is_leftover

__all__ = ["load_folders"]

_SUFFIXES = PICTURES - BEYOND_PILLOW


def load_folders(path: Path, *, people: bool = False) -> LabelledFaces:
    """Load the faces in `path`/<class>/; classes in alphabetical order.

    Parameters
    ----------
    path : Path
        The folder.
    people : bool, default=False
        Whether the classes are people, each a group of its own.

    Raises
    ------
    TrainingError
        Fewer than two classes.
    """
    folders = (
        sorted(entry for entry in path.iterdir() if entry.is_dir() and not is_leftover(entry.name))
        if path.is_dir()
        else []
    )
    if len(folders) < 2:
        raise TrainingError(
            f"{path}: expected a folder for each of two or more classes, found {len(folders)}"
        )
    files = [
        (file, i)
        for i, folder in enumerate(folders)
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in _SUFFIXES and not is_leftover(file.name)
    ]
    return LabelledFaces(
        FilePictures(path, [file.relative_to(path).as_posix() for file, _ in files]),
        None,
        np.array([i for _, i in files], np.int64),
        tuple(folder.name for folder in folders),
        tuple(file.parent.name for file, _ in files) if people else None,
    )

"""A labelled dataset on disk to its clips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from videoemo.datasets._afew import read_afew
from videoemo.datasets._folder import read_folder
from videoemo.datasets._labelled import Found, Labelled, settle
from videoemo.datasets._manifest import read_manifest
from videoemo.datasets._vgaf import read_vgaf
from videoemo.errors import InputError
from videoemo.recipes import DatasetRecipe

__all__ = ["load_clips"]

_LAYOUTS: dict[str, Callable[[Path, DatasetRecipe], Found]] = {
    "afew": read_afew,
    "vgaf": read_vgaf,
    "folder": read_folder,
    "manifest": read_manifest,
}


def load_clips(dataset: DatasetRecipe, root: Path) -> Labelled:
    """The clips of a labelled dataset, and what is wrong with it; no video is opened.

    Parameters
    ----------
    dataset : its layout and classes.
    root : the folder it lies in.

    Raises
    ------
    InputError : nothing there can be used: no such folder, another layout, no label file, a table or a label that cannot be read, no clip at all.
    """
    if not root.is_dir():
        raise InputError(f"no such folder: {str(root)!r}; give the dataset's own")
    labelled = settle(_LAYOUTS[dataset.kind](root, dataset))
    if not labelled.clips:
        first = f"; the first of {len(labelled.problems)} problems: {labelled.problems[0]}" if labelled.problems else ""
        raise InputError(f"no clip that can be used in {str(root)!r}{first}")
    return labelled

"""Loading of the clips of a labelled dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from videoemo.config.dataset import DatasetRecipe
from videoemo.datasets.clips._afew import read_afew
from videoemo.datasets.clips._folder import read_folder
from videoemo.datasets.clips._labelled import DatasetListing, LabelledClips, validate_clips
from videoemo.datasets.clips._manifest import read_manifest
from videoemo.datasets.clips._vgaf import read_vgaf
from videoemo.errors import InputError

__all__ = ["load_clips"]

_LAYOUTS: dict[str, Callable[[Path, DatasetRecipe], DatasetListing]] = {
    "afew": read_afew,
    "vgaf": read_vgaf,
    "folder": read_folder,
    "manifest": read_manifest,
}


def load_clips(dataset: DatasetRecipe, root: Path) -> LabelledClips:
    """Load the clips of a labelled dataset, and its problems; no video is opened.

    Parameters
    ----------
    dataset : DatasetRecipe
        Its layout and classes.
    root : Path
        Its folder.

    Raises
    ------
    InputError
        Nothing there can be used: no such folder, another layout, no label file, a table or a label
        that cannot be read, no clip at all.
    """
    if not root.is_dir():
        raise InputError(f"no such folder: {str(root)!r}; give the dataset's own")
    labelled = validate_clips(_LAYOUTS[dataset.kind](root, dataset))
    if not labelled.clips:
        first = (
            f"; the first of {len(labelled.problems)} problems: {labelled.problems[0]}"
            if labelled.problems
            else ""
        )
        raise InputError(f"no clip that can be used in {str(root)!r}{first}")
    return labelled

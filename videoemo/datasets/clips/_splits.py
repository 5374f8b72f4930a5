"""Splits (train, val and test) under the names that datasets give them."""

from __future__ import annotations

from pathlib import Path

from videoemo.datasets.clips._listing import list_folders
from videoemo.errors import InputError

__all__ = ["SPLITS", "split_folders", "split_named"]

SPLITS = ("train", "val", "test")

_NAMES = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}


def split_named(name: str) -> str | None:
    """Split of a name, whatever its case and with or without AFEW's ending: `Val_AFEW` is val; None
    for another name.
    """
    return _NAMES.get(name.casefold().removesuffix("_afew"))


def split_folders(root: Path) -> dict[str, Path]:
    """Folders of the splits in a dataset's root, in the order train, val, test.

    Raises
    ------
    InputError
        The root cannot be read, or two folders have the name of one split.
    """
    found: dict[str, Path] = {}
    for folder in list_folders(root):
        split = split_named(folder.name)
        if split in found:
            raise InputError(
                f"two folders for the split {split}: {str(found[split])!r} and {str(folder)!r}; "
                "keep one of them below the root"
            )
        if split is not None:
            found[split] = folder
    return {split: found[split] for split in SPLITS if split in found}

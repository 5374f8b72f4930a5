"""Listings of folders."""

from __future__ import annotations

import os
from pathlib import Path

from videoemo.errors import InputError

__all__ = ["list_entries", "list_folders"]


def list_entries(folder: Path) -> list[os.DirEntry[str]]:
    """List the entries of a folder that are not hidden, in name order.

    Raises
    ------
    InputError
        It cannot be read.
    """
    try:
        with os.scandir(folder) as listing:
            return sorted(
                (entry for entry in listing if not entry.name.startswith(".")),
                key=lambda entry: entry.name,
            )
    except OSError as exc:
        raise InputError(f"cannot read the folder {str(folder)!r}: {exc.strerror or exc}") from exc


def list_folders(folder: Path) -> list[Path]:
    """List the folders of a folder that are not hidden, in name order.

    Raises
    ------
    InputError
        It cannot be read.
    """
    return [folder / entry.name for entry in list_entries(folder) if entry.is_dir()]

"""Listings of folders."""

from __future__ import annotations

import os
from pathlib import Path

from videoemo.errors import InputError
from videoemo.util.leftovers import is_leftover

__all__ = ["list_entries", "list_folders"]


def list_entries(folder: Path) -> list[os.DirEntry[str]]:
    """List the entries of a folder but for leftovers of systems, in name order.

    Raises
    ------
    InputError
        It cannot be read.
    """
    try:
        with os.scandir(folder) as listing:
            return sorted(
                (entry for entry in listing if not is_leftover(entry.name)),
                key=lambda entry: entry.name,
            )
    except OSError as exc:
        raise InputError(f"cannot read the folder {str(folder)!r}: {exc.strerror or exc}") from exc


def list_folders(folder: Path) -> list[Path]:
    """List the folders of a folder but for leftovers of systems, in name order.

    Raises
    ------
    InputError
        It cannot be read.
    """
    return [folder / entry.name for entry in list_entries(folder) if entry.is_dir()]

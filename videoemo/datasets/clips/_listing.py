"""Listings of folders."""

from __future__ import annotations

import os
from pathlib import Path

from videoemo.errors import InputError
from videoemo.util.leftovers import is_leftover

__all__ = ["is_folder", "list_entries", "list_folders", "scan"]


def scan(folder: Path) -> list[os.DirEntry[str]]:
    """List all entries of a folder, in name order.

    Raises
    ------
    OSError
        It cannot be read.
    """
    with os.scandir(folder) as listing:
        return sorted(listing, key=lambda entry: entry.name)


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder, or a link to one; false where that cannot be found out."""
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, or into a folder that cannot be read
        return False


def list_entries(folder: Path) -> list[os.DirEntry[str]]:
    """List the entries of a folder but for leftovers of systems, in name order.

    Raises
    ------
    InputError
        It cannot be read.
    """
    try:
        return [entry for entry in scan(folder) if not is_leftover(entry.name)]
    except OSError as exc:
        raise InputError(f"cannot read the folder {str(folder)!r}: {exc.strerror or exc}") from exc


def list_folders(folder: Path) -> list[Path]:
    """List the folders of a folder but for leftovers of systems, in name order.

    Raises
    ------
    InputError
        It cannot be read.
    """
    return [folder / entry.name for entry in list_entries(folder) if is_folder(entry)]

"""What lies directly in a folder."""

from __future__ import annotations

import os
from pathlib import Path

from videoemo.errors import InputError

__all__ = ["entries", "folders"]


def entries(folder: Path) -> list[os.DirEntry[str]]:
    """What lies directly in a folder and is not hidden, in name order.

    Raises
    ------
    InputError : it cannot be read.
    """
    try:
        with os.scandir(folder) as listing:
            return sorted((entry for entry in listing if not entry.name.startswith(".")), key=lambda entry: entry.name)
    except OSError as exc:
        raise InputError(f"cannot read the folder {str(folder)!r}: {exc.strerror or exc}") from exc


def folders(folder: Path) -> list[Path]:
    """The folders directly in a folder, in name order.

    Raises
    ------
    InputError : it cannot be read.
    """
    return [folder / entry.name for entry in entries(folder) if entry.is_dir()]

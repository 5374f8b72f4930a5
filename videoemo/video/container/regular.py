"""Regular files, told from pipes, devices and folders before anything is opened; and folders that
may be read.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from videoemo.errors import InputError
from videoemo.util.regular_files import open_regular

__all__ = ["check_folder", "check_regular_file"]

_KINDS = {
    stat.S_IFDIR: "a folder: give a file",
    stat.S_IFIFO: "a pipe, not a file: it is not opened; save what comes out of it",
    stat.S_IFSOCK: "a socket, not a file: it is not opened",
    stat.S_IFCHR: "a device, not a file: it is not opened",
    stat.S_IFBLK: "a device, not a file: it is not opened",
}


def check_regular_file(path: Path) -> None:
    """Check that a path leads to a regular file that may be read.

    Of anything else only its kind is asked for: opening a pipe would wait for its other end, and a
    device may have no end.

    Parameters
    ----------
    path : Path
        The file, or a link to it.

    Raises
    ------
    InputError
        There is no such file, it is something else, or it may not be read.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - its errors are told apart here
        if stat.S_ISREG(mode):
            with open_regular(path):
                return
    except (FileNotFoundError, NotADirectoryError) as exc:
        raise InputError(f"{path}: no such file: check the path") from exc
    except PermissionError as exc:
        raise InputError(f"{path}: no permission to read it: change its permissions") from exc
    except OSError as exc:
        raise InputError(f"{path}: cannot be read: {exc.strerror or exc}") from exc
    except ValueError as exc:  # a zero byte
        raise InputError(f"{str(path)!r}: no file can have such a name: check the path") from exc
    kind = _KINDS.get(stat.S_IFMT(mode), "no regular file: it is not opened")
    raise InputError(f"{path}: it is {kind}")


def check_folder(path: Path) -> None:
    """Check that a folder may be read.

    Parameters
    ----------
    path : Path
        The folder.

    Raises
    ------
    InputError
        It may not, or cannot.
    """
    try:
        os.scandir(path).close()
    except PermissionError as exc:
        raise InputError(f"{path}: no permission to read it: change its permissions") from exc
    except OSError as exc:
        raise InputError(f"{path}: cannot be read: {exc.strerror or exc}") from exc

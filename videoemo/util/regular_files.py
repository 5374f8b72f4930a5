"""Opening of regular files alone: never a pipe, which would be waited for, or a device, which may
have no end.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

__all__ = ["is_regular", "open_regular", "read_regular"]

# Pipes and devices are opened at once, and then seen for what they are; Windows has no such flag.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def is_regular(path: Path) -> bool:
    """Whether there is a regular file at a path, or a link to one; no path is too odd for it."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or with a NUL
        return False


@contextmanager
def open_regular(path: Path, *, follow_links: bool = True) -> Iterator[BufferedReader]:
    """Open a regular file for reading, in bytes.

    Parameters
    ----------
    path : Path
        The file.
    follow_links : bool, default=True
        Whether a link to one will do. In a folder that comes from elsewhere it will not: it could
        lead to any file of the reader's.

    Yields
    ------
    io.BufferedReader
        The open file.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    """
    if not follow_links and path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link", str(path))
    descriptor = os.open(path, _FLAGS if follow_links else _FLAGS | _NO_LINK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    with os.fdopen(descriptor, "rb") as file:
        yield file


def read_regular(path: Path, *, most: int, follow_links: bool = True) -> bytes:
    """Read a regular file that has no more than so many bytes.

    Parameters
    ----------
    path : Path
        The file.
    most : int
        The number of bytes above which it is not read.
    follow_links : bool, default=True
        As in `open_regular`.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It has more bytes.
    """
    with open_regular(path, follow_links=follow_links) as file:
        # Not to ask for room for `most` bytes where there are few.
        content = file.read(min(os.fstat(file.fileno()).st_size, most) + 1)
    if len(content) > most:
        raise ValueError(f"more than {most:,} bytes")
    return content

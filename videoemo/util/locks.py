"""File locks: one process at a time."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from videoemo.util.terminal import say

__all__ = ["file_lock"]


@contextmanager
def file_lock(
    path: Path, *, notice: str | None = None, patience: float | None = None
) -> Iterator[None]:
    """Hold the lock of a file or a folder, the hidden file `.<name>.lock` beside it.

    Parameters
    ----------
    path : Path
        What only one process at a time may make; its folder exists.
    notice : str or None
        Printed on standard error where another process holds the lock and has to be waited for.
    patience : float or None
        Seconds for which it is waited for; None for as long as it takes.

    Raises
    ------
    OSError
        No lock can be had there, as where the folder cannot be written.
    TimeoutError
        Another process held it for so long.
    """
    place = path.with_name(f".{path.name}.lock")
    # filelock before 3.20 follows a link, and empties what it leads to.
    if place.is_symlink() or (place.exists() and not place.is_file()):
        raise OSError(errno.EEXIST, "what is there is no lock: remove it", str(place))
    lock = FileLock(place)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if notice is not None:
            say(notice, error=True)
        lock.acquire(timeout=-1 if patience is None else patience)
    try:
        yield
    finally:
        lock.release()

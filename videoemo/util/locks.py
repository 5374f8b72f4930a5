"""File locks: one process at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from videoemo.util.terminal import say

__all__ = ["file_lock"]


@contextmanager
def file_lock(path: Path, *, notice: str | None = None) -> Iterator[None]:
    """Hold the lock of a file or a folder, the hidden file `.<name>.lock` beside it.

    Parameters
    ----------
    path : Path
        What only one process at a time may make; its folder exists.
    notice : str or None
        Printed on standard error where another process holds the lock and has to be waited for.

    Raises
    ------
    OSError
        No lock can be had there, as where the folder cannot be written.
    """
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if notice is not None:
            say(notice, error=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()

"""Files written whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from videoemo.errors import OutputError

__all__ = ["results_folder", "whole"]

# No space on the disk, or no more for this user.
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`, made if need be; rename it to `path` on success, remove it otherwise.

    Raises
    ------
    OutputError : the folder cannot be made or the file cannot be written (no space, no permission).
    """
    # The suffix stays last: some writers choose their format by it.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as exc:
        remedy = "; make space, and run it again" if exc.errno in _FULL else ""
        raise OutputError(f"cannot write {path}: {exc.strerror or exc}{remedy}") from exc


def results_folder(out: Path) -> None:
    """Make the folder, and see that it can be written before hours of work are put into it.

    Raises
    ------
    OutputError : it cannot.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=out):  # without a name where the system can: two runs may ask at the same time, and be killed
            pass
    except OSError as exc:
        raise OutputError(f"cannot write to the output folder {str(out)!r}: {exc.strerror or exc}; give another with -o") from exc

"""Errors of writing, described with what is in the way."""

from __future__ import annotations

import errno
from pathlib import Path

__all__ = ["describe"]

# Something else is in the place of a file or folder of ours.
_IN_THE_WAY = (errno.EEXIST, errno.EISDIR, errno.ELOOP, errno.ENOTDIR, errno.ENOTEMPTY)


def describe(error: OSError) -> str:
    """Describe why something could not be written, for a message: what is in the way, if anything,
    or else what the system says.
    """
    reason, named = error.strerror or str(error), error.filename2 or error.filename
    if error.errno not in _IN_THE_WAY or named is None:
        return reason
    place = Path(named)
    # The system names the path that was wanted, also where a folder on the way to it is a file.
    files = (path for path in (place, *place.parents) if path.exists() and not path.is_dir())
    return f"{str(next(files, place))!r} is in the way ({reason})"

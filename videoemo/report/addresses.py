"""Addresses of files from a page that lies above them."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

__all__ = ["address"]


def address(path: Path, *, start: Path) -> str:
    """Address of a file from a page in the folder `start`, or in one of the folders below it.

    Every character that means something in an address stands as its number, and so does every byte
    that is no UTF-8: no name leads elsewhere, or runs anything.

    Parameters
    ----------
    path : Path
        The file.
    start : Path
        The folder; `path` may lie below it, or beside it.

    Returns
    -------
    str
        Such as `day%201/a%23b.mp4/report.html`.
    """
    relative = Path(os.path.relpath(path, start))
    return "/".join(quote(os.fsencode(part), safe="") for part in relative.parts)

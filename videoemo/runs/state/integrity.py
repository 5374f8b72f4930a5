"""Integrity checks of output files; reading them runs no code of theirs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from videoemo.util.messages import one_line
from videoemo.util.text import map_text, unescape

__all__ = ["CSV", "PARQUET", "PNG", "FileCheck", "check_integrity", "read_json"]

# A summary has a few KiB; a larger file is none, and would only fill the memory.
_LARGEST_JSON = 16 * 1024 * 1024


@dataclass(frozen=True)
class FileCheck:
    """Integrity check of files of one format.

    Parameters
    ----------
    head, tail : bytes
        The first and last bytes of a complete file. After a power cut a file may end early, or in
        zeros.
    read : callable
        Reads all of a file, and raises where it is damaged.
    """

    head: bytes
    tail: bytes
    read: Callable[[Path], None]


def read_json(path: Path) -> dict[str, Any]:
    """Read the object in a JSON file that `util.files.write_json` wrote.

    Raises
    ------
    OSError
        It cannot be read.
    ValueError
        It is too large, or holds no object.
    """
    with path.open("rb") as file:
        text = file.read(_LARGEST_JSON + 1)
    if len(text) > _LARGEST_JSON:
        raise ValueError(f"more than {_LARGEST_JSON} bytes")
    try:
        content = map_text(unescape, json.loads(text))
    except RecursionError as exc:
        raise ValueError("lists within lists without end") from exc
    if not isinstance(content, dict):
        raise ValueError("no object")
    return content


def check_integrity(path: Path, check: FileCheck, *, whole: bool) -> str | None:
    """Check the integrity of an output file.

    Parameters
    ----------
    path : Path
        The file.
    check : FileCheck
        Of its format.
    whole : bool
        Whether all of it is read, not only its first and last bytes.

    Returns
    -------
    str or None
        What is wrong, in words; None for an intact file.
    """
    head, tail = check.head, check.tail
    try:
        with path.open("rb") as file:
            begins = file.read(len(head)) == head
            length = file.seek(0, 2)
            file.seek(max(0, length - len(tail)))
            if not (begins and file.read() == tail):
                return f"{path.name} is cut off"
        if whole:
            check.read(path)
    except FileNotFoundError:
        return f"{path.name} is missing"
    except Exception as exc:  # readers raise errors of many kinds for a damaged file
        return f"{path.name} is damaged ({one_line(exc)})"
    return None


def _read_parquet(path: Path) -> None:
    import pyarrow.parquet

    # A file, not a name: pyarrow would map it, and keep it open on Windows.
    with path.open("rb") as file:
        pyarrow.parquet.read_table(file).validate(full=True)


def _read_png(path: Path) -> None:
    from PIL import Image

    with Image.open(path, formats=["PNG"]) as picture:
        picture.load()


def _read_csv(path: Path) -> None:
    import pyarrow.csv

    with path.open("rb") as file:
        pyarrow.csv.read_csv(file)


CSV = FileCheck(b"", b"\n", _read_csv)
PARQUET = FileCheck(b"PAR1", b"PAR1", _read_parquet)
PNG = FileCheck(b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82", _read_png)

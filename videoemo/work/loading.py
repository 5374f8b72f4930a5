"""Whether a file that a run wrote is there and whole; nothing read here runs code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["damage", "read_json"]

# A summary has a few KiB; a file beyond this is none, and would only fill the memory.
_LARGEST_JSON = 16 * 1024 * 1024
# The first and last bytes of a whole file, by its suffix. After a power cut a file may end early, or in zeros, but not well.
_ENDS = {".csv": (b"", b"\n"), ".parquet": (b"PAR1", b"PAR1"), ".png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82")}


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises
    ------
    OSError : it cannot be read.
    ValueError : it is too large, or holds no object.
    """
    with path.open("rb") as file:
        text = file.read(_LARGEST_JSON + 1)
    if len(text) > _LARGEST_JSON:
        raise ValueError(f"more than {_LARGEST_JSON} bytes")
    try:
        content = json.loads(text)
    except RecursionError as exc:
        raise ValueError("lists within lists without end") from exc
    if not isinstance(content, dict):
        raise ValueError("no object")
    return content


def damage(path: Path, *, whole: bool) -> str | None:
    """In words, what is wrong with an output; None for a good one.

    Parameters
    ----------
    path : a .csv, .parquet or .png file.
    whole : read all of it, not only its first and last bytes.
    """
    head, tail = _ENDS[path.suffix]
    try:
        with path.open("rb") as file:
            begins = file.read(len(head)) == head
            length = file.seek(0, 2)
            file.seek(max(0, length - len(tail)))
            if not (begins and file.read() == tail):
                return f"{path.name} is cut off"
        if whole:
            _READERS[path.suffix](path)
    except FileNotFoundError:
        return f"{path.name} is missing"
    except Exception as exc:  # whatever a reader raises of a file says that it is damaged
        return f"{path.name} is damaged ({' '.join(str(exc).split())})"
    return None


def _read_parquet(path: Path) -> None:
    import pyarrow.parquet

    with path.open("rb") as file:  # a file, not a name: pyarrow would map it, and hold it open on Windows
        pyarrow.parquet.read_table(file).validate(full=True)


def _read_png(path: Path) -> None:
    from PIL import Image

    with Image.open(path, formats=["PNG"]) as picture:
        picture.load()


def _read_csv(path: Path) -> None:
    import pyarrow.csv

    with path.open("rb") as file:
        pyarrow.csv.read_csv(file)


_READERS: dict[str, Callable[[Path], None]] = {".csv": _read_csv, ".parquet": _read_parquet, ".png": _read_png}

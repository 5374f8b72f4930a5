"""JSON that comes from elsewhere: bounded in bytes and depth, with numbers and strings that can be
used.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn

from videoemo.util.messages import shown
from videoemo.util.regular_files import read_regular
from videoemo.util.text import map_text, unescape

__all__ = ["parse_json", "parse_object", "read_object"]

# Bytes. A summary has a few KiB, of a video with thousands of persons some MiB.
_LARGEST = 16 * 1024 * 1024
# Levels of lists and objects within each other; ours have eight at most.
_DEEPEST = 32
_LARGEST_INTEGER = 2**63


def read_object(path: Path) -> dict[str, Any]:
    """Read the object in a JSON file that `files.write_json` wrote, in a folder that comes from
    elsewhere: no link is followed.

    Raises
    ------
    OSError
        It cannot be read, or is no regular file.
    ValueError
        It is too large, or holds no object as `parse_object` takes it.
    """
    return dict(
        map_text(unescape, parse_object(read_regular(path, most=_LARGEST, follow_links=False)))
    )


def parse_object(data: bytes) -> dict[str, Any]:
    """Parse an object of JSON.

    Raises
    ------
    ValueError
        It is none, or not as `parse_json` takes it.
    """
    content = parse_json(data)
    if not isinstance(content, dict):
        raise ValueError(f"expected a JSON object, got {shown(content)}")
    return content


def parse_json(data: bytes) -> Any:
    """Parse JSON of at most 16 MiB and 32 levels.

    Its numbers are finite and its integers fit into 64 bits; its strings are Unicode, save that
    bytes of a file's name that is not UTF-8 may stand in them, as `os.fsdecode` gives them.

    Parameters
    ----------
    data : bytes
        In UTF-8.

    Raises
    ------
    ValueError
        It is not so; the message says what is wrong, with at most 200 characters of a value.
    """
    if len(data) > _LARGEST:
        raise ValueError(f"more than {_LARGEST:,} bytes of JSON")
    try:
        content = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except RecursionError as exc:
        raise ValueError(_TOO_DEEP) from exc
    level, depth = [content], 0
    while level:
        if depth > _DEEPEST:
            raise ValueError(_TOO_DEEP)
        level, depth = [part for value in level for part in _parts(value)], depth + 1
    return content


_TOO_DEEP = f"lists or objects within each other, more than {_DEEPEST} deep"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"expected a number, got {constant}")


def _parts(value: Any) -> list[Any]:
    """What a list or an object holds; a number or a string is checked, and holds nothing."""
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, str):
        try:
            value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError as exc:
            raise ValueError(f"expected Unicode, got {shown(value)}") from exc
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("expected a finite number, got one above 1.8e308")
    elif isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        raise ValueError(f"expected an integer of 64 bits, got {shown(value)}")
    return []

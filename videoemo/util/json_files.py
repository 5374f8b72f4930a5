"""JSON that comes from elsewhere: bounded in bytes and depth, with numbers and strings that can be
used.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from videoemo.util.messages import brief, shown
from videoemo.util.regular_files import read_regular
from videoemo.util.text import map_text, unescape

__all__ = ["parse_json", "parse_object", "read_object"]

# Bytes. A summary has a few KiB, of a video with thousands of persons some MiB.
_LARGEST = 16 * 1024 * 1024
# Levels of lists and objects within each other; ours have eight at most.
_DEEPEST = 32
# Digits of an integer: of one of 64 bits.
_MOST_DIGITS = 19
_TOO_DEEP = f"lists or objects within each other, more than {_DEEPEST} deep"
_CONTAINERS = (dict, list)
# A backslash, as JSON writes one, where `text.escape` may have put it; a character by its number.
_BACKSLASH, _NUMBERED = rb"\\", rb"\u"


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
    data = read_regular(path, most=_LARGEST, follow_links=False)
    content = parse_object(data)
    # Many such files are read, and few have anything to be given back.
    return dict(map_text(unescape, content)) if _BACKSLASH in data else content


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

    Its numbers are finite and its integers have at most 19 digits; its strings are Unicode, save
    that bytes of a file's name that is not UTF-8 may stand in them, as `os.fsdecode` gives them.

    Parameters
    ----------
    data : bytes
        In UTF-8.

    Raises
    ------
    ValueError
        It is not so; the message names the field, with at most 200 characters of its value.
    """
    if len(data) > _LARGEST:
        raise ValueError(f"more than {_LARGEST:,} bytes of JSON")
    unusable: list[_Number] = []

    def refuse(text: str) -> _Number:
        unusable.append(_Number(text))
        return unusable[-1]

    def integer(digits: str) -> int | _Number:
        return int(digits) if len(digits.lstrip("-")) <= _MOST_DIGITS else refuse(digits)

    def real(digits: str) -> float | _Number:
        value = float(digits)
        return value if math.isfinite(value) else refuse(digits)

    try:
        text = data.decode("utf-8")
        content = json.loads(text, parse_int=integer, parse_float=real, parse_constant=refuse)
    except RecursionError as exc:
        raise ValueError(_TOO_DEEP) from exc
    _check_depth(content)
    # Many such files are read, and few have anything of the kind.
    if unusable or _NUMBERED in data:
        _check_values(content)
    return content


class _Number(str):
    """Text of a number that nobody could use: of too many digits, or not finite."""


def _check_depth(content: Any) -> None:
    level, depth = [content] if type(content) in _CONTAINERS else [], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise ValueError(_TOO_DEEP)
        level = [
            part
            for value in level
            for part in (value.values() if type(value) is dict else value)
            if type(part) in _CONTAINERS
        ]


def _check_values(content: Any) -> None:
    """Check every number and string, the names of fields too."""
    values: list[tuple[tuple[Any, ...], Any]] = [((), content)]
    while values:
        place, value = values.pop()
        wrong = _wrong(value)
        if wrong is not None:
            field = brief(".".join(map(str, place)))
            raise ValueError(f"{field}: {wrong}" if field else wrong)
        if isinstance(value, dict):
            values += [((*place, name), name) for name in value]
        if isinstance(value, dict | list):
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            values += [((*place, step), part) for step, part in inner]


def _wrong(value: Any) -> str | None:
    """What is wrong with a number or a string, in words."""
    if isinstance(value, _Number):
        return f"expected a finite number of at most {_MOST_DIGITS} digits, got {brief(value)}"
    if isinstance(value, str):
        try:
            value.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return f"expected Unicode, got {shown(value)}"
    return None

r"""Any text as plain text, and back: for tables, terminals and pictures.

A file's name may hold anything but `/` and NUL: bytes that are not UTF-8, line ends, escape
sequences of terminals, marks that turn the direction of writing. In text of ours they stand as
escapes: `\xHH` a byte that is no UTF-8 or a control character of ASCII, `\uHHHH` any other
character that must not be shown as it is. A backslash that would look as if it began one is
doubled. All other text is unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

__all__ = ["escape", "from_cell", "map_text", "printable", "to_cell", "unescape"]

# Control characters, the two separators that end lines, what embeds or overrides the direction of
# writing (the marks of CVE-2021-42574), and surrogates: Python's for a byte that is no UTF-8, or
# half a character.
_UNSAFE = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
_ESCAPE = r"x[0-9a-f]{2}|u[0-9a-f]{4}"
_TO_ESCAPE = re.compile(rf"(?<!\\)(\\*)({_UNSAFE})|(?<!\\)(\\+)(?={_ESCAPE})")
_ESCAPED = re.compile(rf"(?<!\\)(\\+)({_ESCAPE})")
# The first of Python's surrogates for bytes, less the first of these bytes.
_BYTES = 0xDC00

# What a spreadsheet takes for the beginning of a formula, also in full width.
_FORMULA = re.compile(r"(^\s*|;)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|(^|;)(?=')")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|-inf", re.ASCII | re.IGNORECASE)


def escape(text: str) -> str:
    r"""Escape what cannot be stored or shown; `unescape` gives the text back.

    Parameters
    ----------
    text : str
        Any, such as a file's name with Python's surrogates for bytes that are no UTF-8.

    Returns
    -------
    str
        Text that any encoding of Unicode can hold, of one line: `caf\xe9.jpg` for a name whose
        fourth byte is E9. Text without control characters and without a backslash before `xHH` or
        `uHHHH` is returned as it is.
    """
    return _TO_ESCAPE.sub(_escaped, text)


def unescape(text: str) -> str:
    """Text that `escape` was given."""
    return _ESCAPED.sub(_unescaped, text)


def printable(text: str) -> str:
    """Text to be shown: as `escape` writes it, with every backslash left single."""
    return re.sub(_UNSAFE, lambda found: _sequence(found[0]), text)


def to_cell(value: object) -> object:
    """Value of a cell of a CSV file: text escaped, and such that no spreadsheet computes it.

    An apostrophe is put before text that begins like a formula, and before text that begins with an
    apostrophe; also within the text behind a semicolon, which in many countries parts cells. Plain
    numbers are not touched.

    Parameters
    ----------
    value : object
        A text, or anything else, which is returned as it is.
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return _FORMULA.sub(_guarded, escape(value))


def from_cell(cell: str) -> str:
    """Text of a cell that `to_cell` made."""
    return unescape(re.sub(r"(^|;)'", r"\1", cell))


def map_text(change: Callable[[str], str], content: Any) -> Any:
    """Copy of the content of a JSON file with all its text changed, the names of fields too."""
    if isinstance(content, str):
        return change(content)
    if isinstance(content, dict):
        return {
            change(name) if isinstance(name, str) else name: map_text(change, value)
            for name, value in content.items()
        }
    if isinstance(content, list | tuple):
        return [map_text(change, item) for item in content]
    return content


def _escaped(found: re.Match[str]) -> str:
    if found[2] is None:
        return 2 * found[3]
    return 2 * found[1] + _sequence(found[2])


def _unescaped(found: re.Match[str]) -> str:
    slashes, sequence = found[1], found[2]
    kept = slashes[: len(slashes) // 2]
    if len(slashes) % 2 == 0:
        return kept + sequence
    code = int(sequence[1:], 16)
    return kept + chr(code + _BYTES if sequence[0] == "x" and code >= 0x80 else code)


def _sequence(character: str) -> str:
    code = ord(character)
    if code < 0x80 or _BYTES + 0x80 <= code <= _BYTES + 0xFF:
        return f"\\x{code % 0x100:02x}"
    return f"\\u{code:04x}"


def _guarded(found: re.Match[str]) -> str:
    return found[0] + "'" if found[0] == ";" else "'" + found[0]

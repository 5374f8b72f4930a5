"""Text files as any program writes them."""

from __future__ import annotations

import io
from pathlib import Path

from videoemo.errors import InputError
from videoemo.util.messages import reason_of
from videoemo.util.regular_files import read_regular

__all__ = ["read_lines"]

# Of a list of clips: some hundred thousand lines.
_MOST_BYTES = 64 * 2**20


def read_lines(path: Path) -> list[str]:
    """Read the lines of a UTF-8 file, with or without a byte order mark, each with its end of line.

    Raises
    ------
    InputError
        It cannot be read, is no regular file or too large, or is not UTF-8.
    """
    try:
        content = read_regular(path, most=_MOST_BYTES)
        return list(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise InputError(
            f"{str(path)!r} is not UTF-8 (byte {exc.start}); save it as UTF-8"
        ) from exc
    except (OSError, ValueError) as exc:
        raise InputError(f"cannot read {str(path)!r}: {reason_of(exc)}") from exc

"""Text files as any program writes them."""

from __future__ import annotations

from pathlib import Path

from videoemo.errors import InputError

__all__ = ["read_lines"]


def read_lines(path: Path) -> list[str]:
    """Read the lines of a UTF-8 file, with or without a byte order mark, each with its end of line.

    Raises
    ------
    InputError
        It cannot be read, or is not UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            return list(file)
    except OSError as exc:
        raise InputError(f"cannot read {str(path)!r}: {exc.strerror or exc}") from exc
    except UnicodeDecodeError as exc:
        raise InputError(
            f"{str(path)!r} is not UTF-8 (byte {exc.start}); save it as UTF-8"
        ) from exc

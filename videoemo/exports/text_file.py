r"""Writing of exported text: UTF-8, `\n` at the end of each line, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from videoemo.util.files import atomic_write

__all__ = ["write_lines"]


def write_lines(lines: Iterable[str], path: Path) -> None:
    """Write lines to a file.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    with atomic_write(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)

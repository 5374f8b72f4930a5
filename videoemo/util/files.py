"""Atomic writing of files."""

from __future__ import annotations

import csv
import errno
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from videoemo.errors import OutputError
from videoemo.util.text import escape, map_text, to_cell

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["atomic_write", "prepare_output_dir", "write_arrow_csv", "write_csv", "write_json"]

# No space on the disk, or no more for this user.
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Write a file atomically.

    Yields a temporary path in the folder of `path`, which is made if need be; renames it to `path`
    on success, removes it otherwise.

    Parameters
    ----------
    path : Path
        The file.

    Yields
    ------
    Path
        The temporary path, to be written to.

    Raises
    ------
    OutputError
        The folder cannot be made or the file cannot be written (no space, no permission); or `path`
        is a device, which a file must not take the place of.
    """
    # The suffix stays last: some writers choose their format by it.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        if path.is_char_device() or path.is_block_device():
            raise OutputError(f"cannot write {path}: it is a device; name a file")
        path.parent.mkdir(parents=True, exist_ok=True)
        # In a folder from somebody else a link could lie there, and lead to a file of the reader's.
        temporary.unlink(missing_ok=True)
        try:
            yield temporary
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as exc:
        remedy = "; make space, and run it again" if exc.errno in _FULL else ""
        raise OutputError(f"cannot write {path}: {exc.strerror or exc}{remedy}") from exc


def prepare_output_dir(out: Path) -> None:
    """Make an output folder, and check that it can be written to, before hours of work.

    Raises
    ------
    OutputError
        It cannot.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Without a name where the system can: two runs may check at the same time, and be killed.
        with TemporaryFile(dir=out):
            pass
    except OSError as exc:
        raise OutputError(
            f"cannot write to the output folder {str(out)!r}: {exc.strerror or exc}; give another "
            "with -o"
        ) from exc


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    r"""Write a CSV file atomically, in UTF-8 with `\n` at the end of each line; text as
    `text.to_cell` has it.

    Parameters
    ----------
    path : Path
        The file.
    header : sequence of str
        The names of the columns.
    rows : iterable of iterable of object
        One value a column each.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    with atomic_write(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(map(to_cell, header))
        writer.writerows(map(to_cell, row) for row in rows)


def write_arrow_csv(table: pa.Table, path: Path) -> None:
    """Write a table of PyArrow as a CSV file, atomically; texts, but for the names of columns, have
    to be what `text.to_cell` gives.

    Parameters
    ----------
    table : pyarrow.Table
        The table.
    path : Path
        The file.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    import pyarrow.csv

    with atomic_write(path) as temporary:
        # PyArrow would put each name in quotes, and knows no formulas.
        write_csv(temporary, table.column_names, [])
        with temporary.open("ab") as file:
            pyarrow.csv.write_csv(table, file, pyarrow.csv.WriteOptions(include_header=False))


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file atomically, its text as `text.escape` has it.

    Parameters
    ----------
    path : Path
        The file.
    content : dict of str to object
        Its object.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    with atomic_write(path) as temporary:
        temporary.write_text(
            json.dumps(map_text(escape, content), indent=2, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )

"""Tables in text, CSV or TSV, as people and spreadsheets write them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from videoemo.errors import InputError
from videoemo.util.messages import brief, shown
from videoemo.util.text_files import read_lines

__all__ = ["TextRow", "read_text_table"]

# The line of a row in its file, counted from 1, and its texts by the names of their columns.
TextRow = tuple[int, dict[str, str]]


def read_text_table(
    path: Path, *, heading: Callable[[list[str]], list[str]] | None = None
) -> list[TextRow]:
    """Read a table of text: a heading, and rows of as many cells.

    Cells are parted by commas, semicolons or tabs, whichever the heading has most of; space about a
    cell, and lines without any, are left out.

    Parameters
    ----------
    path : Path
        The file, in UTF-8 with or without a byte order mark.
    heading : callable or None
        Given the cells of the heading, gives the names of the columns, or raises InputError; None
        for names as they stand there.

    Returns
    -------
    list of TextRow
        In the order of the file.

    Raises
    ------
    InputError
        It cannot be read, is no table, or has two columns of one name, a row with more or fewer
        cells, or a cell in a column without a name. The message names the line.
    """
    lines = read_lines(path)
    first = next((line for line in lines if line.strip()), "")
    # Spreadsheets write semicolons where the comma is the decimal mark.
    reader = csv.reader(lines, delimiter=max(",;\t", key=first.count), strict=True)
    rows: list[TextRow] = []
    columns: list[str] = []
    try:
        for values in reader:
            stripped = [value.strip() for value in values]
            if not any(stripped):
                continue
            if not columns:
                columns = stripped if heading is None else heading(stripped)
                _check_heading(path, columns)
            else:
                rows.append((reader.line_num, _row(path, reader.line_num, columns, stripped)))
    except csv.Error as exc:
        raise InputError(
            f"{str(path)!r} line {reader.line_num}: {exc}; save it as CSV or TSV"
        ) from exc
    return rows


def _check_heading(path: Path, columns: list[str]) -> None:
    # Spreadsheets end lines with columns that have no name and no value.
    named = [name for name in columns if name]
    twice = next((name for place, name in enumerate(named) if name in named[:place]), None)
    if twice is not None:
        raise InputError(f"{str(path)!r} has the column {shown(twice)} twice: rename one")


def _row(path: Path, line: int, columns: list[str], values: list[str]) -> dict[str, str]:
    if len(values) != len(columns):
        raise InputError(
            f"{str(path)!r} line {line}: expected {len(columns)} values "
            f"({brief(', '.join(columns))}), got {len(values)}"
        )
    for name, value in zip(columns, values, strict=True):
        if value and not name:
            raise InputError(
                f"{str(path)!r} line {line}: {shown(value)} is in a column without a name; give "
                "it one"
            )
    return {name: value for name, value in zip(columns, values, strict=True) if name}

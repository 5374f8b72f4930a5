"""One row a video that failed: errors.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

from videoemo.tables.summary import Failure
from videoemo.util.columns import Column, read_csv
from videoemo.util.files import write_csv
from videoemo.util.text import from_cell

__all__ = ["read_failures", "write_failures"]

_NAMES = [field.name for field in fields(Failure)]


def write_failures(failures: Sequence[Failure], path: Path) -> None:
    """Write errors.csv: one row a failure, in the order given.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    write_csv(path, _NAMES, map(astuple, failures))


def read_failures(path: Path) -> list[Failure]:
    """Read errors.csv of a folder of results, wherever it comes from.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_failures` writes it; the message names the column.
    """
    failures: list[Failure] = []
    for part in read_csv(path, [Column(name, "string") for name in _NAMES]):
        cells = (map(from_cell, part[name].to_pylist()) for name in _NAMES)
        failures += (Failure(*row) for row in zip(*cells, strict=True))
    return failures

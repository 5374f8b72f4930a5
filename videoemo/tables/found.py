"""Who was found by a description, in found.csv: a row a track of the person, or one that says why
nobody was found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

from videoemo.tables.decimals import decimal_cell
from videoemo.util.columns import Column, read_csv
from videoemo.util.files import write_csv
from videoemo.util.text import from_cell

__all__ = ["FoundRow", "read_found", "write_found"]


@dataclass(frozen=True, kw_only=True)
class FoundRow:
    """What became of a description in a video.

    Parameters
    ----------
    video, description : str
        The video's id, and who was looked for.
    track : int or None
        The person; None for nobody.
    reason : str
        Why nobody was found.
    votes, shown : int or None
        How often the track was named, of the frames in which it was shown.
    asked, answered : int or None
        Frames that were shown, and those with an answer.
    first, last : float or None
        Seconds of the first and last frame with the person.
    frames : int or None
        Sampled frames with the person.
    spans : str
        The stretches in which the person is seen, in seconds.
    dominant : str
        What the network says that the person displays most.
    remark : str
        What a reader should know of it.
    """

    video: str
    description: str
    track: int | None = None
    reason: str = ""
    votes: int | None = None
    shown: int | None = None
    asked: int | None = None
    answered: int | None = None
    first: float | None = None
    last: float | None = None
    frames: int | None = None
    spans: str = ""
    dominant: str = ""
    remark: str = ""


_SECONDS = ("first", "last")
_TEXTS = ("video", "description", "reason", "spans", "dominant", "remark")


def _column(name: str) -> Column:
    if name in _TEXTS:
        return Column(name, "string", optional=name not in _TEXTS[:2])
    if name in _SECONDS:
        return Column(name, "float64", optional=True)
    return Column(name, "int64", low=0, optional=True)


_COLUMNS = [_column(field.name) for field in fields(FoundRow)]


def write_found(rows: Iterable[FoundRow], path: Path) -> None:
    """Write found.csv.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    cells = (map(decimal_cell, astuple(row)) for row in rows)
    write_csv(path, [column.name for column in _COLUMNS], cells)


def read_found(path: Path) -> list[FoundRow]:
    """Read found.csv of a folder of results, wherever it comes from.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_found` writes it; the message names the column.
    """
    return [_row(cells) for part in read_csv(path, _COLUMNS) for cells in part.to_pylist()]


def _row(cells: dict[str, Any]) -> FoundRow:
    texts = {name: from_cell(cells[name] or "") for name in _TEXTS}
    return FoundRow(**{**cells, **texts})

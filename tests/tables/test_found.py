from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from videoemo.tables.found import FoundRow, read_found, write_found

ROWS = [
    FoundRow(
        video="a.mp4",
        description="=the one, in red",
        track=3,
        votes=5,
        shown=6,
        asked=6,
        answered=6,
        first=0.25,
        last=2.5,
        frames=10,
        spans="0.25-2.5",
        dominant="happiness",
    ),
    FoundRow(video="b.mp4", description="=the one, in red", reason="nobody fits", remark="x; 'y"),
]


def test_rows_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "found.csv"
    write_found(ROWS, path)
    assert read_found(path) == ROWS
    write_found([], path)
    assert read_found(path) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("0.250000,", "soon,", "soon"),
        (",3,", ",-3,", "track"),
        ("6,6", "6,2.5", "2.5"),
        ("track", "person", "column 3"),
    ],
)
def test_what_others_wrote_is_checked(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "found.csv"
    write_found(ROWS, path)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=message):
        read_found(path)


def test_the_columns_are_those_of_a_row(tmp_path: Path) -> None:
    path = tmp_path / "found.csv"
    write_found([], path)
    assert path.read_text() == ",".join(field.name for field in fields(FoundRow)) + "\n"

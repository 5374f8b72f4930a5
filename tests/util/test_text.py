"""Any text as plain text, and back."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from videoemo.util.files import write_csv
from videoemo.util.text import escape, from_cell, map_text, printable, to_cell, unescape

ODD = {
    "caf\udce9.jpg": r"caf\xe9.jpg",
    "new\nline.jpg": r"new\x0aline.jpg",
    "\x1b[31mred.jpg": r"\x1b[31mred.jpg",
    "\x9b31mred.jpg": r"\u009b31mred.jpg",
    "\u202egpj.exe.jpg": r"\u202egpj.exe.jpg",
    "two\u2028lines": r"two\u2028lines",
    "half\ud83d": r"half\ud83d",
    r"caf\xe9.jpg": r"caf\\xe9.jpg",
    r"caf\\xe9.jpg": r"caf\\\\xe9.jpg",
    "\\\x1b": r"\\\x1b",
}
PLAIN = [
    "clip.mp4",
    "a/b c.mp4",
    r"C:\new\table\user\x.mp4",
    r"a\b.jpg",
    "视频 é e\u0301 \U0001f600\u200d.mp4",
    "فيلم\u200f.mp4",
    "Bild 3.04.05\u202fPM.png",
    "comma,semi;colon 'quoted' \"so\".jpg",
    "",
]


@pytest.mark.parametrize(("text", "shown"), ODD.items(), ids=map(ascii, ODD))
def test_what_cannot_be_stored_or_shown_is_escaped_and_comes_back(text: str, shown: str) -> None:
    assert escape(text) == shown
    assert unescape(shown) == text


@pytest.mark.parametrize("text", PLAIN, ids=map(ascii, PLAIN))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert (
        escape(text)
        == unescape(text)
        == printable(text)
        == to_cell(text)
        == from_cell(text)
        == text
    )


def test_any_text_comes_back() -> None:
    draw, letters = random.Random(0), "\\\\\\xu0019afe'=-;, \x1b\n\udce9\udfff\u202e\x85"
    for _ in range(20_000):
        text = "".join(draw.choices(letters, k=draw.randrange(12)))
        assert unescape(escape(text)) == text
        cell = to_cell(text)
        assert isinstance(cell, str)
        assert from_cell(cell) == text
        assert printable(cell) == cell
        cell.encode()


@pytest.mark.parametrize(
    ("text", "cell"),
    {
        "=1+1.jpg": "'=1+1.jpg",
        "+a.jpg": "'+a.jpg",
        "-dash.jpg": "'-dash.jpg",
        "@SUM(A1).jpg": "'@SUM(A1).jpg",
        "\t=1": r"\x09=1",
        "\uff1d1+1": "'\uff1d1+1",
        " =1+1": "' =1+1",
        "a;=1+1": "a;'=1+1",
        "'quoted'.jpg": "''quoted'.jpg",
        "-1+2": "'-1+2",
    }.items(),
)
def test_no_spreadsheet_takes_a_text_for_a_formula(text: str, cell: str) -> None:
    assert to_cell(text) == cell
    assert from_cell(cell) == text


@pytest.mark.parametrize("number", ["-0.123456", "+1", "-1e-05", "-inf", "nan", "3", -0.5, 3, None])
def test_numbers_are_left_alone(number: object) -> None:
    assert to_cell(number) == number


def test_the_content_of_a_json_file_is_changed_throughout() -> None:
    content = {"a\n": ["b\n", {"c": ("d\n", 1, None, 0.5)}]}
    assert map_text(escape, content) == {r"a\x0a": [r"b\x0a", {"c": [r"d\x0a", 1, None, 0.5]}]}
    assert map_text(unescape, map_text(escape, {"a\n": ["\udce9"]})) == {"a\n": ["\udce9"]}


def test_a_row_of_a_csv_file_is_one_line_whatever_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_csv(path, ["video", "=class"], [[name, 0.5] for name in ODD])
    assert len(path.read_text(encoding="utf-8").splitlines()) == len(ODD) + 1
    with path.open(newline="", encoding="utf-8") as file:
        rows = [list(map(from_cell, row)) for row in csv.reader(file)]
    assert rows == [["video", "=class"], *([name, "0.5"] for name in ODD)]

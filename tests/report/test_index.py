"""What stands in a report's index: its rows, the course of a video, addresses; read back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from tests.support.rows import rows
from videoemo.report.addresses import address
from videoemo.report.course import STRETCHES, course
from videoemo.report.index import index_data, known_gists
from videoemo.report.index_row import Gist, IndexRow
from videoemo.tables.videos import VideoRow

CLASSES = ("happiness", "sadness")


def course_of(given: list[tuple[int, float, int | None, float]]) -> str:
    return course(rows(given).per_frame())


def test_a_course_says_which_class_leads_and_how_surely() -> None:
    frames = [(i, i / 10, 0 if i < 8 else None, 0.95 if i < 5 else 0.25) for i in range(10)]
    assert course_of(frames) == "A9" * 5 + "B7" * 3 + "--" * 2


def test_the_stretches_of_a_course_are_equally_long_whatever_the_rate() -> None:
    dense = [(i, i / 1000, 0, 1.0) for i in range(1000)]
    sparse = [(1000 + i, 1 + i / 10, 0, 0.0) for i in range(11)]
    found = course_of([*dense, *sparse])
    assert len(found) == 2 * STRETCHES
    assert 22 <= found.count("A") <= 26


def test_persons_of_a_frame_weigh_as_one() -> None:
    assert course_of([(0, 0.0, 0, 1.0), (0, 0.0, 1, 0.0), (0, 0.0, 2, 0.0)]) == "B6"


def test_the_course_of_nothing_is_empty() -> None:
    assert course_of([]) == ""
    assert course_of([(0, 0.0, None, 0.0)]) == "--"


def scored(name: str = "a.mp4") -> IndexRow:
    mean = np.array([0.25, 0.75], np.float32)
    row = VideoRow(video=name, seconds=2.0, frames=3, face_frames=1, mean=mean, dominant="sadness")
    return IndexRow.of(row, page=f"{name}/report.html", gist=Gist("0af", 2, "A9--"))


def test_a_row_says_what_videos_csv_says() -> None:
    row = scored()
    assert (row.coverage, row.dominant, row.means) == (0.3333, "sadness", (64, 191))
    assert (row.persons, row.course) == (2, "A9--")


@pytest.mark.parametrize("mean", [None, np.array([np.nan, np.nan], np.float32)])
def test_a_video_without_a_face_has_no_means(mean: np.ndarray | None) -> None:
    assert IndexRow.of(VideoRow(video="a.mp4", mean=mean)).means == ()


def test_what_an_index_knows_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "index.js").write_text(index_data([scored(), scored("b.mp4")], CLASSES))
    known = Gist("0af", 2, "A9--")
    assert known_gists(tmp_path) == {"a.mp4/report.html": known, "b.mp4/report.html": known}


def test_rows_of_an_index_that_are_damaged_are_left_out(tmp_path: Path) -> None:
    text = index_data([scored(), scored("b.mp4"), scored("c.mp4")], CLASSES)
    damaged = text.replace('"A9--"', '"<script>"', 1).replace('"b.mp4"', '"b.mp4', 1)
    (tmp_path / "index.js").write_text(damaged)
    assert list(known_gists(tmp_path)) == ["c.mp4/report.html"]


def test_nothing_is_known_without_an_index(tmp_path: Path) -> None:
    assert known_gists(tmp_path) == {}
    (tmp_path / "index.js").symlink_to(tmp_path / "elsewhere")
    assert known_gists(tmp_path) == {}


def test_no_name_ends_the_script_that_holds_it() -> None:
    text = index_data([scored("</script><script>alert(1)</script>\u2028.mp4")], CLASSES)
    assert "<" not in text
    assert text.isascii()
    content = json.loads(text.removeprefix("window.videoemoIndex = ").removesuffix(";\n"))
    assert content["rows"][0][0] == "</script><script>alert(1)</script>\\u2028.mp4"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b#c?d%.mp4", "a%20b%23c%3Fd%25.mp4"),
        ("javascript:alert(1)", "javascript%3Aalert%281%29"),
        ("day 1/ü.mp4", "day%201/%C3%BC.mp4"),
        (os.fsdecode(b"caf\xe9.mp4"), "caf%E9.mp4"),
        ('<img src=x onerror="x">.mp4', "%3Cimg%20src%3Dx%20onerror%3D%22x%22%3E.mp4"),
    ],
)
def test_every_name_is_an_address_of_its_own_file_and_no_more(name: str, expected: str) -> None:
    assert address(Path("out") / name, start=Path("out")) == expected

"""Names of exported files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.exports import faces_showing, results_of
from videoemo.datasets.suffixes import PICTURES, VIDEOS
from videoemo.exports.formats import FORMATS
from videoemo.exports.names import stem
from videoemo.runs.state.paths import OWN_FILES
from videoemo.util.file_names import is_file_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("day 1/interview.mp4", "interview"),
        ("two.parts.MOV", "two.parts"),
        ("2024.05.01", "2024.05.01"),  # a folder of pictures
        ("<img src=x onerror=alert(1)>.mp4", "_img src=x onerror=alert(1)_"),
        ("caf\udce9.mp4", "caf_"),
        ("-dash.mp4", "_-dash"),
        (".hidden.mp4", "_.hidden"),
        ("two\nlines.mp4", "two_lines"),
        ("con.mp4", "_con"),
        ("about twenty letters to begin with.mp4", "about twenty letters to begin with"),
    ],
)
def test_the_name_is_the_videos_where_every_system_can_hold_it(name: str, expected: str) -> None:
    assert stem(name, ".eaf") == expected


def test_a_long_name_is_cut_off() -> None:
    for letter in ("x", "\u559c", "\U0001f600"):
        name = stem(letter * 80 + ".mp4", ".py-feat.csv")
        assert is_file_name(name, ending=".py-feat.csv")
        assert len(name) > 40


@pytest.mark.parametrize("video", ["faces.mp4", "tracks.mov", "summary.mp4"])
def test_no_file_has_the_name_of_a_table_or_of_a_video(tmp_path: Path, video: str) -> None:
    written = results_of(tmp_path, faces_showing({0: "4" * 9}), name=video)
    for one in FORMATS:
        for file in one.export(written, 10.0).files:
            assert file.path.name.lower() not in OWN_FILES
            assert file.path.suffix.lower() not in VIDEOS | PICTURES

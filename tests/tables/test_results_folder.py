"""Folders of results, and how they are told from others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.layouts import make
from videoemo.errors import OutputError
from videoemo.tables.results_folder import MARKER, is_results_folder, mark_results_folder
from videoemo.tables.videos import write_videos


def holds_results(folder: Path) -> bool:
    return is_results_folder(folder, os.listdir(folder))  # noqa: PTH208 - names are wanted


def test_a_marked_folder_is_one_of_results_and_may_be_marked_again(tmp_path: Path) -> None:
    assert not holds_results(tmp_path)
    for _ in range(2):
        mark_results_folder(tmp_path)
    assert holds_results(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [MARKER]


def test_tables_and_a_summary_tell_without_the_marker(tmp_path: Path) -> None:
    write_videos([], ["joy"], tmp_path / "videos.csv")
    assert not holds_results(tmp_path)
    assert holds_results(make(tmp_path, "summary.json"))
    assert holds_results(make(tmp_path / "a.mp4", "summary.json", "faces.parquet"))


def test_a_table_of_ones_own_by_the_same_name_does_not(tmp_path: Path) -> None:
    make(tmp_path, "summary.json")
    (tmp_path / "videos.csv").write_text("video,age\na.mp4,30\n")
    assert not holds_results(tmp_path)


def test_a_pipe_by_the_name_of_a_table_is_not_opened(tmp_path: Path) -> None:
    make(tmp_path, "summary.json")
    os.mkfifo(tmp_path / "videos.csv")
    assert not holds_results(tmp_path)


def test_a_folder_that_cannot_be_marked_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write to the output folder '.*gone'"):
        mark_results_folder(tmp_path / "gone")

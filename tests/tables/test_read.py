from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import videoemo
from videoemo.errors import InputError
from videoemo.tables.videos import VideoRow, read_videos, write_videos

NAMES = ["caf\udce9.jpg", "=1+1.jpg", "'a'.jpg", "two\nlines.jpg", r"a\x41.jpg", "1", "NA", "b.mp4"]


def test_names_come_back_as_they_are(tmp_path: Path) -> None:
    mean = np.array([0.25], np.float32)
    rows = [
        VideoRow(video=NAMES[0], status="failed", error="no\x1b[0m"),
        *(VideoRow(video=name, seconds=1.5, frames=3, mean=mean) for name in NAMES[1:]),
    ]
    write_videos(rows, ("=joy",), tmp_path / "videos.csv")
    table = videoemo.read_table(tmp_path / "videos.csv")
    assert table["video"].tolist() == NAMES
    assert table["error"].tolist()[:2] == ["no\x1b[0m", ""]
    assert table["=joy"].tolist()[1:] == [0.25] * 7
    assert np.isnan(table["frames"][0])
    assert table["frames"][1] == 3


def test_a_table_without_a_row_has_its_columns(tmp_path: Path) -> None:
    write_videos([], ("joy",), tmp_path / "videos.csv")
    table = videoemo.read_table(tmp_path / "videos.csv")
    assert len(table) == 0
    assert list(table.columns)[-1] == "joy"


def test_names_come_back_where_results_are_merged(tmp_path: Path) -> None:
    rows = [VideoRow(video=name) for name in NAMES]
    scores = ("margin_=x", "margin_y")
    write_videos(rows, ("=joy",), tmp_path / "videos.csv", values=("valence",), scores=scores)
    table = read_videos(tmp_path / "videos.csv")
    assert (table.outputs, table.scores, table.videos) == (["=joy", "valence"], scores, NAMES)


@pytest.mark.parametrize(
    "content",
    [b"", b"video,frames\na\n", b"video,video\na,b\n", b"\xff\xfe", b'video\n"a', None],
)
def test_what_is_no_table_is_told_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "videos.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"cannot read the table .*videos\.csv"):
        videoemo.read_table(tmp_path / "videos.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_and_an_endless_device_are_no_tables(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "videos.csv")
    for path in (tmp_path / "videos.csv", Path("/dev/zero")):
        with pytest.raises(InputError, match="it is no regular file"):
            videoemo.read_table(path)

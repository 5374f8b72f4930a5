from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from videoemo.records import Clip
from videoemo.runs import progress
from videoemo.runs.progress import ConsoleProgress, JsonProgress
from videoemo.tables.videos import VideoRow


def clips(folder: Path, *sizes: int) -> list[Clip]:
    for i, size in enumerate(sizes):
        (folder / f"{i}.mp4").write_bytes(b"x" * size)
    return [Clip(folder / f"{i}.mp4", f"{i}.mp4") for i in range(len(sizes))]


def test_a_line_says_videos_done_frames_a_second_and_time_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_INTERVAL", 0.0)
    shown = ConsoleProgress()
    first, second = clips(tmp_path, 100, 300)
    shown.begin([first, second])
    shown.batch(first, 10, 1.0)
    shown.end(VideoRow(video=first.id, status="failed", error="torn"))
    shown.batch(second, 10, 0.5)
    lines = capsys.readouterr().err.splitlines()
    assert "failed: 0.mp4: torn" in lines
    assert re.fullmatch(r"1/2 videos  \d+ frames/s  \d\d:\d\d left", lines[-1])


def test_a_clip_that_cannot_be_looked_at_does_not_stop_it(tmp_path: Path) -> None:
    shown = ConsoleProgress()
    gone = Clip(tmp_path / "gone.mp4", "gone.mp4")
    shown.begin([gone])
    shown.end(VideoRow(video="gone.mp4", status="failed", error="gone"))


def test_the_time_left_counts_what_is_done_of_every_video_that_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_INTERVAL", 0.0)
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    shown = ConsoleProgress()
    first, second, third = clips(tmp_path, 99, 99, 199)
    shown.begin([first, second, third])
    now[0] = 5.0
    shown.batch(first, 5, 0.5)
    now[0] = 10.0
    shown.batch(second, 5, 0.5)  # 100 of 400 bytes in 10 s
    assert capsys.readouterr().err.splitlines()[-1] == "0/3 videos  1 frames/s  00:30 left"


def test_a_video_that_is_begun_again_counts_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = JsonProgress()
    first, second = clips(tmp_path, 99, 99)
    shown.begin([first, second])
    shown.batch(first, 5, 1.0)
    shown.batch(first, 5, 0.5)
    shown.end(VideoRow(video=first.id, status="failed", error="torn"))
    shown.end(VideoRow(video=second.id, status="failed", error="torn"))
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["videos"], last["of"], last["frames"], last["seconds_left"]) == (2, 2, 10, 0.0)

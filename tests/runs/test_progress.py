from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from videoemo.records import Clip
from videoemo.runs import progress
from videoemo.runs.progress import ConsoleProgress, JsonProgress
from videoemo.tables.videos import VideoRow


def clip(name: str) -> Clip:
    return Clip(Path(name), name)


def test_a_line_says_videos_done_frames_a_second_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_INTERVAL", 0.0)
    shown = ConsoleProgress()
    shown.begin({"0.mp4": 100, "1.mp4": 300})
    shown.batch(clip("0.mp4"), 10, 1.0)
    shown.end(VideoRow(video="0.mp4", status="failed", error="torn"))
    shown.batch(clip("1.mp4"), 10, 0.5)
    lines = capsys.readouterr().err.splitlines()
    assert "failed: 0.mp4: torn" in lines
    assert re.fullmatch(r"1/2 videos  \d+ frames/s  \d\d:\d\d left", lines[-1])


def test_the_time_left_counts_what_is_done_of_every_video_that_is_begun(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_INTERVAL", 0.0)
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    shown = ConsoleProgress()
    shown.begin({"0.mp4": 100, "1.mp4": 100, "2.mp4": 200})
    now[0] = 5.0
    shown.batch(clip("0.mp4"), 5, 0.5)
    now[0] = 10.0
    shown.batch(clip("1.mp4"), 5, 0.5)  # 100 of 400 bytes in 10 s
    assert capsys.readouterr().err.splitlines()[-1] == "0/3 videos  1 frames/s  00:30 left"


def test_a_video_that_is_begun_again_counts_once(capsys: pytest.CaptureFixture[str]) -> None:
    shown = JsonProgress()
    shown.begin({"0.mp4": 100, "1.mp4": 100})
    shown.batch(clip("0.mp4"), 5, 1.0)
    shown.batch(clip("0.mp4"), 5, 0.5)
    shown.end(VideoRow(video="0.mp4", status="failed", error="torn"))
    shown.end(VideoRow(video="1.mp4", status="failed", error="torn"))
    last = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (last["videos"], last["of"], last["frames"], last["seconds_left"]) == (2, 2, 10, 0.0)

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from videoemo.records import Clip
from videoemo.runs.plan import Plan, Resume, make_plan
from videoemo.tables.summary import Failure, to_summary
from videoemo.tables.videos import VideoRow
from videoemo.util.slow_work import SlowWork


def test_the_longest_come_first_and_those_of_one_length_in_path_order(tmp_path: Path) -> None:
    for name, size in (("a", 5), ("b", 20), ("c", 5), ("d", 10)):
        (tmp_path / name).write_bytes(bytes(size))
    clips = [Clip(tmp_path / name, name) for name in "abcd"]
    plan = make_plan(clips, tmp_path / "out", {}, outputs={}, resume=Resume())
    assert [clip.id for clip in plan.todo] == ["b", "d", "a", "c"]
    assert plan.todo_sizes == {"b": 20, "d": 10, "a": 5, "c": 5}


def test_the_bytes_of_pictures_are_those_of_their_folder_and_what_is_not_there_has_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "pictures").mkdir()
    for name in ("1.png", "2.png"):
        (tmp_path / "pictures" / name).write_bytes(bytes(100))
    clips = [Clip(tmp_path / name, name) for name in ("gone.mp4", "pictures")]
    plan = make_plan(clips, tmp_path / "out", {}, outputs={}, resume=Resume())
    assert plan.todo_sizes == {"pictures": 200, "gone.mp4": 1}


@pytest.mark.parametrize("redo", [False, True])
def test_of_two_videos_with_one_folder_the_second_fails_and_the_first_keeps_its_results(
    tmp_path: Path, redo: bool
) -> None:
    out = tmp_path / "out"
    (out / "a.mp4").mkdir(parents=True)
    row = VideoRow(video="A.mp4", seconds=1.0, frames=1, face_frames=0, faces=0)
    (out / "a.mp4" / "summary.json").write_text(json.dumps(to_summary(row, ())))
    # As a file system has it that does not tell capitals from small letters.
    (out / "A.mp4").symlink_to("a.mp4")
    first, second = (Clip(tmp_path / name, name) for name in ("A.mp4", "a.mp4"))
    videos: dict[str, dict[str, Any]] = {"A.mp4": {}, "a.mp4": {}}
    plan = Plan(out, {}, frozenset(), Resume(redo=redo), [first, second], videos, {})
    failure = plan.find_result(second)
    assert isinstance(failure, Failure)
    assert "cannot tell its name from that of 'A.mp4'" in failure.message
    # The same video under a new name takes the place.
    alone = Plan(out, {}, frozenset(), Resume(), [second], {"a.mp4": {}}, {})
    assert alone.find_result(second) is None


def test_results_that_were_copied_to_another_name_are_made_again(tmp_path: Path) -> None:
    (tmp_path / "b.mp4").mkdir()
    row = VideoRow(video="a.mp4", seconds=1.0, frames=1, face_frames=0, faces=0)
    (tmp_path / "b.mp4" / "summary.json").write_text(json.dumps(to_summary(row, ())))
    clips = [Clip(tmp_path / name, name) for name in ("a.mp4", "b.mp4")]
    plan = Plan(tmp_path, {}, frozenset(), Resume(), clips, {"a.mp4": {}, "b.mp4": {}}, {})
    assert plan.find_result(clips[1]) is None


def test_planning_that_takes_long_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlowWork, "INTERVAL", 0.0)
    lines: list[str] = []
    clips = [Clip(tmp_path / name, name) for name in "abc"]
    make_plan(clips, tmp_path / "out", {}, outputs={}, resume=Resume(), notice=lines.append)
    assert "looking at the videos: 2 of 3 videos" in lines
    assert lines[-1] == "looking for results of before: 3 of 3 videos"

from __future__ import annotations

from pathlib import Path

from videoemo.records import Clip
from videoemo.runs.plan import Resume, make_plan


def test_the_longest_come_first_and_those_of_one_length_in_path_order(tmp_path: Path) -> None:
    for name, size in (("a", 5), ("b", 20), ("c", 5), ("d", 10)):
        (tmp_path / name).write_bytes(bytes(size))
    clips = [Clip(tmp_path / name, name) for name in "abcd"]
    plan = make_plan(clips, tmp_path / "out", {}, outputs={}, resume=Resume())
    assert [clip.id for clip in plan.todo] == ["b", "d", "a", "c"]

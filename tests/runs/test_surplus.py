"""What older runs left in a results folder: found, and removed with nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.layouts import make
from tests.support.outputs import files
from videoemo.records import Clip
from videoemo.runs.plan import Plan, Resume
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.results import write_failure
from videoemo.runs.surplus import Surplus, find_surplus, prune
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow

OWN = frozenset(["faces.parquet", "timeline.png", "summary.json"])


def result(out: Path, clip_id: str, *, at: str | None = None) -> Path:
    """The results of a video, at their place or another."""
    folder = out / (at or clip_id)
    make(folder, *OWN)
    (folder / "summary.json").write_text(json.dumps({"video": clip_id}))
    return folder


def plan(out: Path, *clip_ids: str, failed: tuple[str, ...] = ()) -> Plan:
    """A run over these videos, all of which are done."""
    clips = [Clip(out.parent / "in" / clip_id, clip_id) for clip_id in clip_ids]
    known: dict[str, VideoRow | Failure] = {
        clip_id: Failure(clip_id, "probe", "InputError", "no")
        if clip_id in failed
        else VideoRow(video=clip_id)
        for clip_id in clip_ids
    }
    return Plan(out, {}, OWN, Resume(), clips, {}, {}, known=known)


def surplus(planned: Plan, *, pictures: bool = True) -> list[Surplus]:
    wanted = OWN if pictures else OWN - {"timeline.png"}
    return find_surplus(planned, wanted=wanted, tables=() if pictures else ("overview.png",))


def removed(planned: Plan, *, pictures: bool = True) -> list[str]:
    """The names of what was found too much and removed."""
    found = surplus(planned, pictures=pictures)
    with Leases(planned.out, own_files=OWN) as leases:
        assert prune(found, planned.out, leases) == []
    assert surplus(planned, pictures=pictures) == []
    return [one.name for one in found]


def test_what_a_run_makes_is_not_too_much(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result(out, "a.mp4")
    result(out, "day/b.mp4")
    make(out, "overview.png", "videos.csv")
    assert surplus(plan(out, "a.mp4", "day/b.mp4")) == []


def test_results_of_videos_that_are_gone_are_removed_with_the_folders_they_leave_empty(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    result(out, "a.mp4")
    result(out, "day/1/gone.mp4")
    result(out, "overview.png", at="overview.png.results")
    assert removed(plan(out, "a.mp4")) == ["day/1/gone.mp4", "overview.png.results"]
    assert [name for name in files(out) if "/" not in name] == ["a.mp4"]


def test_only_files_of_ours_are_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    make(result(out, "gone.mp4"), "notes.txt", "inside/faces.parquet")
    result(out, "gone.mp4", at="copy of gone.mp4")
    make(out, "mine/summary.json", "mine/faces.parquet", "elsewhere/faces.parquet")
    kept = set(files(out)) - {f"gone.mp4/{name}" for name in OWN}
    assert removed(plan(out, "a.mp4")) == ["gone.mp4"]
    assert set(files(out)) == kept


def test_pictures_that_this_run_does_not_draw_are_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result(out, "a.mp4")
    make(out, "overview.png", "notes.png")
    assert removed(plan(out, "a.mp4"), pictures=False) == ["overview.png", "a.mp4 (timeline.png)"]
    assert files(out) == ["a.mp4", "a.mp4/faces.parquet", "a.mp4/summary.json", "notes.png"]


def test_no_link_is_followed_or_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"
    outside = result(tmp_path / "outside", "gone.mp4")
    out.mkdir()
    (out / "gone.mp4").symlink_to(outside)
    (result(out, "too.mp4") / "timeline.png").unlink()
    (out / "too.mp4" / "timeline.png").symlink_to(outside / "timeline.png")
    (out / "overview.png").symlink_to(outside / "timeline.png")
    assert removed(plan(out, "a.mp4"), pictures=False) == ["too.mp4"]
    assert files(out) == ["gone.mp4", "overview.png", "too.mp4", "too.mp4/timeline.png"]
    assert set(files(outside)) == OWN


def test_what_belongs_to_a_video_or_a_folder_that_could_not_be_read_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result(out, "a.mp4")
    result(out, "shut/b.mp4")
    result(out, "shutter/c.mp4")
    planned = plan(out, "a.mp4", "shut", failed=("a.mp4", "shut"))
    assert removed(planned, pictures=False) == ["shutter/c.mp4"]


def test_failures_of_videos_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Leases(out) as leases:
        for clip_id in ("a.mp4", "gone.mp4"):
            lease = leases.take(clip_id)
            assert lease is not None
            write_failure(lease, Failure(clip_id, "probe", "VideoError", "broken"), {})
            leases.release(lease)
    assert removed(plan(out, "a.mp4", failed=("a.mp4",))) == ["gone.mp4 (failed)"]
    assert len(list((out / ".videoemo" / "failed").iterdir())) == 1


def test_videos_below_a_results_folder_are_not_searched(tmp_path: Path) -> None:
    result(tmp_path, "x.mp4", at="in/gone.mp4")
    assert surplus(plan(tmp_path / "out", "a.mp4")) == []
    result(tmp_path, "in/gone.mp4")
    planned = Plan(tmp_path, {}, OWN, Resume(), [Clip(tmp_path / "in" / "a.mp4", "a.mp4")], {}, {})
    assert surplus(planned) == []


def test_nothing_is_removed_while_another_run_is_at_work(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result(out, "gone.mp4")
    found = surplus(plan(out, "a.mp4"))
    with Leases(out) as other, Leases(out) as own:
        assert not own.others_at_work()
        assert own.take("b.mp4") is not None
        assert not own.others_at_work()
        assert other.take("c.mp4") is not None
        assert prune(found, out, own) == found
    assert set(files(out / "gone.mp4")) == OWN


def test_a_run_is_at_work_between_its_videos_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result(out, "gone.mp4")
    found = surplus(plan(out, "a.mp4"))
    with Leases(out) as own:
        own.join({"min_face": 40})
        with Leases(out) as other:
            other.join({"min_face": 40})
            assert prune(found, out, own) == found
        assert prune(found, out, own) == []
    assert not (out / "gone.mp4").exists()

"""Runs of `score` that are broken off, repeated and shared: real commands on small clips."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.clips import pad, write_clip, write_long_clip
from tests.support.commands import SETTINGS, Run, dataset, settings, start
from tests.support.here import command_here
from tests.support.outputs import contents, rows
from tests.support.processes import until
from videoemo.runs.state.paths import lease_folder


@pytest.fixture(scope="module")
def by_two_workers(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What a run by two workers gives, and says; each process says hello when it starts."""
    folder = tmp_path_factory.mktemp("two")
    (folder / "sitecustomize.py").write_text("import sys\nprint('hello', file=sys.stderr)\n")
    command = ("score", clips, "-o", folder / "out", "--pipeline", settings(folder), "--jobs", 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
        process = start(*command)
    _, err = process.communicate()
    assert process.returncode == 0, err
    return folder / "out", err


def test_two_workers_give_the_bytes_of_one(
    by_two_workers: tuple[Path, str], uninterrupted: Path
) -> None:
    assert contents(by_two_workers[0]) == contents(uninterrupted)


def test_what_each_worker_says_is_said_once(by_two_workers: tuple[Path, str]) -> None:
    # The run's own, and that of both workers.
    assert by_two_workers[1].count("hello") == 2


def test_a_worker_of_one_thread_gives_the_bytes_of_one_of_two(
    demo: Path, tmp_path: Path, videoemo: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The demo's clip, because torch's own choices tell on it.
    found = []
    monkeypatch.setenv("OMP_THREAD_LIMIT", "2")
    for omp, mkl in (("2", "2"), ("1", "2"), ("2", "1")):  # torch heeds both
        monkeypatch.setenv("OMP_NUM_THREADS", omp)
        monkeypatch.setenv("MKL_NUM_THREADS", mkl)
        out = tmp_path / f"{omp}-{mkl}"
        videoemo("score", demo, "-o", out, "--pipeline", settings(tmp_path), "--end", 0.2)
        found.append(contents(out))
    assert found[0] == found[1] == found[2]


def test_a_run_killed_again_and_again_ends_as_if_nothing_had_happened(
    clips: Path, uninterrupted: Path, tmp_path: Path
) -> None:
    command = (
        "score",
        clips,
        "-o",
        tmp_path / "out",
        "--pipeline",
        settings(tmp_path),
        "--jobs",
        2,
        "--log-json",
    )
    for wait in np.random.default_rng(6).uniform(0, 1.5, 2):
        process = start(*command)
        assert process.stderr is not None
        while (line := process.stderr.readline()) and '"begin"' not in line:
            # The networks are being loaded; a run that has nothing left to do says no such thing.
            pass
        time.sleep(wait)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    process = start(*command)
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert contents(tmp_path / "out") == contents(uninterrupted)


def test_a_second_run_finds_all_done_and_starts_no_worker(
    clips: Path, uninterrupted: Path, videoemo: Run, tmp_path: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in uninterrupted.glob("*/faces.parquet")}
    status, out, err = videoemo(
        "score", clips, "-o", uninterrupted, "--pipeline", settings(tmp_path)
    )
    assert (status, err) == (0, "")
    assert "5 videos scored, 0 failed" in out
    assert "5 of them before" in out
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A folder with one short clip."""
    (tmp_path / "in").mkdir()
    write_clip(tmp_path / "in" / "a.mp4", n=2)
    return tmp_path / "in"


def score(videoemo: Run, folder: Path, *options: Any, text: str = SETTINGS) -> tuple[int, str, str]:
    return videoemo(
        "score",
        folder,
        "-o",
        folder.parent / "out",
        "--pipeline",
        settings(folder.parent, text),
        *options,
    )


@pytest.mark.usefixtures("workers_here")
def test_a_new_video_is_done_and_the_others_are_not(one: Path, videoemo: Run) -> None:
    score(videoemo, one)
    made = (one.parent / "out" / "a.mp4" / "summary.json").stat().st_mtime_ns
    write_clip(one / "b.mp4", n=3)
    assert score(videoemo, one)[0] == 0
    assert [row["video"] for row in rows(one.parent / "out" / "videos.csv")] == ["a.mp4", "b.mp4"]
    assert (one.parent / "out" / "a.mp4" / "summary.json").stat().st_mtime_ns == made


@pytest.mark.usefixtures("workers_here")
def test_a_changed_setting_does_again_what_it_touches_and_says_so(one: Path, videoemo: Run) -> None:
    score(videoemo, one)
    _, out, err = score(videoemo, one, "--every", 2)
    assert "notice: 1 video is done again: every was 1, is 2" in err.splitlines()
    assert "1 video scored, 0 failed: 1 frame" in out


@pytest.mark.usefixtures("workers_here")
def test_redo_does_all_again_without_a_word(one: Path, videoemo: Run) -> None:
    score(videoemo, one)
    summary = one.parent / "out" / "a.mp4" / "summary.json"
    made = summary.stat().st_mtime_ns
    assert score(videoemo, one, "--redo")[2] == ""
    assert summary.stat().st_mtime_ns != made


@pytest.mark.usefixtures("workers_here")
def test_what_failed_is_not_tried_again_unless_asked(one: Path, videoemo: Run) -> None:
    (one / "a.mp4").write_text("no video")
    assert score(videoemo, one)[0] == 3
    status, out, err = score(videoemo, one)
    assert (status, err) == (3, "")
    assert "1 of them before; --redo does them again, --retry-failed those that failed" in out
    assert "failed: a.mp4" in score(videoemo, one, "--retry-failed")[2]


@pytest.mark.usefixtures("workers_here")
def test_verify_finds_an_output_that_was_damaged(one: Path, videoemo: Run) -> None:
    score(videoemo, one)
    table = one.parent / "out" / "a.mp4" / "faces.parquet"
    whole = table.read_bytes()
    table.write_bytes(whole[:40] + bytes(40) + whole[80:])
    assert "1 video is done again: faces.parquet is damaged" in score(videoemo, one, "--verify")[2]
    assert table.read_bytes() == whole


@pytest.mark.usefixtures("workers_here")
def test_a_dry_run_says_what_would_be_done_and_writes_nothing(one: Path, videoemo: Run) -> None:
    status, out, _ = score(videoemo, one, "--dry-run")
    assert (status, (one.parent / "out").exists()) == (0, False)
    assert out.startswith("to do: 1 of 1 videos, 0.0 MB")


@pytest.mark.usefixtures("workers_here")
def test_a_dry_run_says_how_long_by_the_speed_so_far(one: Path, videoemo: Run) -> None:
    score(videoemo, one)
    write_clip(one / "b.mp4", n=3)
    lines = score(videoemo, one, "--dry-run")[1].splitlines()
    assert lines[0].startswith("to do: 1 of 2 videos")
    assert lines[1] == "done: 1; failed before: 0"
    assert lines[2].startswith("at the speed so far: 0:00:0")


@pytest.mark.usefixtures("workers_here")
def test_errors_csv_says_which_stage_and_which_kind_and_goes_when_all_is_well(
    one: Path, videoemo: Run
) -> None:
    whole = (one / "a.mp4").read_bytes()
    (one / "a.mp4").write_bytes(b"")
    score(videoemo, one)
    (row,) = rows(one.parent / "out" / "errors.csv")
    assert (row["video"], row["stage"], row["kind"]) == ("a.mp4", "probe", "UnreadableVideoError")
    assert row["message"] == rows(one.parent / "out" / "videos.csv")[0]["error"]
    (one / "a.mp4").write_bytes(whole)
    assert score(videoemo, one)[0] == 0
    assert not (one.parent / "out" / "errors.csv").exists()


def test_for_machines_standard_error_is_one_object_a_line(one: Path, videoemo: Run) -> None:
    (one / "b.mp4").write_text("no video")
    events = [json.loads(line) for line in score(videoemo, one, "--log-json")[2].splitlines()]
    assert [event["event"] for event in events] == ["begin", "video", "video", "progress"]
    assert {event["video"]: event["status"] for event in events[1:3]} == {
        "a.mp4": "ok",
        "b.mp4": "failed",
    }
    assert (events[-1]["videos"], events[-1]["of"], events[-1]["frames"]) == (2, 2, 2)


def test_a_video_that_takes_too_long_is_cut_by_the_time_out(one: Path, videoemo: Run) -> None:
    score(command_here, one)  # before: half a second may be too little for it, too
    write_long_clip(one / "long.mp4")
    status, _, err = score(videoemo, one, text=SETTINGS + "[limits]\ntimeout = 0.5\n")
    assert status == 3
    assert (
        "notice: long.mp4: not done in 0.5 s; it is tried again, alone, when the others are done"
        in err.splitlines()
    )
    assert [(row["video"], row["error"]) for row in rows(one.parent / "out" / "videos.csv")] == [
        ("a.mp4", ""),
        ("long.mp4", "not done in 0.5 s, twice"),
    ]


def test_a_worker_killed_from_outside_costs_no_video(one: Path) -> None:
    pad(one / "a.mp4")
    write_long_clip(one / "waits.mp4")
    write_clip(one.parent / "real.mp4", n=4)
    command = ("score", one, "-o", one.parent / "out", "--pipeline", settings(one.parent))
    process = start(*command, threads=2)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    # At work on the last, which is smaller in bytes.
    until(lambda: list(lease_folder(one.parent / "out", "waits.mp4").glob("*.new")))
    (worker,) = [int(pid) for pid in children.read_text().split()]
    os.kill(worker, signal.SIGSTOP)  # so that it does not look for the video in between
    (one / "waits.mp4").unlink()
    (one.parent / "real.mp4").rename(one / "waits.mp4")
    os.kill(worker, signal.SIGKILL)
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert (
        "notice: waits.mp4: its worker was killed by signal 9 (SIGKILL); it is tried again" in err
    )
    assert [row["frames"] for row in rows(one.parent / "out" / "videos.csv")] == ["2", "4"]


def test_an_interrupted_run_keeps_what_is_finished_and_nothing_else(one: Path) -> None:
    pad(one / "a.mp4")
    write_long_clip(one / "waits.mp4")
    command = ("score", one, "-o", one.parent / "out", "--pipeline", settings(one.parent))
    process = start(*command, threads=2)
    until((one.parent / "out" / "a.mp4" / "summary.json").exists)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, err.splitlines()[-1]) == (
        130,
        "videoemo: interrupted; what was finished is kept",
    )
    tables = ("faces.parquet", "group.parquet", "tracks.csv", "expressions.csv")
    finished = {f"a.mp4/{name}" for name in (*tables, "summary.json")}
    assert set(contents(one.parent / "out")) == finished


def test_two_runs_on_one_folder_share_the_work(
    clips: Path, uninterrupted: Path, tmp_path: Path
) -> None:
    command = (
        "score",
        clips,
        "-o",
        tmp_path / "out",
        "--pipeline",
        settings(tmp_path),
        "--log-json",
    )
    both = [start(*command) for _ in range(2)]
    told = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert contents(tmp_path / "out") == contents(uninterrupted)


def test_a_limit_out_of_range_is_refused(one: Path, videoemo: Run) -> None:
    status, _, err = score(videoemo, one, text="[limits]\ntimeout = -1\n")
    assert (status, "timeout: allowed are seconds above 0, got -1" in err) == (1, True)


# `extract`


def run_until_the_last(command: tuple[object, ...], out: Path) -> dict[Path, int]:
    """Kill a run when it is at the long clip, the last; the times of what it has done by then."""
    process = start(*command)
    deadline = time.monotonic() + 60
    parts = out / ".toy.parts"
    while time.monotonic() < deadline:
        # Not `rglob`, which fails where the run takes a folder away while it looks.
        paths = [
            Path(folder) / name
            for folder, folders, files in os.walk(parts)
            for name in (*folders, *files)
        ]
        done = [
            path for path in paths if path.name == "summary.json" and ".videoemo" not in path.parts
        ]
        owned = {
            path.name.split(".")[0] for path in paths if path.match(".videoemo/leases/*/*.new")
        }
        if len(done) == 2 and any(f"-{process.pid}-" in name for name in owned):
            break
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return {path: path.stat().st_mtime_ns for path in done}


def test_an_extraction_that_was_killed_goes_on_and_gives_the_same_table(
    tmp_path: Path, videoemo: Run
) -> None:
    command = dataset(tmp_path / "in")
    first = run_until_the_last(command, tmp_path / "out")
    assert len(first) == 2
    assert run_until_the_last(command, tmp_path / "out") == first
    (tmp_path / "in" / "c.mp4").unlink()
    write_clip(tmp_path / "in" / "c.mp4", n=2)
    assert command_here(*command)[0] == 0
    resumed = (tmp_path / "out" / "toy.parquet").read_bytes()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["toy.parquet"]
    assert videoemo(*command, "--jobs", 2)[0] == 0
    assert (tmp_path / "out" / "toy.parquet").read_bytes() == resumed


def test_a_second_run_with_other_settings_is_refused_and_the_first_goes_on(
    clips: Path, uninterrupted: Path, tmp_path: Path
) -> None:
    command = ("score", clips, "-o", tmp_path / "out", "--pipeline", settings(tmp_path))
    first = start(*command, "--log-json")
    assert first.stderr is not None
    while '"begin"' not in first.stderr.readline():
        pass
    first.send_signal(signal.SIGSTOP)
    status, out, err = command_here(*command, "--every", 2)
    (line,) = err.splitlines()
    assert (status, out) == (1, "")
    assert line.startswith("videoemo: a run with other settings is at work in ")
    assert f"(process {first.pid} on " in line
    assert "; from its to yours: every was 1, is 2): wait until it has ended" in line
    first.send_signal(signal.SIGCONT)
    first.communicate()
    assert first.returncode == 0
    assert contents(tmp_path / "out") == contents(uninterrupted)
    assert command_here(*command, "--every", 2)[0] == 0

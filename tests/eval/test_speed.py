"""The figures of speed on made-up rows: no peer is run, and nothing is timed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from eval.support import results
from eval.support.clips import cut, looped, shortened
from eval.support.core_model import frames_a_second
from eval.support.markdown import block, rewrite
from eval.support.results import (
    Cores,
    Help,
    Machine,
    Row,
    Short,
    Speed,
    Versions,
    load,
    ratio_to_faster,
    save,
)
from eval.support.speed_table import markdown
from eval.support.workers import Worker
from tests.support.paths import ROOT
from videoemo.errors import InputError, RecipeError, VideoemoError
from videoemo.util.timings import STAGES
from videoemo.video import probe

EVAL = ROOT / "eval"


def made_up(clip: str = "group_1080p.mp4", peer: Any = "fer", **given: Any) -> Row:
    """A row in which we are twelve times as fast, unless told otherwise."""
    said: dict[str, Any] = {
        "runs": 5,
        "clip": clip,
        "peer": peer,
        "extractor": "toy",
        "frames": 100,
        "ours_faces": 7,
        "peer_faces": 8,
        "ours_fps": 24.0,
        "ours_range": (23.0, 25.0),
        "peer_fps": 2.0,
        "peer_range": (1.5, 2.5),
        "ratio": 12.0,
        "nms_share": 0.01,
    }
    return Row(**(said | given))


def speed(*rows: Row) -> Speed:
    """Results of these rows only."""
    machine = Machine(cpu="toy", cores=2, system="Linux x86_64")
    return Speed(
        command="python -m eval.speed",
        machine=machine,
        versions=Versions(ours="videoemo 0"),
        rows=rows,
    )


def test_the_file_holds_what_was_measured(tmp_path: Path) -> None:
    save(speed(made_up()), tmp_path / "speed.json")
    assert load(tmp_path / "speed.json") == speed(made_up())


def test_a_row_in_the_file_has_the_keys_that_were_promised(tmp_path: Path) -> None:
    save(speed(made_up()), tmp_path / "speed.json")
    (row,) = json.loads((tmp_path / "speed.json").read_text())["rows"]
    assert {
        "clip",
        "peer",
        "ours_fps",
        "peer_fps",
        "ratio",
        "ours_range",
        "peer_range",
    } <= row.keys()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("peer", "deepface"),
        ("ratio", 11.0),
        ("ours_fps", 30.0),
        ("ours_range", [23.0]),
        ("frames", "100"),
        ("runs", 0),
        ("speed", 1.0),
    ],
    ids=[
        "unknown peer",
        "ratio of other figures",
        "median outside its range",
        "half a range",
        "text for a number",
        "medians of nothing",
        "unknown key",
    ],
)
def test_a_file_that_cannot_be_right_is_refused(tmp_path: Path, key: str, value: object) -> None:
    content = asdict(speed(made_up()))
    content["rows"][0][key] = value
    (tmp_path / "speed.json").write_text(json.dumps(content))
    with pytest.raises(RecipeError, match=key):
        load(tmp_path / "speed.json")


def test_the_faster_of_two_engines_counts() -> None:
    rows = (
        made_up(peer="emotiefflib-torch"),
        made_up(peer="emotiefflib-onnx", peer_fps=2.4, ratio=10.0),
    )
    assert ratio_to_faster(rows, "group_1080p.mp4", "emotiefflib") == 10.0
    assert ratio_to_faster(rows[:1], "group_1080p.mp4", "emotiefflib") is None


def test_fer_is_held_to_its_bar_as_it_is() -> None:
    rows = (
        made_up(peer="fer", peer_fps=2.4, ratio=10.0),
        made_up(peer="fer40px", peer_fps=4.8, peer_range=(4.0, 5.0), ratio=5.0),
    )
    assert ratio_to_faster(rows, "group_1080p.mp4", "fer") == 10.0


@pytest.mark.parametrize(
    ("ours_fps", "bars", "verdict"),
    [
        (24.0, (10, 12), "10 (12): goal reached"),
        (21.0, (10, 12), "10 (12): reached"),
        (18.0, (10, 12), "10 (12): missed"),
        (24.0, (10, None), "10: reached"),
        (18.0, (10, None), "10: missed"),
    ],
    ids=["goal", "bar", "loss", "bar alone", "loss by the bar alone"],
)
def test_the_table_says_what_is_reached_and_what_is_missed(
    ours_fps: float, bars: tuple[int, int | None], verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(results.BARS, ("group_1080p.mp4", "fer"), bars)
    row = made_up(ours_fps=ours_fps, ours_range=(ours_fps, ours_fps), ratio=ours_fps / 2)
    assert f"| {verdict} |" in markdown(speed(row))


def test_the_table_says_of_how_many_runs_each_part_of_it_is() -> None:
    given = replace(
        speed(made_up(runs=3), made_up(peer="fer40px", runs=4)),
        help=(Help(runs=1, seconds=0.2, seconds_range=(0.2, 0.2)),),
    )
    text = markdown(given)
    assert "Beside others, in turns (medians of 3 to 4 runs):" in text
    assert "(at most 0.25; median of 1 run)" in text


def test_every_bar_of_the_project_is_in_the_table() -> None:
    rows = [
        made_up(clip=clip, peer=peer)
        for clip, against in results.BARS
        for peer in ("emotiefflib-torch", "emotiefflib-onnx", "fer")
        if peer[:3] == against[:3]
    ]
    text = markdown(speed(*rows))
    asked = [f"{least} ({goal})" if goal else str(least) for least, goal in results.BARS.values()]
    assert all(f"| {bar}: " in text for bar in asked)


def test_the_file_and_the_table_have_what_commands_take(tmp_path: Path) -> None:
    given = replace(
        speed(),
        help=(Help(runs=5, seconds=0.2, seconds_range=(0.1, 0.3)),),
        short=(
            Short(
                clip="toy.mp4",
                n_videos=1000,
                video_seconds=2.0,
                frames=48000,
                seconds=200.0,
                long_seconds=170.0,
            ),
        ),
        cores=cores(1, (80.0, 48.0)),
    )
    save(given, tmp_path / "speed.json")
    assert load(tmp_path / "speed.json") == given
    text = markdown(given)
    assert "`videoemo --help` in 0.20 (0.10 to 0.30) s (at most 0.25; median of 5 runs)" in text
    assert "1,000 videos of 2.0 s of toy.mp4, 48,000 frames, in 200 s: 85% of the frames/s" in text
    assert "| one | 10 | 17 | 28 | 28 |" in text


def cores(n_videos: int, seconds: tuple[float, float]) -> tuple[Cores, ...]:
    return tuple(
        Cores(clip="toy.mp4", n_videos=n_videos, cores=n, frames=800, seconds=each)
        for n, each in enumerate(seconds, start=1)
    )


def test_more_cores_are_worth_what_was_not_done_by_one() -> None:
    measured = cores(60, (80.0, 48.0))  # of 0.1 s a frame 0.02 are serial
    given = [frames_a_second(measured, n) for n in (1, 2, 8)]
    assert given == pytest.approx([10, 800 / 48, 1 / (0.02 + 0.08 / 8)])
    better_than_twice = cores(60, (80.0, 38.0))
    assert frames_a_second(better_than_twice, 8) == pytest.approx(80)


def test_a_table_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- speed -->\nold\n<!-- end of speed -->\nafter\n")
    rewrite(readme, "speed", "new\n")
    assert readme.read_text() == "before\n<!-- speed -->\nnew\n<!-- end of speed -->\nafter\n"
    with pytest.raises(InputError, match="agreement"):
        rewrite(readme, "agreement", "new\n")


def test_the_readme_shows_the_figures_in_the_file() -> None:
    measured = EVAL / "results" / "speed.json"
    expected = markdown(load(measured)) if measured.is_file() else "Not measured yet.\n"
    assert block(EVAL / "README.md", "speed") == expected


@pytest.fixture(scope="module")
def clip(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some frames of two portraits."""
    return shortened(demo, tmp_path_factory.mktemp("clip") / "clip.mp4", frames=10)


def test_a_worker_says_what_a_pass_took_and_found(clip: Path) -> None:
    with Worker(Path(sys.executable), "ours") as worker:
        passes = [worker(clip) for _ in range(2)]
    assert all(n >= 1 for n in worker.facts["threads"].values())
    assert [(one["frames"], one["faces"]) for one in passes] == [(10, 20)] * 2
    assert all(
        one["seconds"] > 0 and one["cpu_seconds"] > 0 and list(one["stages"]) == list(STAGES)
        for one in passes
    )


def test_the_parts_are_the_calls_that_the_whole_makes(clip: Path) -> None:
    with Worker(Path(sys.executable), "parts") as worker:
        done = worker(clip)
    assert done["calls"]["decoding"] == 2  # the container is probed, and decoded
    assert done["calls"]["networks"] >= 4  # P-, R- and O-Net, and the extractor
    assert 0 < done["decoding"] < done["whole"]["cpu_seconds"]


def test_what_runs_in_the_peers_environments_needs_python_alone() -> None:
    modules = ("peer_emotiefflib", "peer_fer", "random_b0", "harness", "torchvision_nms")
    imports = f"import {', '.join(f'eval.support.{name}' for name in modules)}"
    # -S: without any package that is installed.
    subprocess.run([sys.executable, "-S", "-c", imports], cwd=ROOT, check=True)


def test_a_worker_that_cannot_start_says_why() -> None:
    with pytest.raises(VideoemoError, match="unknown extractor 'nobody'"):
        Worker(Path(sys.executable), "ours", "nobody")


@pytest.mark.parametrize("name", ["emotiefflib", "fer"])
def test_the_peers_have_exact_versions(name: str) -> None:
    lines = (EVAL / "support" / f"{name}.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines if not line.startswith("#"))


def test_a_clip_is_made_longer_and_shorter(clip: Path, tmp_path: Path) -> None:
    whole = probe(clip)
    longer = probe(looped(clip, tmp_path / "longer.mp4", minutes=1.5 * whole.duration / 60))
    assert len(longer.seconds) == 2 * len(whole.seconds)
    assert len(probe(shortened(clip, tmp_path / "shorter.mp4", frames=4)).seconds) == 4


def test_a_clip_is_cut_into_pieces_that_hold_its_frames(clip: Path, tmp_path: Path) -> None:
    whole = probe(clip)
    length = len(whole.seconds) * 2 // 5  # so that two are full
    joined = tmp_path / "joined.mp4"
    pieces = cut(clip, tmp_path, joined, seconds=float(whole.seconds[length]))
    assert [len(probe(piece).seconds) for piece in pieces] == [length] * 2
    assert len(probe(joined).seconds) == 2 * length
    assert probe(joined).keyframes.tolist() == [0, length]

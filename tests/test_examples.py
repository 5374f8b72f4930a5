"""The scripts of examples/ run as they stand."""

from __future__ import annotations

import csv
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.feature_tables import toy_table
from tests.support.paths import ROOT
from videoemo.cli.demo_clip import write_portrait
from videoemo.features.table import write_table
from videoemo.labels import AFFECTNET_8

EXAMPLES = ROOT / "examples"


Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What a script prints, run in this process and in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")

    def run(script: str, *args: object) -> str:
        monkeypatch.setattr(sys, "argv", [script, *map(str, args)])
        capsys.readouterr()
        runpy.run_path(str(EXAMPLES / script), run_name="__main__")
        return capsys.readouterr().out

    return run


def write_results(folder: Path, happiness: dict[str, float]) -> None:
    """What `score` leaves of videos: one person each, and a false face that is neutral."""
    folder.mkdir()
    with (folder / "videos.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["video", "status"], *([name, "ok"] for name in happiness)])
    for video, share in happiness.items():
        (folder / video).mkdir(parents=True)
        with (folder / video / "tracks.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, ["track", "frames", *AFFECTNET_8], restval=0.0)
            table.writeheader()
            table.writerow(
                {"track": 0, "frames": 90, "happiness": share, "neutral": round(1 - share, 3)}
            )
            table.writerow({"track": 1, "frames": 2, "neutral": 1.0})


def test_a_video_becomes_a_plot(run: Run, tmp_path: Path) -> None:
    write_portrait(tmp_path / "portrait.png")
    said = run("01_one_video.py", "portrait.png", "plot.png")
    assert "1 frames, a face in 100%" in said
    assert (tmp_path / "plot.png").stat().st_size > 10_000


def test_two_folders_are_compared_over_persons_and_videos(run: Run, tmp_path: Path) -> None:
    shares = {f"control/{i}.mp4": 0.1 + 0.01 * i for i in range(5)}
    shares |= {f"treated/{i}.mp4": 0.4 + 0.01 * i for i in range(5)}
    write_results(tmp_path / "results", shares)
    said = run("02_compare_groups.py", "results", "control", "treated")
    (row,) = (line.split() for line in said.splitlines() if line.startswith("happiness"))
    first, second, difference, low, high = map(float, row[1:])
    assert (first, second, difference) == pytest.approx((0.12, 0.42, 0.3))
    assert 0.25 < low < 0.3 < high < 0.35


def test_labelled_clips_become_a_classifier_that_was_judged(run: Run, tmp_path: Path) -> None:
    write_table(toy_table(n=42, n_groups=14), tmp_path / "toy.parquet")
    said = run("03_classify_clips.py", "toy.parquet", "svc")
    assert "no group stands on both sides" in said
    assert "it says" in said
    assert (tmp_path / "report" / "report.json").is_file()
    assert (tmp_path / "fitted" / "toy-svc.skops").is_file()

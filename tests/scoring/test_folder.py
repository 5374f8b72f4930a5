"""A folder scored: what is an input and what is not, and where the results go."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.support.commands import SETTINGS, Run, settings
from tests.support.layouts import make
from tests.support.outputs import files, rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures by the names of files of ours, a folder by that of a video, and a text."""
    made = make(tmp_path / "in", "notes.txt")
    for name in ("overview.png", "videos.csv/Summary.json.png", "a.png"):
        (made / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (64, 48)).save(made / name)
    (made / "folder.mp4").mkdir()
    return made


def test_inputs_by_the_names_of_files_of_ours_and_results_of_other_runs(
    folder: Path, tmp_path: Path, videoemo: Run
) -> None:
    inputs = ["a.png", "folder.mp4", "overview.png", "videos.csv/Summary.json.png"]
    status, said, told = videoemo("score", folder, "-o", folder / "out1")
    assert (status, said.splitlines()[0].split(":")[0]) == (3, "3 videos scored, 1 failed")
    assert "notice: not scored: 1 .txt\n" in told
    table = rows(folder / "out1" / "videos.csv")
    assert [(row["video"], row["status"]) for row in table] == [
        (name, "failed" if name == "folder.mp4" else "ok") for name in inputs
    ]
    assert {name for name in files(folder / "out1") if name.endswith("faces.parquet")} == {
        "a.png/faces.parquet",
        "overview.png.results/faces.parquet",
        "videos.csv.results/Summary.json.png/faces.parquet",
    }
    assert (folder / "out1" / "overview.png").is_file()

    off = settings(tmp_path, SETTINGS)
    status, _, told = videoemo("score", folder, "-o", folder / "out2", "--pipeline", off)
    assert status == 3
    assert [row["video"] for row in rows(folder / "out2" / "videos.csv")] == inputs
    assert f"not searched: 1 folder with results of videoemo ({folder / 'out1'})" in told

    (folder / "overview.png").unlink()
    # Pages of a report belong to their videos: one that is there keeps its own, without a word.
    make(folder / "out1", "a.png/report.html", "overview.png.results/report.html")
    (folder / "out1" / "a.png" / "notes.txt").write_text("mine")
    corrected = folder / "out1" / "overview.png.results" / "corrections.csv"
    corrected.write_text("mine")
    command = ("score", folder, "-o", folder / "out1", "--pipeline", off)
    line = "4 results (overview.png, a.png (timeline.png), overview.png.results and 1 more)"
    status, said, _ = videoemo(*command, "--dry-run")
    assert f"still holds what this run does not make: {line}; --prune removes that" in said
    status, _, told = videoemo(*command)
    assert f"still holds what this run does not make: {line}; --prune removes that" in told
    status, _, told = videoemo(*command, "--prune")
    assert f"notice: removed, since this run does not make them: {line}\n" in told
    assert (folder / "out1" / "a.png" / "notes.txt").read_text() == "mine"
    assert (folder / "out1" / "a.png" / "report.html").is_file()
    assert {name.split("/")[0] for name in files(folder / "out1")} == {
        *(".videoemo", ".videoemo-results", "a.png", "errors.csv", "summary.json", "videos.csv"),
        *("overview.png.results", "videos.csv.results"),
    }
    assert corrected.read_text() == "mine"
    assert "does not make" not in videoemo(*command, "--prune")[2]


def test_results_among_the_videos_are_refused_before_anything_is_written(
    folder: Path, videoemo: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = files(folder)
    status, _, told = videoemo("score", ".", "-o", ".")
    assert status == 1
    assert "results go apart from videos" in told
    assert "such as -o results" in told
    assert files(folder) == before

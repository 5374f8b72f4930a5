"""Results of several runs in one folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.clips import write_clip
from tests.support.commands import Run
from tests.support.here import command_here
from tests.support.outputs import contents
from videoemo.tables.videos import VideoRow, write_videos


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two folders with a clip each; in the second, one that is broken too."""
    folder = tmp_path_factory.mktemp("clips")
    for name, n in (("a", 2), ("b", 3)):
        (folder / name).mkdir()
        write_clip(folder / name / f"{name}.mp4", n=n)
    (folder / "b" / "broken.mp4").write_text("no video")
    (folder / "mine.toml").write_text("[outputs]\npictures = false\n")
    return folder


@pytest.fixture(scope="module")
def runs(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for name in ("a", "b"):
        command_here("score", clips / name, "-o", folder / name, "--pipeline", clips / "mine.toml")
    return folder


@pytest.fixture
def scored(runs: Path, tmp_path: Path) -> Path:
    """A run of each folder."""
    for name in ("a", "b"):
        shutil.copytree(runs / name, tmp_path / name)
    return tmp_path


def test_the_tables_are_those_of_one_run_over_all(scored: Path, clips: Path, videoemo: Run) -> None:
    status, out, _ = videoemo("merge", scored / "a", scored / "b", "-o", scored / "merged")
    assert (status, out.startswith("2 videos scored, 1 failed")) == (3, True)
    (scored / "in").mkdir()
    for path in clips.glob("[ab]/*"):
        (scored / "in" / path.name).hardlink_to(path)
    videoemo("score", scored / "in", "-o", scored / "one", "--pipeline", clips / "mine.toml")
    merged, one = contents(scored / "merged"), contents(scored / "one")
    assert merged["a.mp4/faces.parquet"] == one["a.mp4/faces.parquet"]
    rows = [
        (scored / name / "videos.csv").read_text().replace(str(clips / "b"), str(scored / "in"))
        for name in ("merged", "one")
    ]
    assert rows[0] == rows[1]
    assert merged.keys() == one.keys()


def test_a_run_goes_on_in_a_merged_folder(scored: Path, clips: Path, videoemo: Run) -> None:
    videoemo("merge", scored / "a", "-o", scored / "merged")
    assert (
        "1 of them before"
        in videoemo(
            "score", clips / "a", "-o", scored / "merged", "--pipeline", clips / "mine.toml"
        )[1]
    )


def test_runs_with_different_settings_are_refused(scored: Path, clips: Path, videoemo: Run) -> None:
    videoemo(
        "score", clips / "b", "-o", scored / "b", "--pipeline", clips / "mine.toml", "--every", 2
    )
    status, _, err = videoemo("merge", scored / "a", scored / "b", "-o", scored / "merged")
    assert (status, (scored / "merged").exists()) == (1, False)
    assert (
        f"{scored / 'b'} was made with other settings than {scored / 'a'} (every was 1, is 2)"
        in err
    )


def test_one_name_for_two_videos_is_refused(scored: Path, clips: Path, videoemo: Run) -> None:
    (scored / "in").mkdir()
    write_clip(scored / "in" / "a.mp4", n=5)
    videoemo("score", scored / "in", "-o", scored / "other", "--pipeline", clips / "mine.toml")
    assert (
        "a.mp4 is not the same video in"
        in videoemo("merge", scored / "a", scored / "other", "-o", scored / "merged")[2]
    )


def test_a_folder_without_results_is_refused_in_one_line(tmp_path: Path, videoemo: Run) -> None:
    status, _, err = videoemo("merge", tmp_path, "-o", tmp_path / "out")
    assert (status, len(err.splitlines())) == (1, 1)
    assert "holds no results of a finished run" in err


@pytest.mark.parametrize(
    "name", ["../../evil", "/tmp/evil", "a/../b", "a//b", "./a", "a/", "", "a\0"]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(
    tmp_path: Path, videoemo: Run, name: str
) -> None:
    (tmp_path / "in").mkdir()
    write_videos([VideoRow(video=name)], (), tmp_path / "in" / "videos.csv")
    status, _, err = videoemo("merge", tmp_path / "in", "-o", tmp_path / "out")
    assert (status, (tmp_path / "out").exists()) == (1, False)
    (line,) = err.splitlines()
    assert "cannot be that of a folder of results" in line


def test_a_result_without_a_key_is_refused_in_one_line(scored: Path, videoemo: Run) -> None:
    (scored / "a" / "a.mp4" / "summary.json").write_text('{"video": "a.mp4", "key": []}')
    status, _, err = videoemo("merge", scored / "a", "-o", scored / "merged")
    assert (status, len(err.splitlines())) == (1, 1)
    assert "the results of a.mp4" in err


HEADING = "frame,seconds,track,x,y,width,height,expression\n"


def correct(out: Path, row: str = "1,0.04,0,1,2,30,40,happiness\n") -> Path:
    """Somebody put the video a.mp4 of a run right."""
    path = out / "a.mp4" / "corrections.csv"
    path.write_text(HEADING + row)
    return path


def test_corrections_go_with_the_results_that_they_correct(
    scored: Path, clips: Path, videoemo: Run
) -> None:
    given = correct(scored / "a").read_text()
    videoemo("merge", scored / "a", scored / "b", "-o", scored / "merged")
    assert (scored / "merged" / "a.mp4" / "corrections.csv").read_text() == given
    (scored / "merged" / "a.mp4" / "corrections.csv").unlink()  # results are there, and stay
    assert videoemo("merge", scored / "a", "-o", scored / "merged")[0] == 0
    assert (scored / "merged" / "a.mp4" / "corrections.csv").read_text() == given
    mine = ("--pipeline", clips / "mine.toml")
    status, _, _ = videoemo("score", clips / "a", "-o", scored / "merged", *mine, "--redo")
    assert (status, (scored / "merged" / "a.mp4" / "corrections.csv").read_text()) == (0, given)


def test_two_corrections_of_one_video_are_refused(scored: Path, videoemo: Run) -> None:
    correct(scored / "a")
    shutil.copytree(scored / "a", scored / "again")
    assert videoemo("merge", scored / "a", scored / "again", "-o", scored / "one")[0] == 0
    other = correct(scored / "again", row="1,0.04,,,,,,\n").read_text()
    for folders, out in ((("a", "again"), "two"), (("again",), "one")):
        status, _, err = videoemo("merge", *(scored / name for name in folders), "-o", scored / out)
        assert (status, len(err.splitlines())) == (1, 1)
        assert "the corrections of a.mp4 in" in err
        assert "differ" in err
    assert not (scored / "two").exists()
    assert (scored / "one" / "a.mp4" / "corrections.csv").read_text() != other


def test_damaged_corrections_are_refused_in_one_line(scored: Path, videoemo: Run) -> None:
    correct(scored / "a", row="1,0.04,0,1,2,30,40,joy\n")
    status, _, err = videoemo("merge", scored / "a", "-o", scored / "merged")
    assert (status, (scored / "merged").exists()) == (1, False)
    (line,) = err.splitlines()
    assert "corrections.csv' is damaged (expression: expected one of" in line

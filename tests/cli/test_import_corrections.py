"""The command `import-corrections`, from what `export --format cvat` wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Run
from tests.support.cvat import Track, dump, load
from tests.support.results import MadeUp, two_persons, write_results
from videoemo.results import load_results

EVERY = range(50)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    made = MadeUp(two_persons())
    return write_results(tmp_path / "out", {"a.mp4": made, "b.mp4": made})


@pytest.fixture
def tracks(out: Path, videoemo: Run) -> list[Track]:
    """What CVAT has of a.mp4, person 1 of which is somebody else in two frames."""
    assert videoemo("export", out, "--format", "cvat")[0] == 0
    tracks = load(out / "a.mp4" / "a.cvat.xml")
    one = next(track for track in tracks if track.person == "1")
    one.say("sadness", frames=range(3, 5))
    return [*tracks, one.split(range(3, 5), person="4")]


def test_corrections_come_back_beside_the_tables_of_their_video(
    videoemo: Run, out: Path, tracks: list[Track], tmp_path: Path
) -> None:
    corrected = dump(tmp_path / "corrected.xml", tracks, frames=EVERY)
    status, said, err = videoemo("import-corrections", corrected, out)
    assert (status, err) == (0, "")
    path = out / "a.mp4" / "corrections.csv"
    assert said == f"2 of 50 frames corrected, 2 expressions among that, in {path}\n"
    results = load_results(out)
    assert set(results.video("a.mp4").table.track.tolist()) == {0, 1, 4}
    assert results.video("b.mp4").corrections is None
    status, _, err = videoemo("export", out, "--format", "cvat")
    assert (status, "kept: 1 file" in err) == (3, True)


def test_another_video_is_corrected_where_it_is_named(
    videoemo: Run, out: Path, tracks: list[Track], tmp_path: Path
) -> None:
    corrected = dump(tmp_path / "corrected.xml", tracks, frames=EVERY, source="renamed.mp4")
    status, _, err = videoemo("import-corrections", corrected, out)
    assert (status, err.count("\n")) == (1, 1)
    assert "name one with --video" in err
    status, _, err = videoemo("import-corrections", corrected, out, "--video", "b.mpp")
    assert (status, "did you mean 'b.mp4'?" in err) == (1, True)
    assert videoemo("import-corrections", corrected, out, "--video", "b.mp4")[0] == 0
    assert load_results(out).video("b.mp4").corrections is not None


def test_what_cannot_be_taken_back_is_one_line(
    videoemo: Run, out: Path, tracks: list[Track], tmp_path: Path
) -> None:
    good = dump(tmp_path / "good.xml", tracks, frames=EVERY)
    (tmp_path / "bad.xml").write_text("<!DOCTYPE x><annotations/>")
    for words, reason in (
        ((tmp_path / "bad.xml", out), "declares a document type"),
        ((tmp_path / "none.xml", out), "cannot read"),
        ((good, tmp_path), "no results"),
        ((good, out / "a.mp4"), "the folder above"),
    ):
        status, _, err = videoemo("import-corrections", *words)
        assert (status, err.count("\n")) == (1, 1)
        assert reason in err
    assert not list(out.rglob("corrections.csv"))


def test_damaged_corrections_of_before_are_one_line(
    videoemo: Run, out: Path, tracks: list[Track], tmp_path: Path
) -> None:
    (out / "a.mp4" / "corrections.csv").write_text("much work")
    good = dump(tmp_path / "good.xml", tracks, frames=EVERY)
    status, _, err = videoemo("import-corrections", good, out)
    assert (status, err.count("\n")) == (1, 1)
    assert "corrections.csv' is damaged" in err
    assert (out / "a.mp4" / "corrections.csv").read_text() == "much work"

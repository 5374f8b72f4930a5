"""The command `export`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import Run
from tests.support.outputs import contents
from tests.support.results import MadeUp, write_results
from tests.support.rows import rows
from videoemo.exports.formats import FORMATS
from videoemo.tables.summary import Failure

ALL = [word for one in FORMATS for word in ("--format", one.name)]
SAD = MadeUp(rows([(i, i / 25, 0, 0.1) for i in range(20)]))
FACELESS = MadeUp(rows([(i, i / 25, None, 0) for i in range(20)]))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write_results(
        tmp_path / "out",
        {"a.mp4": SAD, "day/<img src=x>.mp4": SAD, "nobody.mp4": FACELESS},
        failures=[Failure("torn.mp4", "decode", "UnreadableVideoError", "it is torn")],
    )


def test_every_format_is_written_beside_the_tables_and_a_second_time_is_there(
    videoemo: Run, out: Path
) -> None:
    before = contents(out)
    status, said, err = videoemo("export", out, *ALL)
    assert status == 0
    new = {name for name in contents(out) if name not in before}
    assert len(new) >= 3 * len(FORMATS)
    assert f"{len(new)} files written" in said
    assert "notice: nobody.mp4: no face, and so no annotations (elan, boris" in err
    written = contents(out)
    assert {name: written[name] for name in before} == before
    status, said, _ = videoemo("export", out, *ALL)
    assert (status, contents(out)) == (0, written)
    assert f"0 files written beside the tables, {len(new)} were there" in said


def test_a_file_that_somebody_worked_on_is_kept(videoemo: Run, out: Path) -> None:
    videoemo("export", out, "--format", "elan")
    edited = out / "a.mp4" / "a.eaf"
    edited.write_text("much work", encoding="utf-8")
    status, _, err = videoemo("export", out, "--format", "elan")
    assert (status, edited.read_text(encoding="utf-8")) == (3, "much work")
    assert "kept: 1 file" in err
    assert "--redo replaces" in err
    assert videoemo("export", out, "--format", "elan", "--redo")[0] == 0
    assert edited.read_text(encoding="utf-8").startswith("<?xml")


def test_what_was_exported_outlives_new_results_and_is_no_surplus(
    videoemo: Run, out: Path, tmp_path: Path
) -> None:
    videoemo("export", out, *ALL)
    exported = {path for path in out.rglob("a.*") if path.is_file()}
    assert len(exported) >= len(FORMATS)
    write_results(out, {"a.mp4": SAD})
    assert all(path.is_file() for path in exported)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "b.mp4").write_bytes(b"a video")
    status, said, err = videoemo("score", tmp_path / "in", "-o", out, "--dry-run")
    assert "a.mp4" in said + err
    assert not [one.name for one in exported if f"({one.name}" in said + err]
    status, _, err = videoemo("score", out, "-o", tmp_path / "again")
    assert (status, err.count("\n")) == (1, 1)


def test_results_that_cannot_be_read_are_told_and_the_others_go_on(
    videoemo: Run, out: Path
) -> None:
    (out / "a.mp4" / "faces.parquet").write_bytes(b"torn")
    status, said, err = videoemo("export", out, "--format", "srt")
    assert status == 3
    assert "2 files written" in said
    assert [line for line in err.splitlines() if line.startswith("failed: ")] == [
        line for line in err.splitlines() if "faces.parquet" in line
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--format", "elann"], "no format 'elann': did you mean 'elan'?"),
        (["--format", "spss"], f"allowed: {', '.join(one.name for one in FORMATS)}"),
        ([], "Missing option '--format'"),
    ],
    ids=["near", "far", "none"],
)
def test_a_format_that_is_not_there_is_one_line(
    videoemo: Run, out: Path, words: list[str], said: str
) -> None:
    status, _, err = videoemo("export", out, *words)
    assert status in (1, 2)
    assert said in err
    assert err.count("\n") == 1


def test_a_grid_is_written_where_a_rate_is_given(videoemo: Run, out: Path) -> None:
    assert videoemo("export", out, "--grid", "5")[0] == 0
    assert len((out / "a.mp4" / "a.grid.csv").read_text().splitlines()) == 1 + 4
    for rate in ("0", "nan", "1e9", "-1"):
        status, _, err = videoemo("export", out, f"--grid={rate}")
        assert (status, err.count("\n")) == (1, 1)
        assert "give a number above 0" in err


def test_a_folder_without_a_scored_video_is_one_line(videoemo: Run, tmp_path: Path) -> None:
    failure = Failure("torn.mp4", "decode", "UnreadableVideoError", "it is torn")
    failed = write_results(tmp_path / "failed", {}, failures=[failure])
    for folder, reason in ((failed, "no video that was scored"), (tmp_path, "no results")):
        status, _, err = videoemo("export", folder, "--format", "elan")
        assert (status, err.count("\n")) == (1, 1)
        assert reason in err


def test_the_help_names_every_format(videoemo: Run) -> None:
    _, page, _ = videoemo("export", "--help")
    assert all(f"\n  {one.name} " in page and one.files in page for one in FORMATS)

"""A report written: pages and index, only what has changed, and what stands in the way."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Run
from tests.support.results import MadeUp, two_persons, write_results
from videoemo.errors import InputError
from videoemo.report.write import Report, write_report
from videoemo.runs.progress import JsonProgress
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow

EVIL = "<img src=x onerror=alert(1)>.mp4"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Results of two videos that are not there any more, and of one that failed."""
    made = MadeUp(two_persons(), error="truncated")
    failure = Failure("broken.avi", "probe", "UnreadableVideoError", "no decoder can open it")
    return write_results(
        tmp_path / "out", {"a.mp4": made, f"day 1/{EVIL}": made}, failures=[failure]
    )


def report(out: Path, *, embed: bool = False) -> Report:
    return write_report(out, progress=JsonProgress(), embed=embed)


def listed(out: Path) -> dict[str, dict[str, Any]]:
    """The rows of the index, by the names of the videos."""
    text = (out / "index.js").read_text()
    content = json.loads(text.removeprefix("window.videoemoIndex = ").removesuffix(";\n"))
    rows = [dict(zip(content["columns"], row, strict=True)) for row in content["rows"]]
    return {row["video"]: row for row in rows}


def test_every_video_has_a_row_and_what_was_scored_a_page(out: Path) -> None:
    written = report(out)
    assert (written.pages, written.written, written.missing) == (2, 2, {})
    assert written.index == out / "index.html"
    rows = listed(out)
    assert [(name, row["status"]) for name, row in rows.items()] == [
        ("a.mp4", "ok"),
        (f"day 1/{EVIL}", "ok"),
        ("broken.avi", "failed"),
    ]
    assert rows["broken.avi"]["note"] == "no decoder can open it"
    assert (rows["a.mp4"]["note"], rows["a.mp4"]["persons"]) == ("truncated", 2)
    assert rows[f"day 1/{EVIL}"]["page"] == (
        "day%201/%3Cimg%20src%3Dx%20onerror%3Dalert%281%29%3E.mp4/report.html"
    )
    assert (out / "day 1" / EVIL / "report.html").is_file()


def test_no_name_is_markup_in_any_page(out: Path) -> None:
    report(out)
    for page in out.rglob("*.html"):
        assert "<img src=x" not in page.read_text()


def test_a_page_that_is_as_it_should_be_stays(out: Path) -> None:
    report(out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("report.*")}
    again = report(out)
    assert (again.pages, again.written) == (2, 0)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("report.*")} == before


@pytest.mark.parametrize("what", ["results", "page", "data", "video", "embed"])
def test_a_page_is_written_anew_where_something_is_another(
    out: Path, tmp_path: Path, what: str
) -> None:
    report(out)
    if what == "results":
        os.utime(out / "a.mp4" / "faces.parquet", ns=(1, 1))
    elif what == "page":
        (out / "a.mp4" / "report.html").unlink()
    elif what == "data":
        (out / "a.mp4" / "report.js").unlink()
    assert report(out, embed=what == "embed").written == {"video": 0, "embed": 2}.get(what, 1)
    assert (out / "a.mp4" / "report.html").is_file()


def test_an_interrupted_report_goes_on(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(JsonProgress):
        def end(self, row: VideoRow) -> None:
            super().end(row)
            if row.video != "a.mp4":
                raise KeyboardInterrupt

    monkeypatch.setattr("videoemo.report.write._INTERVAL", -1.0)
    with pytest.raises(KeyboardInterrupt):
        write_report(out, progress=Interrupted())
    assert [bool(row["page"]) for row in listed(out).values()] == [True, False, False]
    assert report(out).written == 1


def test_a_video_whose_tables_are_damaged_is_listed_without_a_page(out: Path) -> None:
    (out / "a.mp4" / "faces.parquet").write_bytes(b"PAR1")
    written = report(out)
    assert (written.pages, list(written.missing)) == (1, ["a.mp4"])
    row = listed(out)["a.mp4"]
    assert row["page"] == ""
    assert row["note"].startswith("truncated; no page: the results of a.mp4 in ")


def test_where_all_failed_there_is_an_index(tmp_path: Path) -> None:
    failure = Failure("broken.avi", "probe", "UnreadableVideoError", "no decoder can open it")
    made = MadeUp(two_persons())
    out = write_results(tmp_path / "out", {"a.mp4": made}, failures=[failure])
    shutil.rmtree(out / "a.mp4")
    written = report(out)
    assert (written.pages, list(written.missing)) == (0, ["a.mp4"])


def test_a_page_of_somebody_elses_is_not_overwritten(out: Path) -> None:
    (out / "index.html").write_text("<p>mine</p>")
    with pytest.raises(InputError, match=r"videoemo did not write .*index\.html.: move it"):
        report(out)
    assert (out / "index.html").read_text() == "<p>mine</p>"
    assert not (out / "a.mp4" / "report.html").exists()


def test_the_command_says_where_the_report_is(out: Path, videoemo: Run) -> None:
    status, said, told = videoemo("report", out)
    assert (status, said) == (0, f"report: {out / 'index.html'}, with 2 pages\n")
    status, said, told = videoemo("report", out)
    assert (status, said, told) == (
        0,
        f"report: {out / 'index.html'}, with 2 pages, 2 as before\n",
        "",
    )
    (out / "a.mp4" / "faces.parquet").unlink()
    status, said, told = videoemo("report", out)
    assert status == 3
    assert "without a page: 1 video; the index says why" in said
    assert "notice: no page of a.mp4: " in told


@pytest.mark.parametrize("content", ["empty", "missing", "video"])
def test_where_there_are_no_results_it_says_so_in_one_line(
    out: Path, tmp_path: Path, videoemo: Run, content: str
) -> None:
    folder = {"empty": tmp_path, "missing": tmp_path / "none", "video": out / "a.mp4"}[content]
    status, said, told = videoemo("report", folder)
    assert (status, said, told.count("\n")) == (1, "", 1)
    assert not (folder / "index.html").exists()


def test_the_index_leads_to_a_study_where_there_is_one(out: Path) -> None:
    report(out)
    link = '<a href="compare/report.html">'
    assert link not in (out / "index.html").read_text()
    (out / "compare").mkdir()
    (out / "compare" / "report.html").write_text("a study")
    report(out)
    assert link in (out / "index.html").read_text()
    # A page to mail goes without the others.
    report(out, embed=True)
    assert link not in (out / "index.html").read_text()

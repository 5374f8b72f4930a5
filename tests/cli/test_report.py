"""`score --report`: the report goes along with the results."""

from __future__ import annotations

from pathlib import Path

from tests.support.commands import Run
from videoemo.cli.demo_clip import write_portrait


def test_a_report_goes_along_with_the_results(videoemo: Run, tmp_path: Path) -> None:
    picture, out = write_portrait(tmp_path / "portrait.png"), tmp_path / "out"
    page = out / "portrait.png" / "report.html"
    command = ("score", picture, "-o", out)
    status, said, _ = videoemo(*command, "--report")
    assert status == 0
    assert said.endswith(f"report: {out / 'index.html'}, with 1 page\n")
    assert page.is_file()
    assert '"portrait.png/thumbnail.png"' in (out / "index.js").read_text()

    # A run that does nothing leaves it alone, and does not call it too much.
    status, said, told = videoemo(*command)
    assert "results of before" not in said
    assert "does not make" not in told
    assert page.is_file()

    # New results take their page away, and it is said that the list is of before.
    status, said, _ = videoemo(*command, "--redo")
    assert f"{out / 'index.html'} shows results of before: `videoemo report` writes it anew" in said
    assert not page.exists()
    status, said, _ = videoemo(*command, "--report", "--log-json")
    assert said.endswith("with 1 page\n")
    assert page.is_file()


def test_a_run_in_which_all_failed_has_a_report_that_says_so(videoemo: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    out = tmp_path / "out"
    status, said, _ = videoemo("score", tmp_path / "broken.mp4", "-o", out, "--report")
    assert status == 3
    assert f"report: {out / 'index.html'}, with 0 pages" in said
    assert '"failed"' in (out / "index.js").read_text()

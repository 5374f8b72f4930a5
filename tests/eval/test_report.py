"""Made-up results, of which `eval.report` measures reports, are results."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.support.made_up import RATE, faces, index_rows, write_results, write_video
from videoemo.config.pipeline import load_pipeline
from videoemo.inference.resolve import resolve
from videoemo.report.video_page import write_video_page
from videoemo.results import load_results

MINUTES = 0.05


def test_a_made_up_video_has_results_and_a_page(tmp_path: Path) -> None:
    resolved = resolve(load_pipeline(), notice=pytest.fail)
    video = write_video(tmp_path / "a.mp4", minutes=MINUTES)
    table = faces(MINUTES, 3, tuple(resolved.card.classes))
    write_results(tmp_path / "out", {video: table}, resolved)
    made = load_results(tmp_path / "out").video("a.mp4")
    assert made.source().status == "same"
    assert len(made.table.frame) == 3 * round(MINUTES * 60 * RATE)
    assert made.table.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert write_video_page(made).is_file()


def test_rows_of_an_index_are_as_many_as_asked_for() -> None:
    rows = index_rows(7, ("happiness", "sadness"), thumbnails=["a.png", "b.png"])
    assert len({row.page for row in rows}) == 7
    assert [row.picture for row in rows[:3]] == ["a.png", "b.png", "a.png"]

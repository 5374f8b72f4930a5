"""Corrections by hand are in all tables of a video."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import videoemo
from tests.support.results import MadeUp, two_persons, write_results
from tests.support.rows import CLASSES
from videoemo.errors import InputError
from videoemo.exports.export import export_results
from videoemo.exports.formats import find_formats
from videoemo.report.video_page import write_video_page
from videoemo.results import VideoResults
from videoemo.tables.corrections import CORRECTIONS, Corrections, write_corrections


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write_results(tmp_path, {"a.mp4": MadeUp(two_persons(20))})


def correct(out: Path, *, frames: range, track: int, expression: str) -> VideoResults:
    """Person 0 of some frames, alone in them, gets another number and expression."""
    table, n = two_persons(20), len(frames)
    rows = [int(np.flatnonzero((table.frame == i) & (table.track == 0))[0]) for i in frames]
    corrections = Corrections(
        frame=np.array(frames, np.int64),
        seconds=table.seconds[rows],
        track=np.full(n, track, np.int64),
        boxes=table.boxes[rows],
        expression=(expression,) * n,
    )
    write_corrections(corrections, out / "a.mp4" / CORRECTIONS)
    return videoemo.load_results(out).video("a.mp4")


def test_corrected_persons_and_expressions_are_in_every_table(out: Path) -> None:
    video = correct(out, frames=range(10), track=5, expression="happiness")
    first = video.table.frame < 10
    assert set(video.table.track[first].tolist()) == {5}
    assert {CLASSES[lead] for lead in video.leads[first]} == {"happiness"}
    assert [(one.track, one.expression, one.frames) for one in video.episodes] == [
        *((0, "happiness", 10), (1, "happiness", 6), (5, "happiness", 10))
    ]
    assert video.tracks["track"].to_pylist() == [0, 1, 5]
    assert video.group is not None
    assert video.group["faces"].tolist() == [1] * 10 + [2] * 6 + [1] * 4
    row = video.corrected_row
    assert (row.faces, row.face_frames, video.row.faces) == (26, 20, 36)
    results = videoemo.load_results(out)
    assert set(results.faces["track"]) == set(results.expressions["track"]) == {0, 1, 5}


def test_corrections_of_frames_that_are_not_there_are_told(out: Path) -> None:
    assert correct(out, frames=range(10), track=5, expression="").corrections_remark == ""
    write_results(out, {"a.mp4": MadeUp(two_persons(5))})
    video = videoemo.load_results(out).video("a.mp4")
    assert "frames that are no longer sampled" in video.corrections_remark
    assert set(video.table.track[video.table.frame < 5].tolist()) == {5}
    page = write_video_page(video).read_text(encoding="utf-8")
    assert "frames that are no longer sampled" in page
    remarks = export_results(videoemo.load_results(out), find_formats(["srt"])).remarks
    assert any("frames that are no longer sampled" in remark for remark in remarks)


def test_without_corrections_the_classes_that_lead_are_those_of_the_episodes(out: Path) -> None:
    video = videoemo.load_results(out).video("a.mp4")
    assert video.corrections is None
    shown = {CLASSES[lead] for lead in video.leads[video.table.track == 1]}
    assert shown == {one.expression for one in video.episodes if one.track == 1}


def test_damaged_corrections_are_told_and_not_left_out(out: Path) -> None:
    (out / "a.mp4" / CORRECTIONS).write_text("frame,seconds\n1,2\n")
    video = videoemo.load_results(out).video("a.mp4")
    with pytest.raises(InputError, match=r"corrections\.csv' is damaged .* mend it"):
        _ = video.table

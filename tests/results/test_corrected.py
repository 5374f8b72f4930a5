"""Results that somebody put right by hand: all that is read of a video goes by it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.results import MadeUp, two_persons, write_results
from videoemo.results import Results, load_results
from videoemo.tables.corrections import CORRECTIONS, Corrections, write_corrections

# In frames 10 to 19 persons 0 and 1 as they were found, and somebody whom nobody had seen.
ADDED, AFTER = range(10, 20), 15
BOXES = {0: (0, 0, 20, 30), 1: (10, 0, 20, 30), 7: (300, 100, 40, 50)}


@pytest.fixture
def results(tmp_path: Path) -> Results:
    out = write_results(tmp_path / "out", {"a.mp4": MadeUp(two_persons())})
    rows = [(frame, track) for frame in ADDED for track in BOXES]
    corrections = Corrections(
        np.array([frame for frame, _ in rows], np.int64),
        np.array([0.04 * frame for frame, _ in rows]),
        np.array([track for _, track in rows], np.int64),
        np.array([BOXES[track] for _, track in rows], np.float32),
        tuple("sadness" if track == 7 and frame >= AFTER else "" for frame, track in rows),
    )
    write_corrections(corrections, out / "a.mp4" / CORRECTIONS)
    return load_results(out)


def test_what_was_found_is_kept_beside_what_was_put_right(results: Results) -> None:
    video = results.video("a.mp4")
    assert set(video.detected.track.tolist()) == {0, 1}
    assert set(video.table.track.tolist()) == {0, 1, 7}
    assert {one.track for one in video.detected_episodes} == {0, 1}


def test_a_person_who_was_added_displays_what_somebody_said(results: Results) -> None:
    theirs = [one for one in results.video("a.mp4").episodes if one.track == 7]
    assert [(one.expression, one.frames) for one in theirs] == [("sadness", 5)]
    assert np.isnan(theirs[0].mean)
    others = [one for one in results.video("a.mp4").episodes if one.track != 7]
    found = results.video("a.mp4").detected_episodes
    assert [replace(one, mean=round(one.mean, 6)) for one in others] == found


def test_of_a_person_who_was_added_the_tables_say_what_is_known(results: Results) -> None:
    tracks = {row["track"]: row for row in results.tracks.to_dict("records")}
    names = ("frames", "x", "dominant", "changes")
    assert [tracks[7][name] for name in names] == [10, 300, "", 0]
    assert all(np.isnan(tracks[7][name]) for name in ("score", "yaw", "happiness"))
    assert tracks[0]["happiness"] == pytest.approx(0.55)
    assert results.group["faces"].max() == 2
    faces = results.faces
    assert faces.loc[faces["track"] == 7, "happiness"].isna().all()

"""Results as a derivative dataset of BIDS."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from tests.support.outputs import files
from tests.support.results import MadeUp, two_persons, write_results
from tests.support.rows import rows
from videoemo.exports.bids import export_bids
from videoemo.results import load_results
from videoemo.tables.corrections import CORRECTIONS, Corrections, write_corrections

ROOT = "derivatives/videoemo"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    faceless = MadeUp(rows([(0, 0.0, None, 0), (1, 0.5, None, 0)]))
    videos = {"sub-01/ses-pre/a.mp4": MadeUp(two_persons()), "b-1.mp4": faceless}
    out = write_results(tmp_path / "out", videos)
    for video in load_results(out).scored:
        for file in export_bids(video, 5.0).files:
            file.write(file.path)
    return out


def test_a_dataset_says_what_it_is(out: Path) -> None:
    about = json.loads((out / ROOT / "dataset_description.json").read_text())
    assert (about["BIDSVersion"], about["DatasetType"]) == ("1.11.1", "derivative")
    assert about["GeneratedBy"][0]["Name"] == "videoemo"
    assert (out / ROOT / "README.md").is_file()


def test_a_video_has_events_and_a_recording_of_each_person(out: Path) -> None:
    stem = "sub-01/ses-pre/beh/sub-01_ses-pre_task-video"
    found = {name for name in files(out / ROOT) if name.startswith(f"{stem}_")}
    assert found == {
        *(f"{stem}_events.{kind}" for kind in ("tsv", "json")),
        *(
            f"{stem}_recording-person{n}_physio.{kind}"
            for n in (0, 1)
            for kind in ("tsv.gz", "json")
        ),
    }
    assert [name for name in files(out / ROOT) if name.startswith("sub-b1/beh/")] == [
        "sub-b1/beh/sub-b1_task-video_events.json",
        "sub-b1/beh/sub-b1_task-video_events.tsv",
    ]


def test_the_json_says_of_which_video_a_file_is(out: Path) -> None:
    """In a description of a column: the validators differ in what else may stand there."""
    for path in (out / ROOT / "sub-b1/beh").glob("*_events.json"):
        about = json.loads(path.read_text())
        assert about["onset"]["Description"].endswith("the video b-1.mp4")
        assert all(isinstance(column, dict) for column in about.values())


def test_events_are_sorted_by_onset_with_what_is_missing_said(tmp_path: Path, out: Path) -> None:
    folder = out / "sub-01" / "ses-pre" / "a.mp4"
    video = load_results(out).video("sub-01/ses-pre/a.mp4")
    table = video.table
    given = [(0, 0.0, one, table.boxes[one].tolist(), "") for one in (0, 1)]
    given.append((0, 0.0, 2, [300, 0, 20, 30], "sadness"))
    frame, seconds, track, boxes, expression = zip(*given, strict=True)
    corrections = Corrections(
        np.array(frame), np.array(seconds), np.array(track), np.array(boxes, np.float32), expression
    )
    write_corrections(corrections, folder / CORRECTIONS)
    video = load_results(out).video(video.name)
    events = next(file for file in export_bids(video, None).files if file.path.suffix == ".tsv")
    events.write(tmp_path / "events.tsv")
    heading, *lines = (tmp_path / "events.tsv").read_text().splitlines()
    cells = [line.split("\t") for line in lines]
    assert heading == "onset\tduration\ttrial_type\tperson\tframes\tmean"
    assert [float(one[0]) for one in cells] == sorted(float(one[0]) for one in cells)
    assert ["0.000000", "0.040000", "sadness", "person2", "1", "n/a"] in cells


def test_a_recording_is_evenly_sampled_and_has_no_heading(out: Path) -> None:
    path = out / ROOT / "sub-01/ses-pre/beh/sub-01_ses-pre_task-video_recording-person1_physio.json"
    about = json.loads(path.read_text())
    assert about["Columns"] == ["happiness", "sadness"]
    assert (about["SamplingFrequency"], about["StartTime"]) == (5, 0)
    assert about["PhysioType"] == "generic"
    packed = path.with_suffix(".tsv.gz").read_bytes()
    lines = gzip.decompress(packed).decode().splitlines()
    assert lines == ["0.900000\t0.100000"] * 8  # 1.6 seconds
    assert packed[4:8] == bytes(4)  # no time of writing: the same bytes each time

"""Projects of BORIS, by what its own loader and its check of a project's integrity ask for
(`project_functions` of BORIS 10.0.2).
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.exports import exported, faces_showing, results_of
from videoemo.results import load_results
from videoemo.util.files import write_json
from videoemo.util.json_files import read_object


def load(path: Path) -> dict[str, Any]:
    """A project, found whole."""
    project: dict[str, Any] = json.loads(path.read_bytes().decode("ascii"))
    states = project["behaviors_conf"]
    codes = [state["code"] for state in states.values()]
    subjects = [subject["name"] for subject in project["subjects_conf"].values()]
    keys = [*(one["key"] for one in states.values() if one["key"])]
    assert len(set(codes)) == len(codes)
    assert len(set(keys)) == len(keys)
    for state in states.values():
        assert state["type"] == "State event"
        assert state["excluded"].split(",") == [code for code in codes if code != state["code"]]
    for name, observation in project["observations"].items():
        assert name == name.strip()
        assert set(observation["independent_variables"]) <= set(project["independent_variables"])
        for file in observation["file"]["1"]:
            for told in ("length", "fps", "hasVideo", "hasAudio"):
                assert file in observation["media_info"][told]
        events = observation["events"]
        assert events == sorted(events, key=lambda event: event[:3])
        assert all(len(event) == 6 and event[1] in subjects for event in events)
        pairs = Counter((subject, code, modifier) for _, subject, code, modifier, *_ in events)
        assert all(code in codes for _, code, _ in pairs)
        assert all(n % 2 == 0 for n in pairs.values())  # every state that starts stops
    return project


def test_a_state_takes_two_rows_its_start_and_its_stop(tmp_path: Path) -> None:
    displayed = {0: "4" * 20 + "5" * 20, 1: "." * 20 + "1" * 20}
    path, _ = exported(results_of(tmp_path, faces_showing(displayed)), "boris")
    project = load(path)
    assert path.name == "interview.boris"
    assert [event[:3] for event in project["observations"]["interview"]["events"]] == [
        [0.0, "person 0", "happiness"],
        [0.8, "person 0", "happiness"],
        [0.8, "person 0", "neutral"],
        [0.8, "person 1", "contempt"],
        [1.6, "person 0", "neutral"],
        [1.6, "person 1", "contempt"],
    ]


def test_the_media_is_named_from_the_file_with_its_rate(tmp_path: Path) -> None:
    (tmp_path / "interview.mp4").write_bytes(b"a video")
    table = faces_showing({0: "4" * 26})
    video = results_of(tmp_path / "out", table, path=tmp_path / "interview.mp4")
    observation = load(exported(video, "boris")[0])["observations"]["interview"]
    assert observation["file"] == {"1": ["../../interview.mp4"]}
    assert observation["media_info"]["fps"] == {"../../interview.mp4": 25.0}
    assert observation["media_info"]["length"] == {"../../interview.mp4": 1.0}


def test_codes_hold_nothing_that_parts_codes(tmp_path: Path) -> None:
    classes = ("up|down", "up/down", "-> \u559c", "<b>&")
    displayed = {0: "".join(str(i) * 10 for i in range(4))}
    path, _ = exported(results_of(tmp_path, faces_showing(displayed, classes=classes)), "boris")
    project = load(path)
    codes = [state["code"] for state in project["behaviors_conf"].values()]
    assert codes == ["up/down", "up/down'", "-> \u559c", "<b>&"]


def test_a_video_without_a_face_gives_a_project_without_events(tmp_path: Path) -> None:
    path, remarks = exported(results_of(tmp_path, faces_showing({0: "." * 9})), "boris")
    assert load(path)["observations"]["interview"]["events"] == []
    assert "no face, and so no annotations" in remarks


def test_a_path_of_any_name_comes_back(tmp_path: Path) -> None:
    name = "a\\x41 caf\udce9\n\u202e.mp4"
    video = results_of(tmp_path, faces_showing({0: "4" * 9}), path=Path("/nowhere") / name)
    (file,) = load(exported(video, "boris")[0])["observations"]["interview"]["file"]["1"]
    assert file.endswith(f"/nowhere/{name}")


def test_times_begin_with_the_file_as_in_its_player(tmp_path: Path) -> None:
    video = results_of(tmp_path, faces_showing({0: "4" * 25}, seconds=3 + np.arange(25) / 25))
    summary = read_object(video.folder / "summary.json")
    write_json(video.folder / "summary.json", summary | {"clock_start": 2.9})
    again = load_results(tmp_path).video(video.name)
    events = load(exported(again, "boris")[0])["observations"]["interview"]["events"]
    assert [time for time, *_ in events] == [0.1, 1.1]
    # Elsewhere the file's own clock holds, unless it has no beginning.
    assert "00:00:03.000 --> 00:00:04.000" in exported(again, "webvtt")[0].read_text("utf-8")

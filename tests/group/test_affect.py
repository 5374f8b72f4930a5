"""A video's group, whole: its summary and its tables."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from videoemo.group import (
    GroupAffect,
    face_affect,
    group_affect,
    write_group_series,
    write_synchrony,
)
from videoemo.tables.faces import FaceTable

CLASSES = ("anger", "happiness", "neutral")


def table(*, n: int = 100, persons: int = 3, own: bool = False) -> FaceTable:
    """Persons who smile in turns: happiness swings together, once in 40 frames; the tenth frame is
    without a face.
    """
    frame = np.repeat(np.arange(n), persons)
    person = np.tile(np.arange(persons), n)
    happy = (
        0.5
        + 0.4 * np.sin(2 * np.pi * frame / 40)
        + np.random.default_rng(0).normal(0, 0.01, len(frame))
    )
    probabilities = np.column_stack([0.1 * (1 - happy), happy, 0.9 * (1 - happy)]).astype(
        np.float32
    )
    seen = (frame != 10) | (person == 0)
    face = np.where(frame == 10, -1, person)
    probabilities[face < 0] = np.nan
    m = int(seen.sum())
    return FaceTable(
        frame=frame[seen],
        seconds=frame[seen] / 10,
        face=face[seen],
        track=face[seen],
        boxes=np.zeros((m, 4), np.float32),
        scores=np.zeros(m, np.float32),
        quality=np.zeros((m, 4), np.float32),
        probabilities=probabilities[seen],
        classes=CLASSES,
        values=dict.fromkeys(("arousal", "valence"), np.full(m, 0.25, np.float32)) if own else {},
    )


def affect_of(given: FaceTable) -> GroupAffect:
    return group_affect(given, window=1, synchrony_window=10, synchrony_lag=1)


def test_the_faces_are_those_of_the_table() -> None:
    faces = face_affect(table(n=12))
    assert (len(faces.frame), len(faces.at), faces.persons().tolist()) == (12, 33, [0, 1, 2])
    assert 10 not in faces.at


def test_times_that_go_back_are_put_in_order() -> None:
    given = table(n=8, persons=2)
    back = replace(given, seconds=np.where(given.frame == 6, 0.25, given.seconds))
    faces, course = face_affect(back), affect_of(back).series
    assert course.frame.tolist() == [0, 1, 2, 6, 3, 4, 5, 7]
    assert (np.diff(faces.seconds) > 0).all()
    of_six = given.probabilities[given.frame == 6]
    assert np.array_equal(faces.probabilities[faces.at == 3], of_six)


def test_a_networks_own_valence_is_taken_where_it_gives_one() -> None:
    assert np.unique(face_affect(table(own=True)).valence).tolist() == [0.25]
    assert np.unique(face_affect(table()).valence).size > 1


def test_the_windows_asked_for_are_used() -> None:
    given = table()
    plain, wide = (
        group_affect(given, window=window, synchrony_window=10, synchrony_lag=1)
        for window in (0, 4)
    )
    assert np.array_equal(plain.series.valence_smoothed, plain.series.valence, equal_nan=True)
    assert np.nanstd(wide.series.valence_smoothed) < 0.5 * np.nanstd(plain.series.valence)
    short, long = (
        group_affect(given, window=0, synchrony_window=window, synchrony_lag=1).pairs[0]
        for window in (2, 10)
    )
    assert short.correlation != long.correlation


def test_the_summary_tells_means_moments_persons_and_pairs() -> None:
    summary = affect_of(table()).summary()
    assert (summary["persons"], summary["mean_faces"], summary["pairs"]) == (3, 3.0, 3)
    assert [moment["seconds"] % 4 for moment in summary["most_positive"]] == pytest.approx(
        [1, 1, 1], abs=0.4
    )
    assert summary["mean"]["positive"] + summary["mean"]["neutral"] + summary["mean"][
        "negative"
    ] == pytest.approx(1, abs=1e-5)


def test_the_summary_of_a_video_without_a_face_is_json_too() -> None:
    empty = table(n=3, persons=1)
    nobody = np.full(3, -1)
    summary = affect_of(
        replace(empty, face=nobody, track=nobody, probabilities=np.full((3, 3), np.nan, np.float32))
    ).summary()
    assert json.loads(json.dumps(summary, allow_nan=False))["mean"]["valence"] is None
    assert (summary["persons"], summary["most_positive"], summary["pairs"]) == (0, [], 0)


def test_a_video_without_a_frame_can_be_told_too() -> None:
    empty = table(n=0)
    assert affect_of(empty).summary()["persons"] == 0


@pytest.mark.parametrize(
    ("given", "has"),
    [(table(), True), (table(persons=1), False), (table(n=1), False)],
    ids=["group", "alone", "one frame"],
)
def test_a_picture_is_of_several_persons_over_time(given: FaceTable, has: bool) -> None:
    assert affect_of(given).has_picture() is has


def test_the_course_has_a_row_a_frame_and_nulls_without_a_face(tmp_path: Path) -> None:
    write_group_series(affect_of(table(n=12)).series, CLASSES, tmp_path / "group.parquet")
    read = pd.read_parquet(tmp_path / "group.parquet")
    measured = [
        "positive",
        "neutral",
        "negative",
        "valence",
        "valence_smoothed",
        "dispersion",
        "agreement",
        "dominant",
    ]
    assert list(read.columns) == ["frame", "seconds", "faces", *measured]
    assert read["frame"].tolist() == list(range(12))
    assert read.loc[10, measured].isna().all()
    assert (read.loc[10, "faces"], read.loc[1, "dominant"]) == (0, "happiness")


def test_the_pairs_have_a_row_each(tmp_path: Path) -> None:
    pairs = affect_of(table()).pairs
    write_synchrony(pairs, tmp_path / "synchrony.csv")
    with (tmp_path / "synchrony.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["track_a"], row["track_b"]) for row in rows] == [
        ("0", "1"),
        ("0", "2"),
        ("1", "2"),
    ]
    assert float(rows[0]["common_seconds"]) == pytest.approx(9.9)
    assert (rows[0]["p"], rows[0]["leads"]) == (f"{pairs[0].p:.6f}", "")


def test_the_same_table_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        affect = affect_of(table())
        write_group_series(affect.series, CLASSES, tmp_path / name / "group.parquet")
        write_synchrony(affect.pairs, tmp_path / name / "synchrony.csv")
    for file in ("group.parquet", "synchrony.csv"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()

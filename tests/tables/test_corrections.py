"""Corrections of a video's faces: what they change in its table, and their file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.rows import rows
from videoemo.tables.corrections import (
    CORRECTIONS,
    Corrections,
    read_corrections,
    write_corrections,
)
from videoemo.tables.faces import FaceTable
from videoemo.tables.read import read_table
from videoemo.tables.smoothing import smooth

CLASSES = ("happiness", "sadness")
HERE, MOVED, AWAY = (0.0, 0.0, 20.0, 30.0), (4.0, 0.0, 20.0, 30.0), (300.0, 20.0, 20.0, 30.0)
# Person 0 in four frames, with nobody else.
TABLE = rows([(0, 0.0, 0, 1.0), (1, 0.1, 0, 0.8), (2, 0.2, None, 0.0), (3, 0.3, 0, 0.6)])

Row = tuple[int, float, int | None, tuple[float, float, float, float] | None, str]


def corrections(*given: Row) -> Corrections:
    """Rows: frame, seconds, track, box, expression."""
    frame, seconds, track, boxes, expression = zip(*given, strict=True)
    return Corrections(
        np.array(frame, np.int64),
        np.array(seconds, np.float64),
        np.array([-1 if one is None else one for one in track], np.int64),
        np.array([4 * (np.nan,) if box is None else box for box in boxes], np.float32),
        expression,
    )


def same(one: FaceTable, other: FaceTable) -> bool:
    names = ("frame", "seconds", "face", "track", "boxes", "scores", "quality", "probabilities")
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in names
    )


def test_a_face_of_another_track_keeps_all_that_was_found_of_it() -> None:
    corrected = corrections((1, 0.1, 4, HERE, "sadness")).apply(TABLE)
    assert corrected.track.tolist() == [0, 4, -1, 0]
    assert np.array_equal(corrected.probabilities, TABLE.probabilities, equal_nan=True)
    assert np.array_equal(corrected.boxes, TABLE.boxes, equal_nan=True)


def test_a_face_that_was_added_was_not_looked_at() -> None:
    table = replace(TABLE, looked_at=np.array([True, True, False, False]))
    corrected = corrections((1, 0.1, 0, HERE, ""), (1, 0.1, 1, AWAY, "")).apply(table)
    assert corrected.looked_at is not None
    assert corrected.looked_at.tolist() == [True, True, False, False, False]


def test_a_face_whose_box_was_moved_by_little_keeps_its_probabilities() -> None:
    corrected = corrections((1, 0.1, 0, MOVED, "")).apply(TABLE)
    assert corrected.boxes[1].tolist() == list(MOVED)
    assert corrected.probabilities[1].tolist() == TABLE.probabilities[1].tolist()
    assert corrected.scores[1] == TABLE.scores[1]


def test_a_face_whose_box_was_moved_by_more_than_half_has_no_probabilities() -> None:
    corrected = corrections((1, 0.1, 0, (14.0, 0.0, 20.0, 30.0), "")).apply(TABLE)
    assert corrected.track.tolist() == [0, 0, -1, 0]
    assert np.isnan(corrected.probabilities[1]).all()


def test_a_box_that_nobody_moved_keeps_its_digits() -> None:
    off = (0.004, 0.0, 20.0, 30.0)
    assert same(corrections((1, 0.1, 0, off, "")).apply(TABLE), TABLE)


def test_a_face_that_was_added_has_no_probabilities() -> None:
    given = corrections((1, 0.1, 0, HERE, ""), (1, 0.1, 1, AWAY, "happiness"))
    corrected = given.apply(TABLE)
    assert corrected.frame.tolist() == [0, 1, 1, 2, 3]
    assert corrected.face.tolist() == [0, 0, 1, -1, 0]
    assert corrected.track.tolist() == [0, 0, 1, -1, 0]
    for missing in (corrected.probabilities, corrected.scores, corrected.quality):
        assert np.isnan(missing[2]).all()
    assert given.placed(TABLE).found.tolist() == [0, 1, -1, 2, 3]


def test_a_face_in_a_frame_without_one_takes_the_place_of_its_row() -> None:
    corrected = corrections((2, 0.2, 0, HERE, "")).apply(TABLE)
    assert (corrected.frame.tolist(), corrected.track.tolist()) == ([0, 1, 2, 3], [0, 0, 0, 0])


def test_a_frame_whose_faces_were_taken_away_keeps_a_row() -> None:
    corrected = corrections((1, 0.1, None, None, "")).apply(TABLE)
    assert corrected.face.tolist() == [0, -1, -1, 0]
    assert np.isnan(corrected.probabilities[1]).all()


def test_of_two_faces_each_keeps_its_own_numbers() -> None:
    crowd = rows([(0, 0.0, 0, 1.0), (0, 0.0, 1, 0.2)])
    crowd.boxes[1] = AWAY
    given = corrections((0, 0.0, 0, AWAY, ""), (0, 0.0, 1, HERE, ""))
    corrected = given.apply(crowd)
    assert corrected.track.tolist() == [1, 0]
    assert np.array_equal(corrected.probabilities, crowd.probabilities)


def test_frames_that_are_not_named_are_left_alone() -> None:
    corrected = corrections((1, 0.1, None, None, "")).apply(TABLE)
    others = corrected.frame != 1
    assert np.array_equal(corrected.boxes[others], TABLE.boxes[[0, 2, 3]], equal_nan=True)


def test_corrections_of_frames_that_are_not_there_are_left_out_and_counted() -> None:
    given = corrections(
        (1, 0.1, 4, HERE, ""), (3, 0.25, 4, HERE, ""), (7, 0.7, 4, HERE, "")
    )  # of another clock, and beyond the end
    assert given.missing(TABLE).tolist() == [3, 7]
    assert given.apply(TABLE).track.tolist() == [0, 4, -1, 0]


def test_a_face_without_probabilities_leaves_the_means_of_others_alone() -> None:
    added = corrections((1, 0.1, 0, HERE, ""), (1, 0.1, 1, AWAY, ""), (2, 0.2, 0, HERE, ""))
    corrected = added.apply(TABLE)
    assert np.array_equal(corrected.mean(), TABLE.mean())
    series = corrected.per_frame()
    assert np.array_equal(series.probabilities, TABLE.per_frame().probabilities, equal_nan=True)
    assert series.n_faces.tolist() == [1, 2, 1, 1]
    known = ~np.isnan(corrected.probabilities).any(axis=1)
    faces = TABLE.face >= 0
    assert np.array_equal(
        smooth(corrected, 0.2).probabilities[known], smooth(TABLE, 0.2).probabilities[faces]
    )


def test_an_empty_table_stays_empty() -> None:
    assert len(corrections((1, 0.1, 4, HERE, "")).apply(rows([])).frame) == 0


def test_corrected_expressions_are_known_by_frame_and_track() -> None:
    given = corrections((1, 0.1, 0, HERE, "sadness"), (1, 0.1, 1, AWAY, ""))
    assert given.expressions == {(1, 0): "sadness"}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    given = corrections(
        (1, 0.1, 0, HERE, "sadness"), (1, 0.1, 3, AWAY, ""), (2, 0.2, None, None, "")
    )
    write_corrections(given, tmp_path / CORRECTIONS)
    assert (tmp_path / CORRECTIONS).read_text() == (
        "frame,seconds,track,x,y,width,height,expression\n"
        "1,0.100000,0,0.000,0.000,20.000,30.000,sadness\n"
        "1,0.100000,3,300.000,20.000,20.000,30.000,\n"
        "2,0.200000,,,,,,\n"
    )
    read = read_corrections(tmp_path / CORRECTIONS, CLASSES)
    assert same(read.apply(TABLE), given.apply(TABLE))
    assert read.expression == given.expression
    assert read_table(tmp_path / CORRECTIONS)["expression"].tolist() == ["sadness", "", ""]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("1,0.1,0,10,20,20,30,joy", "expression: expected one of happiness, sadness, got 'joy'"),
        ("1,0.1,0,10,20,20,,", "track, x, y, width, height: expected all five"),
        ("1,0.1,0,10,20,0,30,", "width, height: expected numbers above 0"),
        ("1,0.1,,,,,,sadness", "expression: given where there is no face"),
        ("1,0.1,0,1,2,3,4,\n1,0.1,0,9,2,3,4,", "track: expected each person once a frame"),
        ("1,0.1,0,1,2,3,4,\n1,0.1,,,,,,", "track: missing in a frame that has other faces"),
        ("1,0.1,0,1,2,3,4,\n1,0.2,1,1,2,3,4,", "seconds: expected one time a frame"),
        ("2,0.1,0,1,2,3,4,\n1,0.2,1,1,2,3,4,", "frame: expected numbers that do not fall"),
        ("-1,0.1,0,1,2,3,4,", "frame: expected numbers from 0"),
        ("1,0.1,99999999,1,2,3,4,", "track: expected numbers from 0"),
        ("1,nan,0,1,2,3,4,", "seconds: expected finite numbers"),
        ("1,0.1,0,1e9,2,3,4,", "x: expected numbers from"),
    ],
)
def test_a_damaged_file_is_refused_by_its_column(tmp_path: Path, line: str, wrong: str) -> None:
    path = tmp_path / CORRECTIONS
    path.write_text(f"frame,seconds,track,x,y,width,height,expression\n{line}\n")
    with pytest.raises(ValueError, match=wrong):
        read_corrections(path, CLASSES)

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from videoemo.tables import Prediction, VideoRow
from videoemo.work.rows import Failure, read_row, row_fields

CLASSES = ("anger", "joy")
ROW = VideoRow(
    video="a/b.mp4",
    error="truncated: the data ends at 1.500 s",
    seconds=1 / 3,
    frames=3,
    face_frames=2,
    faces=4,
    mean=np.array([0.1, 0.9], np.float32),
    dominant="joy",
)


def through_json(row: VideoRow) -> VideoRow:
    return read_row(json.loads(json.dumps(row_fields(row, CLASSES), allow_nan=False)))


def assert_same(row: VideoRow, other: VideoRow) -> None:
    for name, value in vars(row).items():
        np.testing.assert_array_equal(getattr(other, name), value)


def test_a_row_comes_back_to_the_bit() -> None:
    assert_same(ROW, through_json(ROW))


@pytest.mark.parametrize(
    "row",
    [
        replace(ROW, mean=np.full(2, np.nan, np.float32), dominant=""),
        replace(ROW, affect=np.array([-0.3, 0.7], np.float32)),
        replace(ROW, affect=np.full(2, np.nan, np.float32)),
        replace(ROW, prediction=Prediction("Happy", {"margin_happy": 1 / 3, "margin_sad": -2.0})),
        replace(ROW, prediction=Prediction()),
        replace(ROW, seconds=0.0, frames=0, face_frames=0, faces=0),
        replace(ROW, video="\udce9.mp4"),
    ],
    ids=["no face", "affect", "affect without a face", "prediction", "prediction without a face", "no frame", "a name in no encoding"],
)
def test_a_row_of_another_kind_comes_back_too(row: VideoRow) -> None:
    assert_same(row, through_json(row))


@pytest.mark.parametrize(
    "wrong",
    [
        {"video": 3},
        {"frames": True},
        {"frames": 1.5},
        {"seconds": "1"},
        {"mean": [0.1]},
        {"mean": {"joy": "much"}},
        {"affect": 3},
        {"prediction": {}},
    ],
    ids=str,
)
def test_what_is_no_row_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        read_row(row_fields(ROW, CLASSES) | wrong)


def test_a_failure_has_a_row_in_both_tables() -> None:
    row = Failure("a.mp4", "read", "UnreadableVideoError", "no decoder can open it").row()
    assert (row.video, row.error, row.failed) == ("a.mp4", "no decoder can open it", True)

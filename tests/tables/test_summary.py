from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from videoemo.tables.summary import Failure, from_summary, to_summary
from videoemo.tables.videos import Prediction, VideoRow

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
    return from_summary(json.loads(json.dumps(to_summary(row, CLASSES), allow_nan=False)))


def assert_same(row: VideoRow, other: VideoRow) -> None:
    for name, value in vars(row).items():
        np.testing.assert_equal(getattr(other, name), value)


def test_a_row_comes_back_to_the_bit() -> None:
    assert_same(ROW, through_json(ROW))


@pytest.mark.parametrize(
    "row",
    [
        replace(ROW, mean=np.full(2, np.nan, np.float32), dominant=""),
        replace(ROW, values={"valence": -0.3, "arousal": 0.7}),
        replace(ROW, values={"valence": np.nan, "arousal": np.nan}),
        replace(ROW, prediction=Prediction("Happy", {"margin_happy": 1 / 3, "margin_sad": -2.0})),
        replace(ROW, prediction=Prediction()),
        replace(ROW, seconds=0.0, frames=0, face_frames=0, faces=0),
        replace(ROW, video="\udce9.mp4"),
    ],
    ids=[
        "no face",
        "values",
        "values without a face",
        "prediction",
        "prediction without a face",
        "no frame",
        "a name in no encoding",
    ],
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
        {"values": 3},
        {"values": {"valence": "much"}},
        {"prediction": {}},
    ],
    ids=str,
)
def test_what_is_no_row_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        from_summary(to_summary(ROW, CLASSES) | wrong)


def test_a_summary_that_says_nothing_of_values_is_refused() -> None:
    fields = to_summary(ROW, CLASSES)
    del fields["values"]
    with pytest.raises(ValueError, match="values: expected dict, got None"):
        from_summary(fields)


def test_a_failure_has_a_row_in_both_tables() -> None:
    row = Failure("a.mp4", "probe", "UnreadableVideoError", "no decoder can open it").row()
    assert (row.video, row.error, row.failed) == ("a.mp4", "no decoder can open it", True)

"""A classifier over time."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from videoemo.classification.sliding import sliding_windows
from videoemo.tables.faces import FaceTable
from videoemo.tables.videos import Prediction
from videoemo.tables.windows import Window, write_windows


class Counting:
    """Says `many` where the mean of the vectors is above 0.5, and keeps how many descriptors it was
    given at once.
    """

    scores: tuple[str, ...] = ("probability_few", "probability_many")

    def __init__(self) -> None:
        self.at_once: list[int] = []

    def __call__(
        self, frame: npt.NDArray[np.int64], embedding: npt.NDArray[np.float32]
    ) -> Prediction:
        if not len(frame):
            return Prediction()
        return self.predictions(self.describe(frame, embedding)[None])[0]

    def describe(
        self, frame: npt.NDArray[np.int64], embedding: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        return np.asarray(embedding.mean(axis=0))

    def predictions(self, descriptors: npt.NDArray[np.float32]) -> list[Prediction]:
        self.at_once.append(len(descriptors))
        shares = [float(mean) for mean in descriptors[:, 0]]
        return [
            Prediction(
                "many" if share > 0.5 else "few",
                dict(zip(self.scores, (1 - share, share), strict=True)),
            )
            for share in shares
        ]


def table(faces: list[int], *, step: float = 1.0, first: float = 0.0) -> FaceTable:
    """So many faces in each frame, `step` seconds apart."""
    rows = [max(n, 1) for n in faces]
    frame = np.repeat(np.arange(len(faces)) * 2, rows)
    face = (
        np.concatenate([np.arange(n) if n else [-1] for n in faces]).astype(np.int64)
        if faces
        else np.empty(0, np.int64)
    )
    m = len(frame)
    return FaceTable(
        frame=frame,
        seconds=first + frame / 2 * step,
        face=face,
        track=face,
        boxes=np.zeros((m, 4), np.float32),
        scores=np.zeros(m, np.float32),
        quality=np.zeros((m, 4), np.float32),
        probabilities=np.zeros((m, 1), np.float32),
        classes=("calm",),
    )


def windows_of(
    faces: list[int], values: list[float], *, length: float, step: float, **given: float
) -> list[Window]:
    """`values` is the vector of each face, of one number."""
    made = table(faces, **given)
    vectors = np.array(values, np.float32)[:, None]
    return sliding_windows(
        Counting(), made, (made.frame[made.face >= 0], vectors), length=length, step=step
    )


def test_each_window_is_classified_by_its_own_faces() -> None:
    found = windows_of([1] * 6, [0, 0, 0.2, 0.8, 1, 1], length=2, step=2)
    assert [(one.start, one.end, one.prediction.label) for one in found] == [
        (0, 2, "few"),
        (2, 4, "few"),
        (4, 6, "many"),
    ]
    assert found[1].prediction.scores["probability_many"] == pytest.approx(0.5)


def test_windows_overlap_where_the_step_is_shorter() -> None:
    found = windows_of([1] * 5, [0, 0, 1, 1, 1], length=3, step=1)
    assert [one.prediction.scores["probability_many"] for one in found] == pytest.approx(
        [1 / 3, 2 / 3, 1]
    )


def test_the_end_of_a_window_is_not_in_it() -> None:
    assert [one.frames for one in windows_of([1] * 5, [0] * 5, length=2, step=2)] == [2, 2, 1]


def test_a_video_shorter_than_a_window_is_one() -> None:
    (found,) = windows_of([2, 1], [0, 1, 1], length=30, step=1)
    assert (found.frames, found.face_frames, found.faces) == (2, 2, 3)
    assert found.prediction.scores["probability_many"] == pytest.approx(2 / 3)


def test_a_window_without_a_face_has_no_class() -> None:
    found = windows_of([1, 1, 0, 0, 1], [1, 1, 0], length=2, step=2)
    assert [(one.frames, one.face_frames, one.prediction.label) for one in found] == [
        (2, 2, "many"),
        (2, 0, ""),
        (1, 1, "few"),
    ]


def test_windows_begin_with_the_first_frame() -> None:
    assert [one.start for one in windows_of([1] * 4, [0] * 4, length=2, step=2, first=100.0)] == [
        100,
        102,
    ]


@pytest.mark.parametrize("apart", [0.04, 0.1, 1 / 3, 0.7])
def test_no_frame_is_lost_to_rounding(apart: float) -> None:
    made = table([1] * 300, step=apart)
    found = sliding_windows(
        Counting(),
        made,
        (made.frame, np.zeros((300, 1), np.float32)),
        length=3 * apart,
        step=3 * apart,
    )
    assert [one.frames for one in found] == [3] * 100


def test_windows_further_apart_than_they_are_long_leave_frames_out() -> None:
    assert [(one.start, one.frames) for one in windows_of([1] * 9, [0] * 9, length=2, step=5)] == [
        (0, 2),
        (5, 2),
    ]
    assert [(one.start, one.frames) for one in windows_of([1] * 4, [0] * 4, length=1, step=5)] == [
        (0, 1)
    ]


def test_times_that_go_back_count_to_their_window() -> None:
    made = table([1] * 4)
    back = replace(made, seconds=np.array([0.0, 3.0, 1.0, 2.0]))
    found = sliding_windows(
        Counting(), back, (made.frame, np.array([[0], [1], [0], [1]], np.float32)), length=2, step=2
    )
    assert [(one.frames, one.prediction.label) for one in found] == [(2, "few"), (2, "many")]


def test_a_video_without_a_frame_has_no_window() -> None:
    assert windows_of([], [], length=1, step=1) == []


def test_many_windows_are_classified_together_but_not_all_at_once() -> None:
    made, classify = table([1] * 150), Counting()
    sliding_windows(classify, made, (made.frame, np.zeros((150, 1), np.float32)), length=1, step=1)
    assert classify.at_once == [64, 64, 22]


def test_the_table_has_a_row_a_window(tmp_path: Path) -> None:
    write_windows(
        windows_of([1, 0], [1], length=1, step=1), Counting.scores, tmp_path / "windows.csv"
    )
    with (tmp_path / "windows.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        [
            "start",
            "end",
            "frames",
            "face_frames",
            "faces",
            "prediction",
            "probability_few",
            "probability_many",
        ],
        ["0.000000", "1.000000", "1", "1", "1", "many", "0.000000", "1.000000"],
        ["1.000000", "2.000000", "1", "0", "0", "", "", ""],
    ]


def test_a_window_in_which_no_frame_lies_has_no_row() -> None:
    made = table([1] * 4)
    month = 30 * 86400.0
    paused = replace(made, seconds=np.array([0.0, 1.0, month, month + 1]))
    found = sliding_windows(
        Counting(), paused, (made.frame, np.zeros((4, 1), np.float32)), length=5, step=1
    )
    assert [(one.start, one.frames) for one in found] == [
        (0, 2),
        (1, 1),
        *((month - 4 + i, n) for i, n in enumerate([1, 2])),
    ]


def test_a_pause_of_years_costs_nothing() -> None:
    made = table([1] * 2)
    paused = replace(made, seconds=np.array([0.0, 4e9]))
    found = sliding_windows(
        Counting(), paused, (made.frame, np.zeros((2, 1), np.float32)), length=1, step=0.1
    )
    assert [one.frames for one in found] == [1] * len(found)
    assert len(found) < 30

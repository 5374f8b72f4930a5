"""The course of a group, frame by frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.face_tables import CLASSES, faces_of
from videoemo.group import GroupSeries, group_series, smoothed, valence_of
from videoemo.labels import AFFECTNET_8, NEGATIVE, POSITIVE, VALENCE


def course_of(displayed: dict[int, str], *, window: float = 0.0) -> GroupSeries:
    return group_series(faces_of(displayed), window=window)


def test_faces_are_counted() -> None:
    assert course_of({0: "h.n", 1: "s.n", 2: "s.."}).faces.tolist() == [3, 0, 2]


def test_shares_are_of_the_faces_of_a_frame() -> None:
    course = course_of({0: "hn", 1: "ss", 2: "s.", 3: "n."})
    assert course.positive.tolist() == [0.25, 0.0]
    assert course.neutral.tolist() == [0.25, 0.5]
    assert course.negative.tolist() == [0.5, 0.5]


def test_surprise_counts_as_neutral() -> None:
    course = group_series(
        replace(faces_of({0: "n"}), classes=("happiness", "surprise", "sadness")), window=0
    )
    assert (course.positive[0], course.neutral[0], course.negative[0]) == (0.0, 1.0, 0.0)


def test_classes_of_ones_own_have_no_shares_but_agreement_and_a_dominant() -> None:
    course = group_series(
        replace(faces_of({0: "h", 1: "h"}), classes=("calm", "tense", "sadness")), window=0
    )
    assert np.isnan([course.positive[0], course.neutral[0], course.negative[0]]).all()
    assert (course.agreement[0], course.dominant[0]) == (1.0, 0)


def test_valence_is_the_mean_over_the_faces() -> None:
    assert course_of({0: "h", 1: "s"}).valence[0] == pytest.approx((0.8 - 0.6) / 2)


def test_dispersion_is_the_standard_deviation_of_valence() -> None:
    assert course_of({0: "h", 1: "s", 2: "s"}).dispersion[0] == pytest.approx(
        np.std([0.8, -0.6, -0.6])
    )


@pytest.mark.parametrize(
    ("displayed", "agreement"),
    [("hhh", 1.0), ("hns", 0.0), ("hs", 0.0), ("hhss", 1 - np.log(2) / np.log(3)), ("hhnnss", 0.0)],
    ids=lambda value: str(value)[:6],
)
def test_agreement_is_one_less_the_entropy_over_the_highest_possible(
    displayed: str, agreement: float
) -> None:
    assert course_of(dict(enumerate(displayed))).agreement[0] == pytest.approx(agreement)


def test_one_face_is_no_group() -> None:
    course = course_of({0: "h"})
    assert np.isnan([course.dispersion[0], course.agreement[0]]).all()
    assert (course.valence[0], course.positive[0]) == (0.8, 1.0)


def test_dominant_has_the_highest_mean_probability() -> None:
    faces = replace(
        faces_of({0: "h", 1: "n", 2: "n"}),
        probabilities=np.array([[0.9, 0.1, 0], [0.4, 0.6, 0], [0.4, 0.6, 0]], np.float32),
    )
    assert CLASSES[group_series(faces, window=0).dominant[0]] == "happiness"


def test_a_frame_without_a_face_has_nothing() -> None:
    course = course_of({0: "h.h"}, window=10)
    for name in (
        "positive",
        "neutral",
        "negative",
        "valence",
        "valence_smoothed",
        "dispersion",
        "agreement",
    ):
        assert np.isnan(getattr(course, name)[1]), name
    assert course.dominant[1] == -1


def test_a_video_without_a_face_has_an_empty_course() -> None:
    course = course_of({0: "..."}, window=1)
    assert course.faces.tolist() == [0, 0, 0]
    assert np.isnan(course.valence_smoothed).all()


def test_a_video_without_a_frame_has_no_course() -> None:
    assert len(course_of({0: ""}, window=1).frame) == 0


class TestSmoothed:
    def test_it_is_the_mean_within_half_a_window_either_way(self) -> None:
        found = smoothed(np.arange(7.0), np.array([0, 0, 0, 6.0, 0, 0, 0]), window=2)
        assert found == pytest.approx([0, 0, 2, 2, 2, 0, 0])

    def test_the_window_is_of_seconds_not_of_frames(self) -> None:
        found = smoothed(np.array([0, 0.1, 5, 5.1]), np.array([0, 2.0, 4, 6]), window=1)
        assert found == pytest.approx([1, 1, 5, 5])

    def test_gaps_are_kept_and_not_counted(self) -> None:
        found = smoothed(np.arange(5.0), np.array([1, np.nan, np.nan, 3, 5]), window=2)
        assert found == pytest.approx([1, np.nan, np.nan, 4, 4], nan_ok=True)

    def test_no_window_leaves_the_values(self) -> None:
        assert smoothed(np.arange(3.0), np.array([0.1, np.nan, 0.3]), window=0) == pytest.approx(
            [0.1, np.nan, 0.3], nan_ok=True
        )


class TestValence:
    def test_it_is_expected_under_the_probabilities(self) -> None:
        half = np.zeros((1, 8), np.float32)
        half[0, [AFFECTNET_8.index("happiness"), AFFECTNET_8.index("sadness")]] = 0.5
        assert valence_of(half, AFFECTNET_8)[0] == pytest.approx((0.81 - 0.63) / 2)

    def test_of_classes_of_ones_own_it_is_not_known(self) -> None:
        assert np.isnan(valence_of(np.ones((2, 1), np.float32), ("calm",))).all()

    def test_the_tones_are_those_of_the_valences(self) -> None:
        assert set(VALENCE) == set(AFFECTNET_8)
        assert [name for name in VALENCE if VALENCE[name] > 0] == list(POSITIVE)
        assert [name for name in VALENCE if VALENCE[name] < 0] == list(NEGATIVE)


def test_arrays_that_do_not_agree_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"FaceAffect\.track: expected \(2,\), got \(3,\)"):
        replace(faces_of({0: "hh"}), track=np.zeros(3, np.int64))
    with pytest.raises(ValueError, match=r"GroupSeries\.valence: expected \(2,\), got \(1,\)"):
        replace(course_of({0: "hh"}), valence=np.zeros(1))

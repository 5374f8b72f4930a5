"""What `find` promises, with a cascade for which a face is a bright square."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.faces import at_times, toy_faces
from videoemo.errors import InputError
from videoemo.faces.detection import mtcnn
from videoemo.faces.detection.mtcnn import detect
from videoemo.faces.detection.networks import Networks
from videoemo.faces.detection.stages import BF16_LOGIT_MARGIN
from videoemo.inference.fake import LANDMARKS, fake_networks
from videoemo.records import Frames
from videoemo.util.arrays import Float32Array
from videoemo.util.boxes import area

NETWORKS = fake_networks()
TWO = toy_faces((20, 30, 76, 86), (150, 60, 262, 172), light=(255, 230))


def test_a_face_is_found_where_it_is() -> None:
    faces = detect(toy_faces((100, 60, 160, 120)), networks=NETWORKS)
    assert len(faces) == 1
    np.testing.assert_allclose(faces.boxes[0], [100, 60, 160, 120], atol=12)


def test_a_face_names_the_frame_it_was_found_in() -> None:
    assert detect(toy_faces((100, 60, 160, 120)), networks=NETWORKS).frame.tolist() == [7]


def test_landmarks_lie_where_the_last_network_says() -> None:
    faces = detect(toy_faces((100, 60, 160, 120)), networks=NETWORKS)
    side = faces.boxes[:, 2:] - faces.boxes[:, :2] + 1  # (1, 2): the last pixel counts
    expected = faces.boxes[:, :2] - 1 + side * np.stack([LANDMARKS[:5], LANDMARKS[5:]], axis=1)
    np.testing.assert_allclose(faces.landmarks[0], expected, atol=1e-3)


def test_by_size_the_largest_face_comes_first() -> None:
    faces = detect(TWO, networks=NETWORKS, order="size")
    assert len(faces) == 2
    assert area(faces.boxes)[0] > area(faces.boxes)[1]


def test_by_score_the_surest_face_comes_first() -> None:
    faces = detect(TWO, networks=NETWORKS, order="score")
    assert faces.scores[0] > faces.scores[1]
    assert area(faces.boxes)[0] < area(faces.boxes)[1]


def test_boxes_end_at_the_edge_of_the_frame() -> None:
    faces = detect(toy_faces((0, 0, 60, 60)), networks=fake_networks(grow=0.6))
    assert len(faces) == 1
    assert faces.boxes[0, :2].tolist() == [0, 0]


def test_a_face_moved_out_of_the_frame_is_none() -> None:
    def away(x: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
        offsets, probability, points = NETWORKS.onet(x)
        return offsets - 9, probability, points

    assert (
        len(
            detect(toy_faces((0, 0, 60, 60)), networks=Networks(NETWORKS.pnet, NETWORKS.rnet, away))
        )
        == 0
    )


def test_after_a_rough_look_the_same_is_found_by_fewer_exact_ones() -> None:
    rng, seen = np.random.default_rng(0), list[int]()

    def rough(x: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
        offsets, probability, points = NETWORKS.onet(x)
        odds = (
            np.log(probability.clip(1e-6, 1 - 1e-6) / (1 - probability.clip(1e-6, 1 - 1e-6)))
            + rng.uniform(-BF16_LOGIT_MARGIN, BF16_LOGIT_MARGIN, len(x)) / 2
        )
        return offsets, (1 / (1 + np.exp(-odds))).astype(np.float32), points

    def counting(x: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
        seen.append(len(x))
        return NETWORKS.onet(x)

    alone = detect(TWO, networks=Networks(NETWORKS.pnet, NETWORKS.rnet, counting), min_face=20)
    n_alone = sum(seen)
    seen.clear()
    after = detect(
        TWO, networks=Networks(NETWORKS.pnet, NETWORKS.rnet, counting, rough), min_face=20
    )
    np.testing.assert_array_equal(after.boxes, alone.boxes)
    np.testing.assert_array_equal(after.scores, alone.scores)
    assert 0 < sum(seen) < n_alone


def test_a_face_below_the_smallest_is_not_looked_for() -> None:
    assert len(detect(toy_faces((100, 60, 125, 85)), networks=NETWORKS, min_face=20)) == 1
    assert len(detect(toy_faces((100, 60, 125, 85)), networks=NETWORKS, min_face=60)) == 0


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_a_face_must_pass_every_threshold(stage: int) -> None:
    frames = toy_faces((100, 60, 160, 120), light=(230,))
    thresholds = [0.6, 0.7, 0.7]
    assert len(detect(frames, networks=NETWORKS, thresholds=(0.6, 0.7, 0.7))) == 1
    thresholds[stage] = 0.95
    assert (
        len(
            detect(
                frames, networks=NETWORKS, thresholds=(thresholds[0], thresholds[1], thresholds[2])
            )
        )
        == 0
    )


def test_faces_come_in_the_order_of_the_frames() -> None:
    rgb = np.concatenate([TWO.rgb, np.zeros_like(TWO.rgb), TWO.rgb])
    assert detect(at_times(rgb, index=[30, 20, 10]), networks=NETWORKS).frame.tolist() == [
        30,
        30,
        10,
        10,
    ]


def test_frames_are_looked_at_in_parts_of_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def counting(x: Float32Array) -> tuple[Float32Array, Float32Array]:
        seen.append(len(x))
        return NETWORKS.pnet(x)

    monkeypatch.setattr(mtcnn, "MAX_PIXELS", 2 * 200 * 300)
    detect(
        at_times(np.repeat(TWO.rgb, 5, axis=0)),
        networks=Networks(counting, NETWORKS.rnet, NETWORKS.onet),
    )
    assert sorted(set(seen)) == [1, 2]


@pytest.mark.parametrize(
    "shape",
    [(0, 100, 100), (2, 1, 1), (1, 39, 500), (1, 500, 11), (1, 12, 12), (1, 0, 0)],
    ids=["no frames", "1x1", "low", "narrow", "12x12", "0x0"],
)
def test_where_no_face_fits_there_is_none(shape: tuple[int, int, int]) -> None:
    faces = detect(at_times(np.full((*shape, 3), 255, np.uint8)), networks=NETWORKS)
    assert len(faces) == 0
    assert faces.crops is None


def test_the_smallest_frame_holds_the_smallest_face() -> None:
    rgb = np.zeros((1, 12, 12, 3), np.uint8)
    rgb[:, 3:9, 3:9] = 255
    assert len(detect(at_times(rgb), networks=NETWORKS, min_face=12)) == 1


@pytest.mark.parametrize(
    ("settings", "allowed"),
    [
        ({"min_face": 11}, "12 px or more"),
        ({"min_face": float("nan")}, "12 px or more"),
        ({"min_face": float("inf")}, "12 px or more"),
        ({"thresholds": (0.6, 0.7, 1.7)}, "from 0 to 1"),
        ({"thresholds": (0.6, 0.7)}, "three numbers"),
        ({"factor": 1.0}, "0.1 to 0.95"),
        ({"factor": 0.0}, "0.1 to 0.95"),
        ({"order": "age"}, "size, score"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_setting_out_of_range_is_refused_with_what_is_allowed(
    settings: dict[str, Any], allowed: str
) -> None:
    with pytest.raises(InputError, match=allowed):
        detect(TWO, networks=NETWORKS, **settings)


def test_frames_are_not_changed() -> None:
    before = TWO.rgb.copy()
    detect(TWO, networks=NETWORKS)
    np.testing.assert_array_equal(TWO.rgb, before)


def test_frames_of_one_grey_level_hold_no_face() -> None:
    assert (
        len(
            detect(
                Frames(np.full((2, 200, 200, 3), 128, np.uint8), np.zeros(2), np.arange(2)),
                networks=NETWORKS,
            )
        )
        == 0
    )

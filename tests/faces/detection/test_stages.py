"""Facts about the stages that `find` alone does not show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from videoemo.faces.detection.networks import ONet
from videoemo.faces.detection.stages import (
    BF16_LOGIT_MARGIN,
    Candidates,
    crop_for_onet,
    run_onet,
    run_rnet,
    shortlist,
)
from videoemo.util.arrays import Float32Array

BLACK = [np.zeros((100, 100, 3), np.uint8)]


def candidates(*boxes: Sequence[float]) -> Candidates:
    return Candidates(
        np.array(boxes, np.float32), np.ones(len(boxes), np.float32), np.zeros(len(boxes), np.int64)
    )


def sure(x: Float32Array) -> tuple[Float32Array, Float32Array]:
    return np.zeros((len(x), 4), np.float32), np.ones(len(x), np.float32)


def sure_with_points(x: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
    return (*sure(x), np.zeros((len(x), 10), np.float32))


def test_of_two_equally_sure_faces_in_one_place_the_earlier_is_kept() -> None:
    faces, _ = run_onet(
        crop_for_onet(BLACK, candidates([10, 10, 50, 50], [12, 10, 52, 50])),
        onet=sure_with_points,
        threshold=0.7,
    )
    assert faces.boxes.tolist() == [[10, 10, 50, 50]]


def test_a_face_inside_a_larger_one_is_the_same_face() -> None:
    faces, _ = run_onet(
        crop_for_onet(BLACK, candidates([20, 20, 30, 30], [10, 10, 50, 50])),
        onet=sure_with_points,
        threshold=0.7,
    )
    assert len(faces.boxes) == 1


def with_odds(*odds: float) -> ONet:
    """An O-Net that is so sure of the crops it is given, in log-odds."""

    def onet(x: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
        return (
            np.zeros((len(x), 4), np.float32),
            (1 / (1 + np.exp(-np.array(odds)))).astype(np.float32),
            np.zeros((len(x), 10), np.float32),
        )

    return onet


def test_a_rough_look_leaves_those_that_a_better_look_may_prefer() -> None:
    here, there = [10, 10, 50, 50], [60, 60, 90, 90]
    rough = with_odds(
        3,
        3 - BF16_LOGIT_MARGIN / 2,
        3 - 2 * BF16_LOGIT_MARGIN,
        -BF16_LOGIT_MARGIN / 2,
        -2 * BF16_LOGIT_MARGIN,
    )
    left = shortlist(
        crop_for_onet(
            BLACK, candidates(here, [12, 10, 52, 50], [10, 12, 50, 52], there, [5, 60, 30, 85])
        ),
        onet=rough,
        threshold=0.5,
    )
    assert left.candidates.boxes.tolist() == [here, [12, 10, 52, 50], there]


def test_those_of_which_a_rough_look_is_entirely_sure_are_left_to_a_better_one() -> None:
    assert (
        len(
            shortlist(
                crop_for_onet(BLACK, candidates([10, 10, 50, 50], [12, 10, 52, 50])),
                onet=with_odds(60, 90),
                threshold=0.5,
            ).crops
        )
        == 2
    )


def test_candidates_beside_the_frame_are_dropped() -> None:
    beside = candidates([-30, 10, -5, 40], [10, 120, 40, 150], [10, 10, 40, 40])
    assert run_rnet(BLACK, beside, rnet=sure, threshold=0.7).boxes.tolist() == [[10, 10, 40, 40]]


def test_of_a_candidate_across_the_edge_the_part_inside_is_looked_at() -> None:
    rgb = np.zeros((1, 100, 100, 3), np.uint8)
    rgb[:, :20, :30] = 255
    seen: list[Float32Array] = []

    def looking(x: Float32Array) -> tuple[Float32Array, Float32Array]:
        seen.append(x.copy())
        return sure(x)

    run_rnet(list(rgb), candidates([-20, -30, 30, 20]), rnet=looking, threshold=0.7)
    assert (seen[0] == 255 / 128 - 127.5 / 128).all()


def test_a_box_is_looked_at_from_the_pixel_before_its_first() -> None:
    rgb = np.zeros((1, 100, 100, 3), np.uint8)
    rgb[:, 9:33, 9:33] = np.arange(24)[:, None]
    seen: list[Float32Array] = []

    def looking(x: Float32Array) -> tuple[Float32Array, Float32Array]:
        seen.append(x.copy())
        return sure(x)

    run_rnet(list(rgb), candidates([10.9, 10.9, 33.9, 33.9]), rnet=looking, threshold=0.7)
    np.testing.assert_allclose(seen[0][0, 0] * 128 + 127.5, np.tile(np.arange(24), (24, 1)))


def test_more_candidates_than_fit_at_once_are_all_looked_at() -> None:
    # 900 corners
    corner = np.stack(np.meshgrid(np.arange(0, 90, 3), np.arange(0, 90, 3)), axis=-1).reshape(-1, 2)
    boxes = np.concatenate([corner + 1, corner + 4], axis=1).astype(np.float32)
    many = Candidates(boxes, np.ones(len(boxes), np.float32), np.zeros(len(boxes), np.int64))
    assert len(run_rnet(BLACK, many, rnet=sure, threshold=0.7).boxes) == 900


def test_rnet_gets_32_crops_at_a_time_and_loses_none() -> None:
    apart = candidates(*([x, y, x + 8, y + 8] for x in range(0, 90, 10) for y in range(0, 80, 10)))
    seen: list[int] = []

    def rnet(x: Float32Array) -> tuple[Float32Array, Float32Array]:
        seen.append(len(x))
        return sure(x)

    assert len(run_rnet(BLACK, apart, rnet=rnet, threshold=0.7).boxes) == 72
    assert seen == [32, 32, 8]

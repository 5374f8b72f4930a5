"""Non-maximum suppression keeps what the greedy loop keeps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from videoemo._native import nms_numpy
from videoemo.faces.detection.nms import batched_nms
from videoemo.util.boxes import iom, iou

pytestmark = pytest.mark.usefixtures("arithmetic")

Array = npt.NDArray[np.float32]


def made_up(n: int) -> tuple[Array, Array, npt.NDArray[np.int64]]:
    rng = np.random.default_rng(1)
    corner = rng.uniform(-20, 150, (n, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(10, 60, (n, 2))], axis=1).astype(
        np.float32
    )
    return boxes, rng.uniform(size=n).astype(np.float32), rng.integers(0, 3, n)


def greedy(
    boxes: Array,
    scores: Array,
    frame: npt.NDArray[np.int64],
    threshold: float,
    margin: float,
    smaller: bool,
) -> list[int]:
    overlap = iom if smaller else iou
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable").tolist():
        rivals = [
            k for k in kept if frame[k] == frame[i] and scores[k] - scores[i] >= np.float32(margin)
        ]
        if (
            not rivals
            or overlap(boxes[rivals], np.tile(boxes[i], (len(rivals), 1))).max() <= threshold
        ):
            kept.append(i)
    return kept


@pytest.mark.parametrize("smaller", [False, True])
@pytest.mark.parametrize("margin", [0.0, 0.2])
@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.7, 1.0])
def test_it_keeps_what_the_greedy_loop_keeps(
    threshold: float, margin: float, smaller: bool
) -> None:
    boxes, scores, frame = made_up(300)
    kept = batched_nms(
        boxes, scores, batch_index=frame, threshold=threshold, margin=margin, use_iom=smaller
    )
    assert kept.tolist() == greedy(boxes, scores, frame, threshold, margin, smaller)


def test_it_keeps_the_same_when_pairs_are_looked_at_in_small_parts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boxes, scores, frame = made_up(300)
    at_once = batched_nms(boxes, scores, batch_index=frame, threshold=0.3)
    monkeypatch.setattr(nms_numpy, "MAX_PAIRS", 7)
    np.testing.assert_array_equal(
        batched_nms(boxes, scores, batch_index=frame, threshold=0.3), at_once
    )


def test_of_equal_scores_the_earlier_box_wins() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10]], np.float32)
    assert batched_nms(
        boxes, np.ones(2, np.float32), batch_index=np.zeros(2, np.int64), threshold=0.5
    ).tolist() == [0]


def test_a_box_that_loses_to_a_loser_is_kept() -> None:
    boxes = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]], np.float32)
    scores = np.array([0.9, 0.8, 0.7], np.float32)
    assert batched_nms(
        boxes, scores, batch_index=np.zeros(3, np.int64), threshold=0.3
    ).tolist() == [0, 2]


def test_with_a_margin_only_a_clearly_surer_box_drops_another() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [0, 1, 10, 11]], np.float32)
    scores = np.array([0.75, 1.0, 0.5], np.float32)
    assert batched_nms(
        boxes, scores, batch_index=np.zeros(3, np.int64), threshold=0.3, margin=0.5
    ).tolist() == [1, 0]


def test_boxes_of_different_frames_never_meet() -> None:
    boxes = np.array([[-50, 0, 10, 10], [-50, 0, 10, 10]], np.float32)
    assert (
        len(batched_nms(boxes, np.ones(2, np.float32), batch_index=np.array([0, 1]), threshold=0.0))
        == 2
    )


def test_a_box_inside_another_is_all_of_the_smaller() -> None:
    inner, outer = np.array([[4, 4, 8, 8]], np.float32), np.array([[0, 0, 100, 100]], np.float32)
    assert iom(inner, outer) == 1


def test_boxes_apart_share_nothing() -> None:
    assert iou(np.array([[0, 0, 5, 5]], np.float32), np.array([[20, 20, 30, 30]], np.float32)) == 0


def test_no_boxes_are_no_boxes() -> None:
    none = batched_nms(
        np.empty((0, 4), np.float32),
        np.empty(0, np.float32),
        batch_index=np.empty(0, np.int64),
        threshold=0.5,
    )
    assert none.tolist() == []


def test_the_last_pixel_counts_in_the_share_of_the_smaller() -> None:
    left, right = np.array([[0, 0, 9, 9]], np.float32), np.array([[9, 0, 18, 9]], np.float32)
    assert iom(left, right) == np.float32(0.1)  # one column of ten

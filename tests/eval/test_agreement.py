"""How far two pipelines' faces agree, on made-up faces."""

from __future__ import annotations

import numpy as np
import pytest

from eval.support.detections import Detections, compare, overlaps
from eval.support.markdown import block
from tests.support.paths import ROOT


def faces(
    frames: list[int], boxes: list[list[float]], *, classes: list[int] | None = None
) -> Detections:
    """Faces whose embeddings are all alike, each surely of its class."""
    one_hot = np.eye(3, dtype=np.float32)[classes or [0] * len(frames)].reshape(-1, 3)
    vectors = np.ones((len(frames), 4), np.float32)
    return Detections(
        np.array(frames, np.int64), np.array(boxes, np.float32).reshape(-1, 4), vectors, one_hot
    )


BOX, MOVED, FAR = [0.0, 0.0, 10.0, 10.0], [2.0, 0.0, 12.0, 10.0], [50.0, 0.0, 60.0, 10.0]


def test_overlap_is_intersection_over_union() -> None:
    shares = overlaps(np.array([BOX], np.float32), np.array([BOX, MOVED, FAR], np.float32))
    np.testing.assert_allclose(shares, [[1, 80 / 120, 0]])


def test_equal_faces_agree_in_everything() -> None:
    agreement = compare("clip", faces([0, 1], [BOX, FAR]), faces([0, 1], [MOVED, FAR]))
    assert agreement.matched == 2
    assert agreement.missed == ()


def test_a_face_that_is_not_found_costs_recall() -> None:
    agreement = compare("clip", faces([0], [BOX]), faces([0, 0], [BOX, FAR]))
    assert (agreement.precision, agreement.recall) == (1.0, 0.5)


def test_a_face_too_many_costs_precision_unless_it_is_there_a_frame_later() -> None:
    reference = faces([0, 1], [BOX, FAR])
    assert compare("clip", faces([0, 1, 1], [BOX, FAR, MOVED]), reference).precision == 1.0
    assert compare("clip", faces([0, 3, 1], [BOX, FAR, FAR]), reference).precision == pytest.approx(
        2 / 3
    )


def test_two_boxes_on_one_face_match_once() -> None:
    assert compare("clip", faces([0, 0], [BOX, MOVED]), faces([0], [BOX])).matched == 1


def test_another_class_is_seen() -> None:
    agreement = compare(
        "clip", faces([0, 1], [BOX, BOX], classes=[0, 1]), faces([0, 1], [BOX, BOX])
    )
    assert (agreement.same_class, agreement.mean_difference) == (0.5, 0.5)
    assert agreement.missed == ("class", "means")


def test_embeddings_that_are_far_from_the_references_in_the_mean_miss_a_bar() -> None:
    ours, reference = faces([0, 1], [BOX, BOX]), faces([0, 1], [BOX, BOX])
    ours.embedding[1] = [1, 1, 1, 0.8]
    assert 0.995 < compare("clip", ours, reference).cosine_mean < 1
    assert compare("clip", ours, reference).missed == ()
    ours.embedding[1] = [1, 1, 1, 0]
    assert compare("clip", ours, reference).missed == ("cosine",)


def test_the_readme_has_a_place_for_what_is_lost() -> None:
    assert block(ROOT / "eval" / "README.md", "agreement")

"""Of the candidates of a face the smallest are kept."""

from __future__ import annotations

import numpy as np

from videoemo.faces.detection.stages import Candidates
from videoemo.faces.detection.tightest import tightest


def squares(*sides: float, left: float = 0, frame: int = 0) -> Candidates:
    """Squares about one centre."""
    boxes = [[left - side / 2, -side / 2, left + side / 2, side / 2] for side in sides]
    n = len(sides)
    return Candidates(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.linspace(0.7, 1, n, dtype=np.float32),
        np.full(n, frame, np.int64),
    )


def together(*parts: Candidates) -> Candidates:
    return Candidates(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def sides(candidates: Candidates) -> list[float]:
    return list(candidates.boxes[:, 2] - candidates.boxes[:, 0])


def test_the_four_smallest_of_a_face_are_kept_in_their_order() -> None:
    assert sides(tightest(squares(58, 50, 56, 52, 60, 54))) == [50, 56, 52, 54]


def test_each_face_and_each_frame_has_its_own() -> None:
    here, beside, later = (
        squares(50, 51, 52, 53, 54),
        squares(60, 61, 62, 63, 64, left=40),
        squares(70, 71, 72, 73, 74, frame=1),
    )
    kept = tightest(together(here, beside, later))
    assert sides(kept) == [50, 51, 52, 53, 60, 61, 62, 63, 70, 71, 72, 73]
    assert kept.position.tolist() == [0] * 8 + [1] * 4


def test_a_part_of_a_face_does_not_take_the_place_of_the_whole() -> None:
    assert sides(tightest(squares(20, 21, 22, 23, 50))) == [20, 21, 22, 23, 50]


def test_none_of_none() -> None:
    assert len(tightest(squares()).boxes) == 0

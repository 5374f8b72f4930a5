"""Boxes and numbers are black and white, and can be read."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from videoemo.vlm.marks import mark_faces, number_picture

FRAME = np.full((200, 300, 3), (120, 60, 60), np.uint8)


def where(rgb: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], number: int) -> tuple[int, int]:
    """The middle of a number's picture."""
    chip = number_picture(number)
    _, sure, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(rgb, chip, cv2.TM_SQDIFF_NORMED))
    low, _, (x, y), _ = cv2.minMaxLoc(cv2.matchTemplate(rgb, chip, cv2.TM_SQDIFF_NORMED))
    assert low < 0.01, sure
    return x + chip.shape[1] // 2, y + chip.shape[0] // 2


def marked(*boxes: tuple[float, float, float, float], numbers: list[int], side: int = 300):  # type: ignore[no-untyped-def]
    return mark_faces(FRAME, np.array(boxes, np.float32).reshape(-1, 4), numbers, side=side)


def test_a_number_stands_above_its_box_or_below_where_there_is_no_room() -> None:
    rgb = marked((40, 60, 90, 120), (200, 5, 250, 60), numbers=[7, 2])
    assert where(rgb, 7)[1] < 60
    assert where(rgb, 2)[1] > 60


def test_marks_have_no_colour_and_the_frame_stays_as_it_was() -> None:
    before = FRAME.copy()
    rgb = marked((40, 60, 90, 120), numbers=[3])
    changed = rgb[(rgb != FRAME).any(axis=-1)].astype(int)
    assert len(changed) > 500
    assert np.ptp(changed, axis=1).max() == 0
    assert (before == FRAME).all()


def test_no_number_hides_another_nor_a_face() -> None:
    boxes = [(40, 60, 90, 120), (60, 20, 110, 58), (95, 60, 140, 120)]
    rgb = marked(*boxes, numbers=[1, 2, 3])
    for number in (1, 2, 3):
        x, y = where(rgb, number)
        assert not any(x1 < x < x2 and y1 < y < y2 for x1, y1, x2, y2 in boxes)


@pytest.mark.parametrize("box", [(-20, -20, 330, 230), (290, 190, 400, 300), (0, 0, 3, 3)])
def test_a_box_at_the_edge_is_numbered_within_the_frame(box: tuple[int, int, int, int]) -> None:
    rgb = marked(box, numbers=[5])
    assert rgb.shape == FRAME.shape
    where(rgb, 5)


def test_a_large_frame_is_made_smaller_and_a_small_one_is_not_enlarged() -> None:
    assert marked((40, 60, 90, 120), numbers=[5], side=150).shape == (100, 150, 3)
    assert marked((40, 60, 90, 120), numbers=[5], side=999).shape == (200, 300, 3)

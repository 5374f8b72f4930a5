"""A PaliGemma's boxes, and whose face each is about."""

from __future__ import annotations

import numpy as np
import pytest

from videoemo.vlm.locations import Box, read_boxes, whose_face

FACES = np.array([[100, 100, 200, 200], [300, 100, 400, 200], [520, 150, 560, 190]], np.float32)


def location(*steps: int) -> str:
    return "".join(f"<loc{step:04d}>" for step in steps)


def test_steps_are_y_before_x_in_1024ths_of_the_sides() -> None:
    (box,), reason = read_boxes(
        location(0, 256, 512, 1023) + " the red one", width=1023, height=2046
    )
    assert (box, reason) == (Box(256, 0, 1023, 1024), "")
    both, _ = read_boxes(
        f"{location(0, 0, 9, 9)} face ; {location(1, 1, 8, 8)} face", width=9, height=9
    )
    assert len(both) == 2
    assert read_boxes("", width=9, height=9) == ([], "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("the one on the left", "unparseable"),
        ("Sure: " + location(0, 0, 9, 9), "unparseable"),
        (location(0, 0, 9), "unparseable"),
        (location(0, 0, 9, 9, 9), "unparseable"),
        ("<loc12><loc0001><loc0002><loc0003>", "unparseable"),
        (location(0, 0, 9, 9) + " ;", "unparseable"),
        (location(0, 0, 9, 9) + "<seg001>", "unparseable"),
        (location(9, 0, 0, 9), "no box"),
        (location(0, 9, 9, 9), "no box"),
        (location(0, 0, 1024, 9), "no box"),
    ],
)
def test_anything_else_is_no_answer(text: str, reason: str) -> None:
    assert read_boxes(text, width=640, height=360) == ([], reason)


@pytest.mark.parametrize(
    ("box", "face", "reason"),
    [
        ((100, 100, 200, 200), 0, ""),
        # More of the second than of the first.
        ((170, 100, 380, 200), 1, ""),
        ((310, 110, 400, 200), 1, ""),
        # A whole person.
        ((60, 80, 240, 360), 0, ""),
        ((480, 120, 600, 360), 2, ""),
        ((60, 80, 420, 360), None, "a box about several faces"),
        ((0, 210, 640, 360), None, "a box without a face"),
        # Not half of it.
        ((0, 0, 140, 360), None, "a box without a face"),
    ],
)
def test_a_box_is_about_the_face_that_it_overlaps_most(
    box: tuple[float, ...], face: int | None, reason: str
) -> None:
    assert whose_face(Box(*box), FACES) == (face, reason)
    assert whose_face(Box(*box), FACES[:0]) == (None, "a box without a face")

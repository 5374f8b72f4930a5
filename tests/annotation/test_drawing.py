"""Boxes, numbers and expressions are drawn where faces are, and can be read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from videoemo.annotation.drawing import Drawing
from videoemo.annotation.marks import Mark

CLASSES = ("anger", "happiness", "sadness")
AMBER = (255, 169, 14)  # happiness, in all pictures


def mark(
    box: tuple[float, float, float, float],
    *,
    expression: str = "happiness",
    shares: tuple[float, ...] = (0, 1, 0),
) -> Mark:
    return Mark(np.array(box, np.float32), 12, expression, np.array(shares, np.float32))


def drawn(
    *marks: Mark, size: tuple[int, int] = (640, 360), bars: bool = False
) -> npt.NDArray[np.uint8]:
    width, height = size
    rgb = np.full((height, width, 3), 90, np.uint8)
    Drawing(width, height, CLASSES, bars=bars).draw(rgb, marks)
    return rgb


def amber(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    return np.asarray((rgb == AMBER).all(axis=2))


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (3840, 2160)])
def test_letters_are_large_enough_in_every_size(size: tuple[int, int]) -> None:
    scale = min(size) / 360
    box = (100 * scale, 100 * scale, 200 * scale, 220 * scale)
    rgb = drawn(mark(box), size=size)
    above = amber(rgb)[: round(100 * scale), round(100 * scale) : round(150 * scale)]
    height = int(above.any(axis=1).sum())  # of the label
    assert height >= 18
    assert 0.028 < height / min(size) < 0.07
    assert above[-1].any()  # it stands on the box


def test_a_box_has_the_colour_of_its_expression_and_a_dark_line_about_it() -> None:
    rgb = drawn(mark((100, 100, 200, 220)))
    assert amber(rgb)[150, 100]
    assert amber(rgb)[220, 150]
    assert (rgb[150, 97:104].sum(axis=1) < 60).any()
    assert (rgb[150, 150] == 90).all()


@pytest.mark.parametrize(
    "box",
    [(0, 0, 60, 80), (580, 0, 640, 80), (580, 300, 640, 360), (0, 0, 640, 360), (-9, -9, 700, 400)],
    ids=["left above", "right above", "right below", "whole", "beyond"],
)
@pytest.mark.parametrize("bars", [False, True])
def test_labels_stay_in_the_frame(box: tuple[float, float, float, float], bars: bool) -> None:
    label = amber(drawn(mark(box), bars=bars)).sum()
    assert label > 1000  # px: all of its ground, less the letters


def test_a_frame_smaller_than_a_label_takes_what_it_can() -> None:
    assert drawn(mark((2, 2, 14, 14)), size=(16, 16), bars=True).shape == (16, 16, 3)


def test_bars_are_as_long_as_probabilities() -> None:
    some = [drawn(mark((50, 50, 150, 170), shares=(0, p, 0)), bars=True) for p in (0.5, 1.0)]
    half, whole = (amber(rgb)[60:170, 160:].any(axis=0).sum() for rgb in some)
    assert whole == pytest.approx(2 * half, abs=2)
    assert not amber(drawn(mark((50, 50, 150, 170))))[60:170, 160:].any()


def test_bars_of_a_face_without_probabilities_are_none() -> None:
    unknown = mark((50, 50, 150, 170), shares=(np.nan,) * 3)
    assert (drawn(unknown, bars=True) == drawn(unknown)).all()


def test_a_face_without_an_expression_has_a_number() -> None:
    rgb = drawn(mark((100, 100, 200, 220), expression=""))
    assert (rgb[80:96, 100:125] == 230).all(axis=2).any()


def test_many_classes_are_drawn_in_one_colour() -> None:
    rgb = np.zeros((360, 640, 3), np.uint8)
    names = tuple(f"class {i}" for i in range(30))
    given = mark((100, 100, 200, 220), expression="class 3", shares=(1 / 30,) * 30)
    Drawing(640, 360, names, bars=True).draw(rgb, [given])
    assert (rgb[150, 100] == 230).all()


def test_bars_stand_where_they_hide_no_other_face() -> None:
    neighbour = mark((170, 60, 230, 130), expression="sadness")
    rgb = drawn(neighbour, mark((100, 60, 160, 130)), bars=True)
    assert (rgb[75:125, 180:220] == 90).all()

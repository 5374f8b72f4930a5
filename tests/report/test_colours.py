"""Colours on a page."""

from __future__ import annotations

from videoemo.labels import AFFECTNET_8
from videoemo.plots._palette import contrast
from videoemo.report.colours import class_colours


def rgb(code: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(code[1:])
    return red / 255, green / 255, blue / 255


def test_lines_are_seen_on_light_and_on_dark() -> None:
    for colour in class_colours(AFFECTNET_8).values():
        assert contrast(rgb(colour.on_light), rgb("#ffffff")) >= 2.9
        assert contrast(rgb(colour.on_dark), rgb("#14161a")) >= 2.9


def test_areas_have_the_colours_of_the_pictures() -> None:
    assert class_colours(AFFECTNET_8)["happiness"].fill == "#ffa90e"


def test_any_number_of_classes_has_colours() -> None:
    names = [f"class {i}" for i in range(23)]
    assert list(class_colours(names)) == names

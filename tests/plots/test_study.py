"""The figures of a study."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from videoemo.plots import (
    DARK,
    LIGHT,
    MOST_CONDITIONS,
    CoursePanel,
    Mark,
    MeasurePanel,
    condition_colours,
    course_figure,
    course_panels,
    measure_panels,
    measures_figure,
)
from videoemo.plots._palette import contrast
from videoemo.plots._study import Theme
from videoemo.plots._study_course import _range

SECONDS = np.arange(20) / 10
LEVELS = np.full((2, 20), 0.3) + np.array([[0.0], [0.4]])
N = np.full((2, 20), 5)


def course(name: str = "happiness", *, mean: float = 1.0) -> CoursePanel:
    """Two conditions, of which nothing is known at one time; they differ for a second."""
    values = LEVELS * mean
    values[0, 7] = np.nan
    marks = [Mark(0.5, 1.5, 0, 1)]
    low, high = values - 0.1, values + 0.1
    return CoursePanel(name, (1.0, 0.7, 0.0), SECONDS, N, values, low, high, marks)


def measured(*, n: int = 5) -> MeasurePanel:
    mean = np.array([[0.1, np.nan], [0.5, np.nan]])
    units = [np.full((n, 2), 0.2), np.full((n, 2), np.nan)]
    rows = ["happiness", "<b>&amp;$x_1$"]
    return MeasurePanel("Mean", "share", rows, mean, mean - 0.1, mean + 0.1, [True, False], units)


def test_figures_for_print_have_300_dots_an_inch(tmp_path: Path) -> None:
    path = tmp_path / "course.png"
    course_figure([path], [course()] * 4, labels=["a (n = 3)", "b (n = 4)"], note="Bands.")
    with Image.open(path) as picture:
        width, _ = picture.size
        assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert width == pytest.approx(7.2 * 300, abs=2)


@pytest.mark.parametrize("name", ["figure.png", "figure.svg"])
def test_the_same_figure_is_the_same_file(tmp_path: Path, name: str) -> None:
    written = []
    for folder in ("one", "other"):
        path = tmp_path / folder / name
        measures_figure([path], [measured()], labels=["a", "b"], note="Dots.")
        written.append(path.read_bytes())
    assert written[0] == written[1]


def test_a_figure_to_be_edited_is_an_svg_without_anything_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "measures.svg"
    measures_figure([path], [measured()], labels=["<script>", "b"], note="Dots.")
    tags = {element.tag.split("}")[-1] for element in ElementTree.parse(path).iter()}
    assert "path" in tags
    assert tags.isdisjoint({"script", "image", "foreignObject"})


def test_a_page_has_panels_for_the_light_and_for_the_dark() -> None:
    light, dark = (
        course_panels([course(), course("sadness")], dark=dark) for dark in (False, True)
    )
    assert len(light) == len(dark) == 2
    assert light[0] != dark[0]
    assert measure_panels([measured()], dark=False) != measure_panels([measured()], dark=True)


def test_what_never_occurs_and_what_is_not_known_is_drawn() -> None:
    (flat,) = course_panels([course(mean=0.0)], dark=False)
    assert "<svg" in flat
    nothing = np.full((2, 20), np.nan)
    empty = CoursePanel("fear", None, SECONDS, 0 * N, nothing, nothing, nothing, [])
    assert "<svg" in course_panels([empty], dark=False)[0]


def test_the_dots_of_many_units_are_left_out() -> None:
    few, many = (measure_panels([measured(n=n)], dark=False)[0] for n in (60, 61))
    assert len(many) < len(few) / 2


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_conditions_stand_out_from_the_ground(theme: Theme) -> None:
    found = condition_colours(MOST_CONDITIONS, theme)
    assert len(set(found)) == MOST_CONDITIONS
    assert min(contrast(colour, theme.ground) for colour in found) >= 3


def test_an_interval_of_a_handful_of_units_does_not_flatten_the_others() -> None:
    wide = course()
    wide.low[1], wide.high[1] = -50, 50
    few = replace(wide, n=np.vstack([N[0], N[1] - 3]))
    assert _range(wide, room=0)[1] > 40
    assert _range(few, room=0)[1] < 2

"""What the picture of a group shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.face_tables import faces_of
from tests.support.pixels import EIGHT, Pixels, picture_of, pixels, where
from videoemo.group import FaceAffect, GroupAffect, deviations, group_series, peaks
from videoemo.plots import group
from videoemo.plots._group import FACE, MOST, PITCH, TOP
from videoemo.plots._group_panels import LEFT, RIGHT
from videoemo.plots._palette import KNOWN, RGB, WHITE, mix
from videoemo.plots._series import time_series
from videoemo.plots._strip import strip
from videoemo.tables.videos import Prediction
from videoemo.tables.windows import Window

LONG = 50  # two seconds
ODD: RGB = (1.0, 0.0, 1.0)


def affect_of(faces: FaceAffect) -> GroupAffect:
    whole = group_series(faces, window=1)
    return GroupAffect(
        faces,
        whole,
        deviations(faces),
        [],
        peaks(whole.seconds, whole.valence_smoothed, apart=1),
        [],
    )


def draw(path: Path, displayed: dict[int, str], **given: object) -> None:
    group(path, affect_of(faces_of(displayed)), **{"name": "clip.mp4", "portraits": {}} | given)  # type: ignore[arg-type]


def drawn(displayed: dict[int, str], **given: object) -> Pixels:
    return picture_of(draw, displayed, **given)


def row(picture: Pixels, number: int) -> Pixels:
    """The strip of a row of the picture, from the first to the last second."""
    y = TOP + PITCH * number + FACE // 2 + 8  # below the line through its middle
    return picture[y, LEFT:RIGHT]


def painted(pixels: Pixels, name: str) -> npt.NDArray[np.bool_]:
    """(n,), where a row has the colour of a class, as pale as at a probability of 0.8."""
    colour = mix(KNOWN[name], WHITE, share=0.3 + 0.7 * 7 / 8)
    return where(pixels[None], colour).reshape(-1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out" / "group.png"


def test_each_person_has_a_row_in_the_colours_of_what_is_displayed() -> None:
    picture = drawn({0: "h" * LONG, 1: "s" * LONG})
    shares = [
        [painted(row(picture, i), name).mean() for name in ("happiness", "sadness")] for i in (0, 1)
    ]
    assert np.array(shares) == pytest.approx(np.eye(2), abs=0.03)


def test_colours_change_when_the_expression_does() -> None:
    picture = drawn({0: "h" * 25 + "s" * 25, 1: "n" * LONG})
    where_happy = np.flatnonzero(painted(row(picture, 0), "happiness"))
    assert where_happy.max() / (RIGHT - LEFT) == pytest.approx(24.5 / 49, abs=0.01)


def test_a_person_who_is_not_seen_has_no_colour() -> None:
    picture = drawn({0: "h" * 20 + "." * 10 + "h" * 20, 1: "n" * LONG})
    middle = row(picture, 0)[(RIGHT - LEFT) * 22 // 50 : (RIGHT - LEFT) * 28 // 50]
    assert (middle.max(axis=1) - middle.min(axis=1) == 0).all()


def test_what_is_less_sure_is_paler() -> None:
    seen = time_series(
        np.arange(4.0), np.array([[1, 0], [0.9, 0.1], [0.6, 0.4], [0.5, 0.5]], np.float32)
    )
    greens = strip(seen, [KNOWN["happiness"], KNOWN["sadness"]], width=40, height=1)[
        0, ::10, 2
    ].astype(int)
    assert (np.diff(greens[1:]) >= 0).all()
    assert greens[3] > greens[0]


def test_a_portrait_stands_before_its_row() -> None:
    face = np.tile((np.array(ODD) * 255).astype(np.uint8), (FACE, FACE, 1))
    picture = drawn({0: "h" * LONG, 1: "s" * LONG}, portraits={1: face})
    rows = np.flatnonzero(where(picture, ODD).any(axis=1))
    assert (rows.min(), rows.max()) == (TOP + PITCH, TOP + PITCH + FACE - 1)


def test_rows_are_in_the_order_of_appearance_and_glimpses_have_none() -> None:
    two = drawn({0: "h" * LONG, 2: "s" * LONG})
    three = drawn({0: "h" * LONG, 1: "n" * 5 + "." * (LONG - 5), 2: "s" * LONG})
    assert two.shape == three.shape
    assert painted(row(three, 1), "sadness").mean() > 0.97


def test_of_many_persons_those_seen_longest_are_shown() -> None:
    displayed = {person: "h" * (LONG - person) + "." * person for person in range(MOST + 4)}
    assert len(drawn(displayed)) == len(drawn(dict.fromkeys(range(MOST), "h" * LONG)))


def test_ten_persons_are_a_page_to_be_looked_at() -> None:
    assert drawn(dict.fromkeys(range(10), "h" * LONG)).shape[0] < 1300


def test_a_prediction_has_a_strip() -> None:
    windows = [
        Window(i, i + 1, 25, 25, 50, Prediction(label))
        for i, label in enumerate(["Positive", "Negative"])
    ]
    displayed = {0: "n" * LONG, 1: "n" * LONG}
    without, told = drawn(displayed), drawn(displayed, windows=windows)
    assert len(told) - len(without) == PITCH
    y = TOP + 2 * PITCH + 12
    assert where(told[y : y + 1], KNOWN["positive"])[0, LEFT:RIGHT].mean() == pytest.approx(
        0.5, abs=0.03
    )


def test_smoothing_and_a_notice_are_told() -> None:
    displayed = {0: "h" * LONG, 1: "s" * LONG}
    plain = drawn(displayed)
    assert not np.array_equal(plain, drawn(displayed, smoothed=0.2))
    assert not np.array_equal(plain, drawn(displayed, notice="truncated at 12.3 s"))


def test_classes_without_a_valence_can_be_drawn(path: Path) -> None:
    faces = faces_of(
        {0: "h" * LONG, 1: "s" * LONG},
        classes=("calm", "tense", "other"),
        valence={"h": np.nan, "s": np.nan, "n": np.nan},
    )
    group(path, affect_of(faces), name="", portraits={})
    assert pixels(path).shape[1] == 1500


def test_a_stretch_without_any_face_is_hatched() -> None:
    displayed = {0: "h" * 20 + "." * 10 + "h" * 20, 1: "s" * 20 + "." * 10 + "s" * 20}
    gap = drawn(displayed)[
        TOP + 2 * PITCH + 60, LEFT + (RIGHT - LEFT) * 21 // 50 : LEFT + (RIGHT - LEFT) * 28 // 50
    ]
    assert (gap.max(axis=1) - gap.min(axis=1) == 0).all()


def test_the_same_group_gives_the_same_bytes(path: Path) -> None:
    draw(path, {0: "h" * LONG, 1: "s" * LONG})
    first = path.read_bytes()
    draw(path, {0: "h" * LONG, 1: "s" * LONG})
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    "displayed", [{0: "hhhh"}, {0: "h", 1: "s"}], ids=["one person", "one frame"]
)
def test_what_is_no_group_over_time_is_an_error(path: Path, displayed: dict[int, str]) -> None:
    with pytest.raises(ValueError, match="two persons or more at two times or more"):
        draw(path, displayed)


def test_eight_classes_have_a_legend(path: Path) -> None:
    faces = faces_of({0: "h" * LONG, 1: "s" * LONG})
    wide = np.zeros((len(faces.at), 8), np.float32)
    wide[:, EIGHT.index("happiness")] = 1
    group(path, affect_of(replace(faces, classes=EIGHT, probabilities=wide)), name="", portraits={})
    legend = pixels(path)[125:150]
    assert all(where(legend, KNOWN[name]).sum() >= 18 * 18 for name in EIGHT)


def test_moments_days_apart_are_seen_in_the_strips_and_nothing_between_them(path: Path) -> None:
    faces = faces_of({0: "h" * 20, 1: "s" * 20})
    days = np.concatenate([faces.seconds[:10], faces.seconds[10:] + 30 * 86400])
    affect = affect_of(replace(faces, seconds=days))
    windows = [
        Window(start, start + 1, 10, 10, 10, Prediction("Happy")) for start in (0.0, 30 * 86400.0)
    ]
    group(path, affect, name="clip.mp4", portraits={}, windows=windows)
    picture = pixels(path)
    for number, name in enumerate(("happiness", "sadness")):
        where_seen = np.flatnonzero(painted(row(picture, number), name))
        assert where_seen.tolist() == [0, 1, 2, 3, *(RIGHT - LEFT + at for at in (-4, -3, -2, -1))]
    below = picture[TOP + 2 * PITCH + 20, LEFT:RIGHT]
    coloured = np.flatnonzero(below.max(axis=1) - below.min(axis=1) > 0.3)
    assert len(coloured) == 8

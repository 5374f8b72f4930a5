"""Which faces stand for a video."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from videoemo.analysis.thumbnails import Portraits, Thumbnails


def face(shade: int = 100, *, height: int = 50, width: int = 40) -> npt.NDArray[np.uint8]:
    return np.full((height, width, 3), shade, np.uint8)


def test_keeps_the_surest_face_of_a_part() -> None:
    gallery = Thumbnails(10.0, slots=1)
    for seconds, probability in ((1.0, 0.5), (2.0, 0.9), (3.0, 0.7)):
        gallery.offer(seconds, face(), "anger", probability)
    assert [thumbnail.seconds for thumbnail in gallery.chosen()] == [2.0]


def test_keeps_the_earlier_of_equally_clear_faces() -> None:
    gallery = Thumbnails(10.0, slots=1)
    gallery.offer(1.0, face(), "anger", 0.5)
    gallery.offer(2.0, face(), "fear", 0.5)
    assert gallery.chosen()[0].label == "anger"


def test_keeps_one_face_of_each_part_sorted_by_time() -> None:
    gallery = Thumbnails(8.0, slots=4)
    for seconds in (7.5, 0.5, 3.0, 1.0, 5.0):
        gallery.offer(seconds, face(), "anger", 0.5)
    assert [thumbnail.seconds for thumbnail in gallery.chosen()] == [0.5, 3.0, 5.0, 7.5]


def test_an_expression_goes_before_a_surer_neutral_face() -> None:
    gallery = Thumbnails(10.0, slots=1)
    gallery.offer(1.0, face(), "neutral", 0.9)
    gallery.offer(2.0, face(), "surprise", 0.5)
    assert gallery.chosen()[0].label == "surprise"


def test_a_neutral_face_goes_before_a_doubtful_expression() -> None:
    gallery = Thumbnails(10.0, slots=1)
    gallery.offer(1.0, face(), "neutral", 0.9)
    gallery.offer(2.0, face(), "contempt", 0.2)
    assert gallery.chosen()[0].label == "neutral"


def test_parts_begin_at_first() -> None:
    gallery = Thumbnails(2.0, first=100.0, slots=2)
    for seconds in (100.2, 100.8, 101.2):
        gallery.offer(seconds, face(), "anger", 0.5)
    assert [thumbnail.seconds for thumbnail in gallery.chosen()] == [100.2, 101.2]


@pytest.mark.parametrize(("outside", "inside"), [(-3.0, 0.1), (99.0, 9.9)], ids=["before", "after"])
def test_a_face_from_outside_the_stretch_counts_to_its_nearest_part(
    outside: float, inside: float
) -> None:
    gallery = Thumbnails(10.0, slots=2)
    gallery.offer(inside, face(), "anger", 0.5)
    gallery.offer(outside, face(), "anger", 0.6)
    assert [thumbnail.seconds for thumbnail in gallery.chosen()] == [outside]


def test_of_a_picture_the_clearest_faces_are_kept() -> None:
    gallery = Thumbnails(0.0, slots=3)
    for probability in (0.3, 0.9, 0.4, 0.8, 0.2, 0.7):
        gallery.offer(0.0, face(), "anger", probability)
    assert sorted(thumbnail.probability for thumbnail in gallery.chosen()) == [0.7, 0.8, 0.9]


def test_an_empty_gallery_has_no_face() -> None:
    assert Thumbnails(10.0).chosen() == []


@pytest.mark.parametrize(("height", "width"), [(50, 40), (7, 9), (400, 300), (1, 1)])
def test_a_thumbnail_is_a_square_of_the_side_asked_for(height: int, width: int) -> None:
    gallery = Thumbnails(1.0, side=30)
    gallery.offer(0.0, face(height=height, width=width), "anger", 0.5)
    rgb = gallery.chosen()[0].rgb
    assert rgb.dtype == np.uint8
    assert rgb.shape == (30, 30, 3)


def test_a_thumbnail_shows_the_centre_unstretched() -> None:
    crop = np.full((100, 50, 3), 255, np.uint8)
    crop[25:75] = 0  # the centre square
    gallery = Thumbnails(1.0, side=50)
    gallery.offer(0.0, crop, "anger", 0.5)
    assert not gallery.chosen()[0].rgb.any()


def test_a_thumbnail_does_not_keep_the_frame_it_was_cut_from() -> None:
    frame = np.zeros((100, 100, 3), np.uint8)
    gallery = Thumbnails(1.0, side=20)
    gallery.offer(0.0, frame[10:30, 10:30], "anger", 0.5)
    assert not np.shares_memory(gallery.chosen()[0].rgb, frame)


def test_a_thumbnails_repr_shows_no_pixels() -> None:
    gallery = Thumbnails(1.0, side=20)
    gallery.offer(0.25, face(), "anger", 0.5)
    assert repr(gallery.chosen()[0]) == "Thumbnail(anger 0.50 at 0.250 s, uint8[20, 20, 3])"


@pytest.mark.parametrize(
    "crop",
    [
        np.zeros((5, 5, 3), np.float32),
        np.zeros((5, 5), np.uint8),
        np.zeros((5, 5, 4), np.uint8),
        np.zeros((0, 5, 3), np.uint8),
    ],
    ids=["float", "grey", "alpha", "empty"],
)
def test_a_crop_of_another_kind_is_an_error(crop: npt.NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="expected uint8"):
        Thumbnails(1.0).offer(0.0, crop, "anger", 0.5)


@pytest.mark.parametrize("duration", [-1.0, float("nan"), float("inf")])
def test_a_duration_that_is_no_length_is_an_error(duration: float) -> None:
    with pytest.raises(ValueError, match="duration_seconds"):
        Thumbnails(duration)


def test_a_person_is_shown_by_the_clearest_face() -> None:
    portraits = Portraits(side=8)
    for shade, clearness in ((10, 1.0), (20, 3.0), (30, 2.0), (40, 3.0)):
        portraits.offer(5, face(shade), clearness)
    portraits.offer(7, face(50), 0.1)
    assert {
        person: (shown.shape, int(shown.mean())) for person, shown in portraits.chosen().items()
    } == {5: ((8, 8, 3), 20), 7: ((8, 8, 3), 50)}

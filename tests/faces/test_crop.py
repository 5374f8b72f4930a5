"""What `crop` cuts out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.support.faces import at_times
from videoemo.errors import InputError
from videoemo.faces.crop import crop_faces
from videoemo.records import Faces, Frames

HEIGHT, WIDTH = 40, 60


@pytest.fixture
def frames() -> Frames:
    """Two frames, numbers 5 and 9, in which every pixel tells its column, its row and its frame."""
    rgb = np.empty((2, HEIGHT, WIDTH, 3), np.uint8)
    rgb[..., 0] = np.arange(WIDTH)
    rgb[..., 1] = np.arange(HEIGHT)[:, None]
    rgb[..., 2] = np.array([5, 9])[:, None, None]
    return at_times(rgb, index=[5, 9])


def faces_at(*boxes: Sequence[float], frame: int = 5) -> Faces:
    m = len(boxes)
    return Faces(
        np.array(boxes, np.float32),
        np.ones(m, np.float32),
        np.zeros((m, 5, 2), np.float32),
        np.full(m, frame),
    )


def only_crop(frames: Frames, faces: Faces, **settings: Any) -> npt.NDArray[np.uint8]:
    crops = crop_faces(frames, faces, **({"size": 112} | settings)).crops
    assert crops is not None
    assert len(crops) == 1
    return crops[0]


def corners(picture: npt.NDArray[np.uint8]) -> list[list[int]]:
    """Column and row of the first and the last pixel."""
    return [picture[0, 0, :2].tolist(), picture[-1, -1, :2].tolist()]


def test_a_box_is_rounded_to_whole_pixels(frames: Frames) -> None:
    assert corners(only_crop(frames, faces_at([10.4, 4.6, 20.4, 24.6]), kind="box")) == [
        [10, 5],
        [19, 24],
    ]


def test_a_box_keeps_its_shape(frames: Frames) -> None:
    assert only_crop(frames, faces_at([10, 5, 20, 25]), kind="box").shape == (20, 10, 3)


@pytest.mark.parametrize(
    "box",
    [[10.1, 10.1, 10.2, 10.2], [60, 40, 60, 40], [59.9, 0, 60, 0.1]],
    ids=["inside", "corner", "edge"],
)
def test_a_box_is_never_empty(frames: Frames, box: list[float]) -> None:
    assert only_crop(frames, faces_at(box), kind="box").shape == (1, 1, 3)


def test_a_box_comes_from_its_own_frame(frames: Frames) -> None:
    assert (only_crop(frames, faces_at([0, 0, 5, 5], frame=9), kind="box")[..., 2] == 9).all()


@pytest.mark.parametrize("kind", ["box", "square"])
def test_nothing_is_copied_of_a_face_inside_its_frame(frames: Frames, kind: str) -> None:
    assert np.shares_memory(only_crop(frames, faces_at([10, 10, 15, 15]), kind=kind), frames.rgb)


def test_a_square_is_as_high_as_the_box_about_its_centre(frames: Frames) -> None:
    picture = only_crop(frames, faces_at([26, 10, 34, 26]), kind="square")
    assert picture.shape == (16, 16, 3)
    assert corners(picture) == [[22, 10], [37, 25]]


def test_a_square_beyond_the_frame_repeats_its_edge(frames: Frames) -> None:
    picture = only_crop(frames, faces_at([0, 0, 10, 30]), kind="square")
    assert picture.shape == (30, 30, 3)
    assert (picture[:, :11, 0] == 0).all()
    assert picture[0, -1].tolist() == [19, 0, 5]


def test_a_square_crop_is_scaled_about_the_centre_of_the_box(frames: Frames) -> None:
    assert corners(only_crop(frames, faces_at([20, 10, 30, 30]), kind="square", scale=0.5)) == [
        [20, 15],
        [29, 24],
    ]


def test_no_faces_have_no_crops(frames: Frames) -> None:
    assert crop_faces(frames, faces_at([0, 0, 1, 1])[:0], kind="box", size=112).crops == ()


def test_an_aligned_crop_has_the_size_asked_for(frames: Frames) -> None:
    assert only_crop(frames, faces_at([0, 0, 5, 5]), kind="box", size=64, align=True).shape == (
        64,
        64,
        3,
    )


def test_another_kind_is_refused_with_the_kinds(frames: Frames) -> None:
    with pytest.raises(InputError, match="box, square"):
        crop_faces(frames, faces_at([0, 0, 5, 5]), kind="oval", size=112)


def test_a_size_below_one_is_refused(frames: Frames) -> None:
    with pytest.raises(InputError, match="1 or more"):
        crop_faces(frames, faces_at([0, 0, 5, 5]), kind="box", size=0)


def test_a_face_of_a_frame_not_given_is_refused(frames: Frames) -> None:
    with pytest.raises(InputError, match="frame 6"):
        crop_faces(frames, faces_at([0, 0, 5, 5], frame=6), kind="box", size=112)

"""Crops are resized by what is compiled, and, to the same bits, by Pillow."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import numpy.typing as npt
import pytest

from videoemo._native import resize_pillow
from videoemo.faces import resize
from videoemo.faces.resize import resize_crop

Crop = npt.NDArray[np.uint8]

AS_THEY_ARE = np.arange(256, dtype=np.float32)[None]


@pytest.fixture
def compiled() -> ModuleType:
    module: ModuleType = pytest.importorskip(
        "videoemo._native.resize", reason="no compiler was at hand when videoemo was installed"
    )
    return module


@pytest.fixture(params=["compiled", "pillow"])
def _serving(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    module = request.getfixturevalue("compiled") if request.param == "compiled" else resize_pillow
    monkeypatch.setattr(resize, "_resize", module.resize)


def noise(height: int, width: int) -> Crop:
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)


def grey(crop: Crop, side: int, detail: int | None = None) -> npt.NDArray[np.float32]:
    resized = np.empty((side, side), np.float32)
    resize_crop(crop, AS_THEY_ARE, resized[None], detail=detail)
    return resized


@pytest.mark.usefixtures("_serving")
def test_colours_keep_their_order_and_are_looked_up_each_in_its_own_levels() -> None:
    red = np.zeros((20, 30, 3), np.uint8)
    red[..., 0] = 255
    resized = np.empty((3, 8, 8), np.float32)
    resize_crop(red, AS_THEY_ARE + np.array([[0], [1000], [2000]], np.float32), resized)
    assert [np.unique(channel).tolist() for channel in resized] == [[255], [1000], [2000]]


@pytest.mark.usefixtures("_serving")
def test_a_fine_pattern_is_averaged_and_not_aliased() -> None:
    lines = np.zeros((960, 960, 3), np.uint8)
    lines[::2] = 255
    assert np.abs(grey(lines, 96) - 127.5).max() < 5


@pytest.mark.usefixtures("_serving")
def test_no_more_detail_is_left_than_there_is_room_for() -> None:
    assert grey(noise(96, 96), 96, detail=48).std() < 0.75 * grey(noise(96, 96), 96).std()
    np.testing.assert_array_equal(grey(noise(40, 96), 96, detail=48), grey(noise(40, 96), 96))


@pytest.mark.usefixtures("_serving")
@pytest.mark.parametrize(
    "view",
    [noise(70, 60)[..., ::-1], noise(70, 60)[::-1], noise(99, 99)[9:79, 20:80]],
    ids=["bgr", "upside down", "part"],
)
def test_crops_need_not_be_contiguous(view: Crop) -> None:
    np.testing.assert_array_equal(grey(view, 48), grey(np.ascontiguousarray(view), 48))


# Shapes about those at which Pillow changes the order of its passes; ones that shrink, grow and
# stay; few rows, in which not four are left.
@pytest.mark.parametrize(
    "shape",
    [
        (1, 1),
        (2, 9),
        (48, 48),
        (190, 187),
        (200, 353),
        (354, 200),
        (352, 200),
        (97, 20),
        (96, 20),
        (901, 30),
        (5, 700),
        (2, 40000),
    ],
)
@pytest.mark.parametrize("detail", [0, 48])
@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_compiled_does_as_pillow_to_the_bit(
    compiled: ModuleType, shape: tuple[int, int], detail: int, channels: int
) -> None:
    levels = np.random.default_rng(0).normal(size=(channels, 256)).astype(np.float32)
    for crop in (noise(*shape), np.full((*shape, 3), 255, np.uint8)):
        for side in (1, 7, 48, 96, 224):
            ours, theirs = np.empty((2, channels, side, side), np.float32)
            compiled.resize(crop, detail, levels, ours)
            resize_pillow.resize(crop, detail, levels, theirs)
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    "crop",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)],
)
def test_what_is_no_crop_is_refused(crop: Crop) -> None:
    with pytest.raises(ValueError, match=r"expected a crop uint8 \(h, w, 3\)"):
        grey(crop, 8)


@pytest.mark.parametrize(
    ("crop", "detail", "channels", "resized"),
    [
        (noise(4, 4)[:, ::2], 0, 1, (1, 8, 8)),
        (noise(4, 4), -1, 1, (1, 8, 8)),
        (noise(4, 4), 1 << 16, 1, (1, 8, 8)),
        (noise(4, 4), 0, 2, (2, 8, 8)),
        (noise(4, 4), 0, 3, (1, 8, 8)),
        (noise(4, 4), 0, 1, (1, 8, 9)),
        (noise(4, 4), 0, 1, (1, 0, 0)),
    ],
    ids=[
        "rows in pieces",
        "negative",
        "huge",
        "two channels",
        "fewer channels",
        "not square",
        "nothing",
    ],
)
def test_what_is_compiled_refuses_what_has_no_room(
    compiled: ModuleType, crop: Crop, detail: int, channels: int, resized: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match=r"^resize: "):
        compiled.resize(
            crop, detail, np.empty((channels, 256), np.float32), np.empty(resized, np.float32)
        )

"""Crops are prepared for a network by what is compiled, and, to the same bits, by Pillow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from videoemo import preprocessing, preprocessing_pillow
from videoemo.cards import Card, find_card
from videoemo.preprocessing import preprocess

Crop = npt.NDArray[np.uint8]


@pytest.fixture
def card() -> Card:
    return find_card("ferplus-small")[0]


@pytest.fixture(params=["compiled", "pillow"])
def _serving(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    module = compiled() if request.param == "compiled" else preprocessing_pillow
    monkeypatch.setattr(preprocessing, "_prepare", module.prepare)


def compiled() -> object:
    return pytest.importorskip("videoemo._preprocessing", reason="no compiler was at hand when videoemo was installed")


def noise(height: int, width: int) -> Crop:
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.usefixtures("_serving")
def test_grey_crops_are_normalised_as_the_card_says(card: Card) -> None:
    grey = np.full((60, 60, 3), 128, np.uint8)
    x = preprocess(grey, card)
    assert x.shape == (1, card.input_size, card.input_size)
    assert np.allclose(x, (128 / 255 - card.mean[0]) / card.std[0], atol=1e-6)


@pytest.mark.usefixtures("_serving")
def test_colour_crops_keep_their_channels_in_order(card: Card) -> None:
    colour = replace(card, colour="rgb", mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 255
    assert preprocess(red, colour).mean(axis=(1, 2)).tolist() == [1, 0, 0]


@pytest.mark.usefixtures("_serving")
def test_a_fine_pattern_is_averaged_and_not_aliased(card: Card) -> None:
    lines = np.zeros((960, 960, 3), np.uint8)
    lines[::2] = 255
    x = preprocess(lines, card) * card.std[0] + card.mean[0]
    assert np.abs(x - 0.5).max() < 0.02


@pytest.mark.usefixtures("_serving")
def test_no_more_detail_than_the_card_allows(card: Card) -> None:
    crop = noise(card.input_size, card.input_size)
    assert preprocess(crop, card).std() < 0.75 * preprocess(crop, replace(card, detail=None)).std()


@pytest.mark.usefixtures("_serving")
@pytest.mark.parametrize("view", [noise(70, 60)[..., ::-1], noise(70, 60)[::-1], noise(99, 99)[9:79, 20:80]], ids=["bgr", "upside down", "part"])
def test_crops_need_not_be_contiguous(card: Card, view: Crop) -> None:
    np.testing.assert_array_equal(preprocess(view, card), preprocess(np.ascontiguousarray(view), card))


# Shapes about those at which Pillow changes the order of its passes; ones that shrink, grow and stay; few rows, in which not four are left.
@pytest.mark.parametrize("shape", [(1, 1), (2, 9), (48, 48), (190, 187), (200, 353), (354, 200), (352, 200), (97, 20), (96, 20), (901, 30), (5, 700)])
@pytest.mark.parametrize("detail", [0, 48])
@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_compiled_does_as_pillow_to_the_bit(shape: tuple[int, int], detail: int, channels: int) -> None:
    levels = np.random.default_rng(0).normal(size=(channels, 256)).astype(np.float32)
    for crop in (noise(*shape), np.full((*shape, 3), 255, np.uint8)):
        for side in (1, 7, 48, 96, 224):
            ours, theirs = np.empty((2, channels, side, side), np.float32)
            compiled().prepare(crop, detail, levels, ours)  # type: ignore[attr-defined]
            preprocessing_pillow.prepare(crop, detail, levels, theirs)
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("crop", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_crop_is_refused(card: Card, crop: Crop) -> None:
    with pytest.raises(ValueError, match=r"expected a crop uint8 \(h, w, 3\)"):
        preprocess(crop, card)


@pytest.mark.parametrize(
    ("crop", "detail", "channels", "prepared"),
    [
        (noise(4, 4)[:, ::2], 0, 1, (1, 8, 8)),
        (noise(4, 4), -1, 1, (1, 8, 8)),
        (noise(4, 4), 1 << 16, 1, (1, 8, 8)),
        (noise(4, 4), 0, 2, (2, 8, 8)),
        (noise(4, 4), 0, 3, (1, 8, 8)),
        (noise(4, 4), 0, 1, (1, 8, 9)),
        (noise(4, 4), 0, 1, (1, 0, 0)),
    ],
    ids=["rows in pieces", "negative", "huge", "two channels", "fewer channels", "not square", "nothing"],
)
def test_what_is_compiled_refuses_what_has_no_room(crop: Crop, detail: int, channels: int, prepared: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^prepare: "):
        compiled().prepare(crop, detail, np.empty((channels, 256), np.float32), np.empty(prepared, np.float32))  # type: ignore[attr-defined]

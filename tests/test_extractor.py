from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from safetensors.torch import save_file

from videoemo.cards import Card, find_card, sha256
from videoemo.engines.timm_torch import build_network, load_network
from videoemo.errors import WeightsError
from videoemo.extractor import Extractor, load_extractor, preprocess
from videoemo.records import Features

Crop = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return load_extractor()


@pytest.fixture(scope="module")
def crops() -> list[Crop]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (h, w, 3), dtype=np.uint8) for h, w in ((30, 25), (200, 150), (1, 1), (96, 96), (48, 480))]


@pytest.fixture
def card() -> Card:
    return find_card("ferplus-small")[0]


def test_a_row_a_crop_in_their_order(extractor: Extractor, crops: list[Crop]) -> None:
    features = extractor(crops)
    assert isinstance(features, Features)
    assert features.embedding.shape == (5, extractor.card.embedding)
    assert features.probabilities.shape == (5, len(extractor.classes))
    backwards = extractor(crops[::-1])
    assert np.allclose(features.probabilities, backwards.probabilities[::-1], atol=1e-5)


def test_probabilities_sum_to_one(extractor: Extractor, crops: list[Crop]) -> None:
    assert np.allclose(extractor(crops).probabilities.sum(axis=1), 1, atol=1e-6)


def test_no_crops_give_no_rows(extractor: Extractor) -> None:
    assert len(extractor([])) == 0


def test_many_crops_are_taken_in_bounded_batches(extractor: Extractor, crops: list[Crop]) -> None:
    many = extractor(crops * 30)
    assert np.allclose(many.probabilities[:5], many.probabilities[-5:], atol=1e-5)


def test_the_same_crops_give_the_same_bits(extractor: Extractor, crops: list[Crop]) -> None:
    assert np.array_equal(extractor(crops).embedding, extractor(crops).embedding)


def test_the_embedding_leads_to_the_probabilities(extractor: Extractor, crops: list[Crop]) -> None:
    card, weights = find_card(extractor.card.name)
    network = build_network(card.architecture, n_classes=8, colour=card.colour)
    from safetensors.torch import load_file

    network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in load_file(weights).items()})
    features = extractor(crops)
    with torch.inference_mode():
        logits = network.eval().get_classifier()(torch.from_numpy(features.embedding))  # type: ignore[operator]
    assert np.allclose(torch.softmax(logits / card.temperature, 1).numpy(), features.probabilities, atol=1e-6)


def test_temperature_flattens_without_changing_the_order(extractor: Extractor, crops: list[Crop]) -> None:
    card, weights = find_card(extractor.card.name)
    flat = Extractor(replace(card, temperature=card.temperature * 10), load_network(card, weights))(crops).probabilities
    sharp = extractor(crops).probabilities
    assert np.array_equal(flat.argmax(1), sharp.argmax(1))
    assert flat.max() < sharp.max()


def test_grey_crops_are_normalised_as_the_card_says(card: Card) -> None:
    grey = np.full((60, 60, 3), 128, np.uint8)
    x = preprocess(grey, card)
    assert x.shape == (1, card.input_size, card.input_size)
    assert np.allclose(x, (128 / 255 - card.mean[0]) / card.std[0], atol=1e-6)


def test_colour_crops_keep_their_channels_in_order(card: Card) -> None:
    colour = replace(card, colour="rgb", mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 255
    assert preprocess(red, colour).mean(axis=(1, 2)).tolist() == [1, 0, 0]


def test_a_fine_pattern_is_averaged_and_not_aliased(card: Card) -> None:
    lines = np.zeros((960, 960, 3), np.uint8)
    lines[::2] = 255
    x = preprocess(lines, card) * card.std[0] + card.mean[0]
    assert np.abs(x - 0.5).max() < 0.02


def test_no_more_detail_than_the_card_allows(card: Card) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (card.input_size, card.input_size, 3), dtype=np.uint8)
    assert preprocess(noise, card).std() < 0.75 * preprocess(noise, replace(card, detail=None)).std()


@pytest.mark.parametrize("crop", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_crop_is_refused(extractor: Extractor, crop: Crop) -> None:
    with pytest.raises(ValueError, match=r"expected a crop uint8 \(h, w, 3\)"):
        extractor([crop])


def test_weights_of_another_architecture_are_refused(card: Card, tmp_path: Path) -> None:
    save_file({"a": torch.zeros(2)}, tmp_path / card.file)
    with pytest.raises(WeightsError, match="does not hold the weights of"):
        load_network(card, tmp_path / card.file)


def test_an_architecture_that_timm_does_not_know_is_refused(card: Card, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="unknown architecture 'regnet_9'"):
        load_network(replace(card, architecture="regnet_9"), tmp_path / card.file)


def test_a_pickle_is_refused_whatever_it_is_called(card: Card, tmp_path: Path) -> None:
    path = tmp_path / card.file
    torch.save({"a": torch.zeros(2)}, path)
    text = (Path(__file__).parents[1] / "videoemo" / "cards" / f"{card.name}.toml").read_text()
    (tmp_path / "mine.toml").write_text(text.replace(card.sha256, sha256(path)))
    with pytest.raises(WeightsError, match="does not hold the weights"):
        load_extractor(str(tmp_path / "mine.toml"))

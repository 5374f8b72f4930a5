from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from tests.support.heads import VALENCE_AROUSAL, heads
from tests.support.tiny_networks import (
    CLASSES,
    SIDE,
    card_of,
    register,
    save_onnx,
    tiny_efficientnet,
    write_card,
)
from videoemo.backends.network import Network
from videoemo.backends.timm_torch import build_network, load_network
from videoemo.errors import WeightsError
from videoemo.inference.extractor import Extractor, load_extractor, preprocess
from videoemo.records import Features
from videoemo.zoo.cards import Card, find_card
from videoemo.zoo.heads import Head

Crop = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return load_extractor(precision="float32")


@pytest.fixture(scope="module")
def crops() -> list[Crop]:
    rng = np.random.default_rng(0)
    return [
        rng.integers(0, 256, (h, w, 3), dtype=np.uint8)
        for h, w in ((30, 25), (200, 150), (1, 1), (96, 96), (48, 480))
    ]


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


def test_a_crop_is_done_with_when_the_next_one_is_taken(
    extractor: Extractor, crops: list[Crop]
) -> None:
    one = np.empty_like(crops[1])

    def written_over() -> Iterator[Crop]:
        for turned in range(4):
            one[:] = np.roll(crops[1], 30 * turned, axis=1)
            yield one

    copies = [np.roll(crops[1], 30 * turned, axis=1) for turned in range(4)]
    assert np.array_equal(extractor(written_over()).embedding, extractor(copies).embedding)


def test_many_crops_are_taken_in_bounded_batches(extractor: Extractor, crops: list[Crop]) -> None:
    many = extractor(crops * 30)
    assert np.allclose(many.probabilities[:5], many.probabilities[-5:], atol=1e-5)


def test_the_same_crops_give_the_same_bits(extractor: Extractor, crops: list[Crop]) -> None:
    assert np.array_equal(extractor(crops).embedding, extractor(crops).embedding)


def test_the_embedding_leads_to_the_probabilities(extractor: Extractor, crops: list[Crop]) -> None:
    card, weights = find_card(extractor.card.name)
    network = build_network(card.architecture, n_classes=8, colour=card.colour)
    from safetensors.torch import load_file

    network.load_state_dict(
        {k: v.float() if v.is_floating_point() else v for k, v in load_file(weights).items()}
    )
    features = extractor(crops)
    with torch.inference_mode():
        logits = network.eval().get_classifier()(torch.from_numpy(features.embedding))  # type: ignore[operator]
    assert np.allclose(
        torch.softmax(logits / card.temperature, 1).numpy(), features.probabilities, atol=1e-6
    )


def test_temperature_flattens_without_changing_the_order(
    extractor: Extractor, crops: list[Crop]
) -> None:
    card, weights = find_card(extractor.card.name)
    flat = Extractor(replace(card, temperature=card.temperature * 10), load_network(card, weights))(
        crops
    ).probabilities
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
    assert (
        preprocess(noise, card).std() < 0.75 * preprocess(noise, replace(card, detail=None)).std()
    )


@pytest.mark.parametrize(
    "crop",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)],
)
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
    with pytest.raises(WeightsError, match="does not hold the weights"):
        load_extractor(str(write_card(tmp_path, card)))


# Valence and arousal, and the kinds of file


def answering(*outputs: float) -> Network:
    """A network that says the same of every crop."""
    return lambda x: (
        np.zeros((len(x), 368), np.float32),
        np.tile(np.array(outputs, np.float32), (len(x), 1)),
    )


@pytest.fixture
def mtl(card: Card) -> Card:
    """A network that gives valence and arousal too."""
    return replace(card, outputs=heads(card.classes, size=368, values=VALENCE_AROUSAL))


def test_valence_and_arousal_follow_the_classes(mtl: Card, crops: list[Crop]) -> None:
    features = Extractor(mtl, answering(9, 0, 0, 0, 0, 0, 0, 0, 0.25, -0.5))(crops)
    assert features.values["valence"].tolist() == [0.25] * 5
    assert features.values["arousal"].tolist() == [-0.5] * 5


def test_the_outputs_have_the_names_of_the_heads(mtl: Card, crops: list[Crop]) -> None:
    outputs = Extractor(mtl, answering(*[0] * 10))(crops).outputs
    assert outputs.keys() == {head.name for head in mtl.outputs}
    assert {name: array.shape for name, array in outputs.items()} == {
        "expression": (5, 8),
        "embedding": (5, 368),
        "valence": (5,),
        "arousal": (5,),
    }


def test_raw_outputs_are_taken_in_the_order_of_the_heads(mtl: Card, crops: list[Crop]) -> None:
    expression, valence, arousal, embedding = mtl.outputs
    turned = replace(mtl, outputs=(embedding, arousal, expression, valence))
    features = Extractor(turned, answering(-0.5, 9, 0, 0, 0, 0, 0, 0, 0, 0.25))(crops)
    assert features.probabilities.argmax(axis=1).tolist() == [0] * 5
    assert features.values["valence"].tolist() == [0.25] * 5
    assert features.values["arousal"].tolist() == [-0.5] * 5


def test_valence_and_arousal_have_no_part_in_the_softmax(
    card: Card, mtl: Card, crops: list[Crop]
) -> None:
    logits = (3, 0, 0, 1, 0, 0, 0, 0)
    with_both = Extractor(mtl, answering(*logits, 50, 50))(crops)
    assert np.array_equal(
        with_both.probabilities, Extractor(card, answering(*logits))(crops).probabilities
    )


def test_valence_and_arousal_are_clipped(mtl: Card, crops: list[Crop]) -> None:
    features = Extractor(mtl, answering(*[0] * 8, 1.5, -7))(crops)
    assert features.values["valence"].tolist() == [1] * 5
    assert features.values["arousal"].tolist() == [-1] * 5


def test_a_value_is_clipped_to_its_heads_range(card: Card, crops: list[Crop]) -> None:
    age = Head(name="age", kind="value", low=0.0, high=120.0)
    features = Extractor(replace(card, outputs=(*card.outputs, age)), answering(*[0] * 8, 130))(
        crops
    )
    assert features.values["age"].tolist() == [120] * 5


def test_no_crops_give_no_valence(mtl: Card) -> None:
    features = Extractor(mtl, answering(*[0] * 10))([])
    assert features.values["valence"].shape == (0,)


def test_other_networks_have_no_valence_and_arousal(
    extractor: Extractor, crops: list[Crop]
) -> None:
    features = extractor(crops)
    assert features.values == {}
    assert features.outputs.keys() == {"expression", "embedding"}


def test_seven_classes_give_seven_probabilities(card: Card, crops: list[Crop]) -> None:
    fewer = [name for name in card.classes if name != "contempt"]
    seven = replace(card, outputs=heads(fewer, size=368))
    assert Extractor(seven, answering(*range(7)))(crops).probabilities.shape == (5, 7)


def test_an_onnx_file_is_an_extractor(tmp_path: Path, crops: list[Crop]) -> None:
    save_onnx(tiny_efficientnet(), tmp_path / "mine.onnx", side=SIDE)
    features = load_extractor(str(write_card(tmp_path, card_of("mine.onnx"))))(crops)
    assert features.embedding.shape == (5, 64)
    assert features.probabilities.shape == (5, 8)


def test_a_pickled_module_is_an_extractor(tmp_path: Path, crops: list[Crop]) -> None:
    register()
    torch.save(tiny_efficientnet(), tmp_path / "mine.pt")
    features = load_extractor(str(write_card(tmp_path, card_of("mine.pt"))))(crops)
    assert features.embedding.shape == (5, 64)
    assert features.probabilities.shape == (5, 8)


def test_a_hostile_pickle_with_a_card_of_its_own_is_refused_unrun(tmp_path: Path) -> None:
    marker = tmp_path / "marker"

    class Hostile:
        def __reduce__(self) -> Any:
            return open, (str(marker), "w")

    torch.save(Hostile(), tmp_path / "mine.pt")
    with pytest.raises(WeightsError, match=r"names io\.open, which no timm network holds: refused"):
        load_extractor(str(write_card(tmp_path, card_of("mine.pt"))))
    assert not marker.exists()


def test_a_kind_of_file_that_is_not_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "mine.h5").write_bytes(b"\x89HDF")
    with pytest.raises(WeightsError, match=r"python -m tf2onnx.convert --keras mine.h5"):
        load_extractor(str(write_card(tmp_path, replace(card_of("mine.onnx"), file="mine.h5"))))


def test_an_embedding_of_another_length_than_the_cards_is_refused(tmp_path: Path) -> None:
    register()
    torch.save(tiny_efficientnet(), tmp_path / "mine.pt")
    card = card_of("mine.pt", outputs=heads(CLASSES, size=1280))
    with pytest.raises(
        WeightsError,
        match="tiny_efficientnet gives embeddings of length 64, where the card of tiny says 1280",
    ):
        load_extractor(str(write_card(tmp_path, card)))


def test_pictures_of_pillows_are_crops_like_arrays(extractor: Extractor, crops: list[Crop]) -> None:
    arrays = extractor(crops).probabilities
    assert (extractor(map(Image.fromarray, crops)).probabilities == arrays).all()
    grey = Image.fromarray(crops[0]).convert("L")
    as_rgb = np.repeat(np.asarray(grey)[:, :, None], 3, axis=2)
    assert (extractor([grey]).probabilities == extractor([as_rgb]).probabilities).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (None, "crops: expected an iterable of crops, got NoneType"),
        (Image.new("RGB", (8, 8)), "crops: expected an iterable of crops, got Image"),
        ("face.jpg", "crops: expected an iterable of crops, got str"),
        (["face.jpg"], "expected a crop uint8 .* or a picture of Pillow's, got str"),
        ([None], "got NoneType"),
        ([[[1, 2, 3]]], "got list"),
        ([Image.new("RGBA", (8, 8))], r"8 bits a channel \(.*\), got mode RGBA"),
        ([Image.new("F", (8, 8))], "got mode F"),
        (np.zeros((8, 8, 3), np.uint8), r"expected a crop uint8 \(h, w, 3\), got uint8 \(8, 3\)"),
        ([np.zeros((8, 8, 3))], "got float64"),
    ],
)
def test_what_are_no_crops_is_told(extractor: Extractor, wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        extractor(wrong)


def test_a_picture_of_pillows_that_is_cut_off_is_told(extractor: Extractor, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    whole = Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    whole.save(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:1500])
    with Image.open(tmp_path / "b.jpg") as cut, pytest.raises(ValueError, match="cannot be read"):
        extractor([cut])

from __future__ import annotations

from pathlib import Path

import pytest

from videoemo.backends.timm_torch import build_network
from videoemo.config.pipeline import load_pipeline
from videoemo.errors import InputError, RecipeError, WeightsError
from videoemo.zoo.cards import Card, card_names, find_card, sha256, shipped_names, verified

CARD = f"""
name = "mine"
file = "mine.safetensors"
sha256 = "{"0" * 64}"
architecture = "test_vit"
crop = "box"
input_size = 32
colour = "rgb"
mean = [0.5, 0.5, 0.5]
std = [0.5, 0.5, 0.5]
temperature = 1.0
licence = "none"
origin = "made up"
trained_on = "nothing"
figures = "none"

[[outputs]]
name = "expression"
kind = "classes"
labels = ["negative", "positive"]

[[outputs]]
name = "embedding"
kind = "embedding"
size = 64
"""


def write(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text)
    return str(path)


def test_the_default_extractor_is_a_card_that_ships_with_its_weights() -> None:
    card, weights = find_card(load_pipeline().network.extractor)
    assert card.name in shipped_names()
    assert verified(weights, card.checksum) == weights


def test_a_cards_name_is_its_files() -> None:
    assert [find_card(name)[0].name for name in card_names()] == card_names()


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_network_is_small(name: str) -> None:
    card, weights = find_card(name)
    assert weights.stat().st_size <= 6e6
    assert card.input_size <= 112
    network = build_network(card.architecture, n_classes=len(card.classes), colour=card.colour)
    assert sum(parameter.numel() for parameter in network.parameters()) <= 3_000_000


def test_the_network_that_ships_is_named_first() -> None:
    assert tuple(card_names()[: len(shipped_names())]) == shipped_names()


def test_an_unknown_extractor_names_the_nearest() -> None:
    with pytest.raises(
        InputError,
        match="unknown extractor 'enet_b0_8_best_afw'; did you mean 'enet_b0_8_best_afew'",
    ):
        find_card("enet_b0_8_best_afw")


def test_an_unknown_extractor_names_those_there_are() -> None:
    with pytest.raises(
        InputError,
        match=r"unknown extractor 'resnet'; allowed: ferplus-small, .*, or the path of a "
        r"card \(.toml\)",
    ):
        find_card("resnet")


def test_a_card_of_ones_own_stands_beside_its_weights(tmp_path: Path) -> None:
    card, weights = find_card(write(tmp_path, CARD))
    assert isinstance(card, Card)
    assert (card.name, weights) == ("mine", tmp_path / "mine.safetensors")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'file = "mine.safetensors"',
            'file = "../mine.safetensors"',
            "file: allowed are names of files: a letter, digit or _ first",
        ),
        ("[0.5, 0.5, 0.5]", "[0.5]", "mean and std: allowed are 3 values each, got 1 and 1"),
        ('crop = "box"', 'crop = "circle"', "crop: allowed are 'box', 'square', got 'circle'"),
        ("[[outputs]]", "[[inputs]]", "unknown key 'inputs'"),
        (
            'kind = "embedding"\nsize = 64',
            'kind = "value"\nlow = 0.0\nhigh = 1.0',
            "expected one head of kind embedding, 'embedding', got none",
        ),
        (
            '"embedding"\nkind',
            '"vector"\nkind',
            "expected one head of kind embedding, 'embedding', got 'vector'",
        ),
        ("size = 64", "", "outputs: embedding: a head of kind embedding has to have size"),
        (
            "temperature = 1.0",
            "temperature = 0.0",
            "temperature: allowed are numbers 0.001 to 1000, got 0.0",
        ),
        (
            "crop =",
            "crop_scale = 0.0\ncrop =",
            "crop_scale: allowed are numbers 0.1 to 10, got 0.0",
        ),
        ("crop =", "crop_scale = 0.9\ncrop =", "only square crops have one, got 0.9 for box"),
        (
            '"negative"',
            '"positive"',
            "outputs: expression: expected different labels, got 'positive, positive'",
        ),
        ("[", "[[", "is not TOML"),
        ('"mine"', '"../mine"', "name: allowed are names of files: a letter, digit or _ first"),
        (f'sha256 = "{"0" * 64}"', "", "expected one checksum, sha256 or git_blob"),
        ("crop =", f'git_blob = "{"0" * 40}"\ncrop =', "expected one checksum, sha256 or git_blob"),
        ("0" * 64, "0" * 40, "sha256: expected 64 digits"),
        ("0" * 64, "G" * 64, "sha256: expected 64 digits 0-9, a-f"),
        (
            "crop =",
            "size = 0\ncrop =",
            "size: allowed are whole numbers from 1, got 0",
        ),
        (
            "crop =",
            "detail = 0\ncrop =",
            "detail: allowed are whole numbers from 1 to 2048, got 0",
        ),
        (
            "crop =",
            'format = "h5"\ncrop =',
            "format: allowed are 'safetensors', 'onnx', 'timm-pickle', 'dlib', got 'h5'",
        ),
        (
            'figures = "none"',
            'figures = "none"\n[source]\nrepository = "a/b"\npath = "c"',
            "missing 'revision'",
        ),
        (
            'figures = "none"',
            'figures = "none"\n[source]\nrepository = "a/b"\npath = "c"\nrevision = "d"\nbase = "file:///"',
            "base: expected an address that begins with https:// or http://",
        ),
    ],
)
def test_a_card_that_cannot_be_right_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(RecipeError, match=message):
        find_card(write(tmp_path, CARD.replace(old, new)))


def test_damaged_weights_name_the_file_and_both_checksums(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(b"damaged")
    with pytest.raises(WeightsError) as caught:
        verified(path, "0" * 64)
    for part in (str(path), "0" * 64, sha256(path)):
        assert part in str(caught.value)


def test_missing_weights_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot read the weights .*w.safetensors"):
        verified(tmp_path / "w.safetensors", "0" * 64)

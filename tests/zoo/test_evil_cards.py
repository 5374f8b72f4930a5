"""Cards and bundles of networks that were damaged, or written by somebody who means no good."""

from __future__ import annotations

import re
import shutil
from functools import partial
from pathlib import Path

import pytest

from tests.support.cards import WEIGHTS, toy_card
from tests.support.damage import mutated, rewrite
from tests.support.evil_toml import evil_toml
from tests.support.refusals import is_refused, memory_below
from videoemo.errors import RecipeError
from videoemo.zoo.bundle import bundle
from videoemo.zoo.cards import card_to_toml, find_card
from videoemo.zoo.importing import import_folder, import_own

CARD = card_to_toml(toy_card("https://example.org")).encode()


def changed_cards(*, seed: int, n: int) -> list[bytes]:
    return [*mutated(CARD, seed=seed, n=n // 3), *evil_toml(CARD, seed=seed, n=n - n // 3)]


def test_damaged_or_evil_cards_are_refused_in_one_line(tmp_path: Path) -> None:
    path, n_refused = tmp_path / "toy.toml", 0
    with memory_below(2**28):
        for content in changed_cards(seed=1, n=240):
            rewrite(path, content)
            n_refused += is_refused(partial(find_card, str(path)))
    assert n_refused > 120


def test_a_damaged_or_evil_bundle_leaves_files_in_the_folder_of_networks_alone(
    store: Path, tmp_path: Path
) -> None:
    folder, n_refused = tmp_path / "brought", 0
    folder.mkdir()
    (folder / "toy.onnx").write_bytes(WEIGHTS)
    before = sorted(tmp_path.rglob("*"))
    for i, content in enumerate(changed_cards(seed=2, n=60)):
        (folder / "toy.toml").write_bytes(content)
        use = partial(import_own, folder / "toy.onnx", folder / "toy.toml")
        n_refused += is_refused(use if i % 2 else partial(import_folder, folder))
        shutil.rmtree(store, ignore_errors=True)
        (folder / "toy.toml").unlink()
        assert sorted(tmp_path.rglob("*")) == before
    assert n_refused > 20


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("name", '["toy"]', r"name: expected str, got \['toy'\]"),
        ("name", '"../toy"', "name: allowed are names of files: .*, got '../toy'"),
        ("name", '"nul"', "name: allowed are names of files: .*, got 'nul'"),
        ("file", '"/tmp/toy.onnx"', "file: allowed are names of files"),
        ("file", '"a\\u202eb.onnx"', r"file: allowed are names of files: .*, got 'a\\u202eb"),
        ("format", '["onnx"]', r"format: allowed are .*, got \['onnx'\]"),
        ("architecture", "[]", r"architecture: expected str, got \[\]"),
        ("crop", "{}", "crop: allowed are 'box', 'square', got {}"),
        ("std", "[0.5, 0.0, 0.5]", "std: allowed are numbers 0.001 to 1000"),
        ("std", "[0.5, nan, 0.5]", "std: allowed are finite numbers, got nan"),
        ("std", "[0.5, 1e-300, 0.5]", "std: allowed are numbers 0.001 to 1000"),
        ("mean", "[0.5, inf, 0.5]", "mean: allowed are finite numbers, got inf"),
        ("mean", "[0.5]", "mean and std: allowed are 3 values each, got 1 and 3"),
        ("mean", "0.5", "mean: expected tuple"),
        ("temperature", "nan", "temperature: allowed are finite numbers, got nan"),
        ("temperature", "1e-300", "temperature: allowed are numbers 0.001 to 1000"),
        ("temperature", "1" + "0" * 400, "temperature: allowed are whole numbers of at most 63"),
        ("input_size", "1000000000", "input_size: allowed are whole numbers from 1 to 2048"),
        (
            "input_size",
            "0x" + "f" * 900,
            "input_size: allowed are whole numbers of at most 63 bits",
        ),
        ("input_size", "32.5", "input_size: expected int, got 32.5"),
        ("input_size", "true", "input_size: expected int, got True"),
        ("size", "100000000000", "outputs: embedding: expected a size from 1 to 1,000,000"),
        ("labels", '["a", ["b"]]', r"outputs: labels: expected str, got \['b'\]"),
        ("labels", '["a", "a"]', "outputs: expression: expected different labels, got 'a, a'"),
        ("repository", "3", "source: repository: expected str, got 3"),
    ],
)
def test_a_value_that_no_card_can_have_is_named(
    tmp_path: Path, key: str, value: str, message: str
) -> None:
    text = re.sub(rf"^{key} = .*$", lambda _: f"{key} = {value}", CARD.decode(), flags=re.MULTILINE)
    (tmp_path / "toy.toml").write_text(text)
    with pytest.raises(RecipeError, match=message) as refused:
        find_card(str(tmp_path / "toy.toml"))
    assert str(refused.value).startswith(str(tmp_path / "toy.toml"))
    assert len(str(refused.value)) < 600


def test_a_name_longer_than_any_file_has_is_an_unknown_extractor() -> None:
    assert is_refused(partial(find_card, "x" * 5000 + ".toml"))


def test_a_bundle_that_cannot_be_made_is_said(store: Path, tmp_path: Path) -> None:
    assert is_refused(partial(bundle, tmp_path / "bundle"))

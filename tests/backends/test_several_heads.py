"""Networks with several heads, and with none, in both engines."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from tests.support.heads import ATTRIBUTES, heads
from tests.support.tiny_networks import (
    ARCHITECTURE,
    SIDE,
    card_of,
    make_random,
    register,
    save_onnx,
    tiny_efficientnet,
)
from videoemo.backends import openvino_onnx, timm_openvino, timm_torch
from videoemo.backends.timm_torch import add_attributes, build_network, load_state
from videoemo.errors import WeightsError
from videoemo.zoo.cards import Card, sha256
from videoemo.zoo.heads import Head

EMBEDDING = Head(name="embedding", kind="embedding", size=64)
HEADS = {
    "none": (EMBEDDING,),
    "attributes": (EMBEDDING, *ATTRIBUTES),
    "expressions and attributes": (*heads(("calm", "tense"), size=64), *ATTRIBUTES),
}


@cache
def body() -> nn.Module:
    register()
    return make_random(build_network(ARCHITECTURE, n_classes=2, colour="rgb"), SIDE)


def made(folder: Path, outputs: tuple[Head, ...]) -> Card:
    """A network of random weights with some heads, on disk."""
    n_classes = sum(head.width for head in outputs if not head.is_attribute)
    attributes = [head for head in outputs if head.is_attribute]
    network = deepcopy(body())
    if not n_classes:
        network.reset_classifier(0)  # type: ignore[operator]
    if attributes:
        add_attributes(network, hidden=16, n_outputs=sum(head.width for head in attributes))
    weights = folder / "tiny.safetensors"
    save_file({name: value.contiguous() for name, value in network.state_dict().items()}, weights)
    card = card_of("tiny.safetensors", outputs=outputs, hidden=16 if attributes else None)
    return replace(card, sha256=sha256(weights))


@pytest.fixture
def pictures() -> npt.NDArray[np.float32]:
    return np.random.default_rng(0).normal(size=(5, 3, SIDE, SIDE)).astype(np.float32)


@pytest.mark.parametrize("name", ["none", "expressions and attributes"])
def test_both_engines_give_the_outputs_of_all_heads(
    tmp_path: Path, name: str, pictures: npt.NDArray[np.float32]
) -> None:
    outputs = HEADS[name]
    card = made(tmp_path, outputs)
    weights = tmp_path / card.file
    embedding, raw = timm_torch.load_network(card, weights)(pictures)
    assert (embedding.shape, raw.shape) == ((5, 64), (5, sum(head.width for head in outputs)))
    again = timm_openvino.load_network(card, weights)(pictures)
    assert np.allclose(again[0], embedding, atol=1e-4)
    assert np.allclose(again[1], raw, atol=1e-4)


def test_attributes_read_a_rectified_layer_over_the_embedding(
    tmp_path: Path, pictures: npt.NDArray[np.float32]
) -> None:
    card = made(tmp_path, HEADS["expressions and attributes"])
    embedding, raw = timm_torch.load_network(card, tmp_path / card.file)(pictures)
    state = {name: value.numpy() for name, value in load_file(tmp_path / card.file).items()}
    hidden = embedding @ state["attributes.hidden.weight"].T + state["attributes.hidden.bias"]
    outputs = np.maximum(hidden, 0) @ state["attributes.outputs.weight"].T
    assert np.allclose(raw[:, 2:], outputs + state["attributes.outputs.bias"], atol=1e-4)


@pytest.mark.parametrize(
    "changes",
    [
        {"outputs": HEADS["none"], "hidden": None},
        {"outputs": HEADS["attributes"]},
        {"outputs": (*heads(("calm", "tense", "gay"), size=64), *ATTRIBUTES)},
        {"outputs": (*heads(("calm", "tense"), size=64), *ATTRIBUTES[:2])},
        {"hidden": 8},
    ],
    ids=["no heads", "no expression", "another class", "a head less", "another hidden layer"],
)
def test_heads_that_do_not_fit_the_weights_are_one_line(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    card = made(tmp_path, HEADS["expressions and attributes"])
    with pytest.raises(WeightsError, match="does not hold the weights of tiny_eff") as refused:
        timm_torch.load_network(replace(card, **changes), tmp_path / card.file)  # type: ignore[arg-type]
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("n_classes", [0, 2, 5])
def test_a_body_is_taken_from_a_network_with_any_heads(tmp_path: Path, n_classes: int) -> None:
    made(tmp_path, HEADS["expressions and attributes"])
    network = build_network(ARCHITECTURE, n_classes=n_classes, colour="rgb")
    load_state(network, tmp_path / "tiny.safetensors", architecture="tiny", body_only=True)
    state = load_file(tmp_path / "tiny.safetensors")
    assert torch.equal(network.state_dict()["conv_stem.weight"], state["conv_stem.weight"])


def test_an_onnx_file_can_give_embeddings_alone(
    tmp_path: Path, pictures: npt.NDArray[np.float32]
) -> None:
    network = tiny_efficientnet(num_classes=0)
    save_onnx(network, tmp_path / "tiny.onnx", side=SIDE)
    card = card_of("tiny.onnx", outputs=HEADS["none"])
    embedding, raw = openvino_onnx.load_network(card, tmp_path / "tiny.onnx")(pictures)
    with torch.inference_mode():
        expected = network.eval()(torch.from_numpy(pictures)).numpy()
    assert np.allclose(embedding, expected, atol=1e-4)
    assert raw.shape == (5, 0)

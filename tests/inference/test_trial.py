"""A stranger's network is tried in a process of its own, and what it takes there harms nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from tests.support.tiny_networks import SIDE, card_of, save_onnx, tiny_efficientnet
from videoemo.backends.runtime import FLOAT32
from videoemo.config.pipeline import Limits, load_pipeline
from videoemo.errors import WeightsError
from videoemo.inference import trial
from videoemo.inference.trial import try_network
from videoemo.zoo.cards import find_card

CARD, LIMITS = card_of("tiny.onnx"), load_pipeline().limits


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_onnx(tiny_efficientnet(), tmp_path_factory.mktemp("onnx") / "tiny.onnx", side=SIDE)


def growing(path: Path, folder: Path, n: int) -> Path:
    """A network that takes `n` MiB for a constant, again and again."""
    model = onnx.load(path)
    sides = np.array([n * 2**18])
    model.graph.initializer.append(onnx.numpy_helper.from_array(sides, "sides"))
    nodes = [onnx.helper.make_node("RandomUniformLike", ["many"], ["noise"])]
    nodes = [onnx.helper.make_node("ConstantOfShape", ["sides"], ["zeros0"])]
    for i in range(6):
        nodes.append(onnx.helper.make_node("Exp", [f"zeros{i}"], [f"zeros{i + 1}"]))
    first = model.graph.node[0]
    nodes += [
        onnx.helper.make_node("ReduceMax", ["zeros6"], ["most"], keepdims=0),
        onnx.helper.make_node("Mul", [first.input[0], "most"], ["scaled"]),
    ]
    first.input[0] = "scaled"
    for node in reversed(nodes):
        model.graph.node.insert(0, node)
    onnx.save(model, folder / "growing.onnx")
    return folder / "growing.onnx"


def test_a_network_as_others_are_is_let_in(weights: Path) -> None:
    try_network(CARD, weights, FLOAT32, LIMITS)


def test_one_that_is_not_what_its_card_says_is_refused(weights: Path) -> None:
    with pytest.raises(WeightsError, match="is not what the card of tiny says"):
        try_network(replace(CARD, input_size=64), weights, FLOAT32, LIMITS)


def test_one_that_takes_too_long_is_refused(weights: Path) -> None:
    with pytest.raises(
        WeightsError,
        match=r"tiny.onnx is refused, tried in a process of its own: load_timeout: the networks "
        r"were not loaded in 0\.01 s",
    ):
        try_network(CARD, weights, FLOAT32, Limits(load_timeout=0.01, load_memory=8000))


def test_one_that_takes_too_much_memory_is_refused(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="load_memory: 700 MiB are allowed"):
        try_network(
            CARD,
            growing(weights, tmp_path, 1000),
            FLOAT32,
            Limits(load_timeout=300.0, load_memory=700),
        )


def test_published_networks_and_weights_of_known_architectures_need_no_trial(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trial, "WorkerPool", None)
    for name in ("enet_b0_8_best_afew", "ferplus-small"):
        card, weights = find_card(name)
        try_network(card, weights, FLOAT32, LIMITS)
    with pytest.raises(TypeError):
        try_network(replace(card, format="onnx"), weights, FLOAT32, LIMITS)

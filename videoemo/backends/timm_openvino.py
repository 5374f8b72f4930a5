"""timm's networks in OpenVINO: the engine of extractors on a CPU."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from videoemo.backends.network import Network, n_hidden_outputs, n_outputs, no_outputs
from videoemo.backends.openvino_compile import batch_size_for, compile_model, convert_once
from videoemo.backends.runtime import FLOAT32, Runtime
from videoemo.util.cpu import n_threads
from videoemo.zoo.cards import Card

if TYPE_CHECKING:
    from torch import nn

__all__ = ["load_network"]

# Card.format -> the module that builds the network in torch.
_BUILDERS = {"safetensors": "timm_torch", "timm-pickle": "timm_pickle", "dlib": "timm_torch"}


def load_network(card: Card, weights: Path, runtime: Runtime = FLOAT32) -> Network:
    """The frozen network of a card, from weights whose checksum was verified.

    Raises
    ------
    WeightsError
        Not the weights of the card's architecture.
    OutputError
        A pickled network's converted file cannot be written.
    """

    def build() -> nn.Module:
        module: nn.Module = import_module(
            f"videoemo.backends.{_BUILDERS[card.format]}"
        ).build_frozen(card, weights)
        return module

    checksum = (
        f"{card.checksum} {card.architecture} {n_outputs(card)} {card.colour} {card.embedding} "
        f"{card.hidden} {n_hidden_outputs(card)}"
    )
    shape = (-1, 1 if card.colour == "grey" else 3, card.input_size, card.input_size)
    model = convert_once(card.name, build, checksum=checksum, shape=shape)
    function = compile_model(
        model,
        threads=n_threads(),
        precision=runtime.precision,
        at_once=batch_size_for(card.input_size),
    )

    def run(x: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        embedding, *outputs = function(x)
        return embedding, outputs[0] if outputs else no_outputs(len(x))

    return run

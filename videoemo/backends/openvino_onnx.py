"""ONNX networks in OpenVINO: the engine of the published networks on a CPU."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from videoemo.backends.network import Network, n_outputs, no_outputs
from videoemo.backends.onnx_file import read_onnx
from videoemo.backends.runtime import FLOAT32, Runtime
from videoemo.errors import WeightsError
from videoemo.util.cpu import n_threads
from videoemo.util.messages import one_line
from videoemo.zoo.cards import Card

if TYPE_CHECKING:
    import openvino

__all__ = ["load_network"]

# Characters of OpenVINO's messages that are shown, without the lines that say where in its sources
# they arose.
_SHOWN = 200
_WHERE = ("Exception from", "Check '", "FrontEnd API failed")


def load_network(card: Card, weights: Path, runtime: Runtime = FLOAT32) -> Network:
    """The network of a card, from an ONNX file that ends in a fully connected layer (Gemm), whose
    data input is the embedding; or, where the card has no other head, in the embedding.

    Raises
    ------
    WeightsError
        No OpenVINO, a file that is no ONNX or keeps tensors in other files, or a network other than
        the card says.
    """
    try:
        from videoemo.backends.openvino_compile import Converted, batch_size_for, compile_model
        from videoemo.backends.openvino_import import core
    except ImportError as exc:
        raise WeightsError(
            f"{card.name} is an ONNX file, which OpenVINO runs: pip install openvino ({exc})"
        ) from exc
    content, at_once = read_onnx(weights), batch_size_for(card.input_size)
    try:
        model = core().read_model(content)
        _take_any_number(model, card)
        if n_outputs(card):
            _check_length(model.output(0), "outputs", n_outputs(card))
            model.add_outputs(_classifier(model).input_value(0))
        _check_length(model.outputs[-1], "an embedding", card.embedding)
        function = compile_model(
            Converted((-1, *_shape(card)), folder=None, read=lambda: model),
            threads=n_threads(),
            precision=runtime.precision,
            at_once=at_once,
        )
        # Once, so that what cannot be run is found out before the first face.
        function(np.zeros((at_once or 1, *_shape(card)), np.float32))
    except (RuntimeError, MemoryError) as exc:  # OpenVINO has no other
        raise WeightsError(f"OpenVINO cannot run {weights}: {_reason(exc)}") from exc
    except WeightsError as exc:
        raise WeightsError(f"{weights} is not what the card of {card.name} says: {exc}") from exc

    def run(x: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        *outputs, embedding = function(x)
        return embedding, outputs[0] if outputs else no_outputs(len(x))

    return run


def _reason(error: Exception) -> str:
    """What OpenVINO says, in one line: names of a stranger's operators may be in it."""
    lines = [line for line in str(error).splitlines() if not line.startswith(_WHERE)]
    text = one_line("\n".join(lines) or type(error).__name__, limit=_SHOWN)
    return "".join(c if c.isprintable() else "?" for c in text)


def _take_any_number(model: openvino.Model, card: Card) -> None:
    """Reshape the input to any number of crops of the card's size."""
    from videoemo.backends.openvino_import import openvino

    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise WeightsError(
            f"expected one input and one output, got {len(model.inputs)} and {len(model.outputs)}"
        )
    wanted = openvino.PartialShape([-1, *_shape(card)])
    given = model.input(0).partial_shape
    if not given.compatible(wanted):
        raise WeightsError(f"expected an input of shape {wanted}, got {given}")
    model.reshape(wanted)


def _shape(card: Card) -> tuple[int, int, int]:
    return (1 if card.colour == "grey" else 3, card.input_size, card.input_size)


def _classifier(model: openvino.Model) -> openvino.Node:
    """The product in the last fully connected layer: OpenVINO makes of a Gemm x W * alpha +
    b * beta.
    """
    node = model.output(0).get_node().input_value(0).get_node()
    while node.get_type_name() in {"Add", "Multiply"}:
        # Only what depends on the crops has an unknown number of rows.
        data = [
            value.get_node()
            for value in node.input_values()
            if value.get_partial_shape().is_dynamic
        ]
        if len(data) != 1:
            break
        node = data[0]
    if node.get_type_name() != "MatMul":
        raise WeightsError(
            f"expected a fully connected layer (Gemm) at its end, got {node.get_type_name()}"
        )
    return node


def _check_length(output: openvino.Output, what: str, length: int) -> None:
    from videoemo.backends.openvino_import import openvino

    shape, wanted = output.partial_shape, openvino.PartialShape([-1, length])
    if shape != wanted:
        raise WeightsError(f"expected {what} of shape {wanted}, got {shape}")

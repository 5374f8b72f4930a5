"""The polynomial is near swish, and takes its place where that pays, and nowhere else."""

from __future__ import annotations

import numpy as np
import openvino
import pytest
from openvino import opset14

from videoemo.backends.openvino_swish import approximate_swish

# Maps of one channel, 301 x 10.
X = np.linspace(-60, 60, 3010, dtype=np.float32).reshape(1, 1, 301, 10)


def swish(x: openvino.Node, form: str) -> openvino.Node:
    match form:
        case "one operation":
            return opset14.swish(x)
        case "product":
            return opset14.multiply(x, opset14.sigmoid(x))
        case _:
            return opset14.multiply(opset14.sigmoid(x), x)


def model(form: str, shape: tuple[int, ...] = (-1, 1, 301, 10)) -> openvino.Model:
    x = opset14.parameter(list(shape), np.float32)
    return openvino.Model([swish(x, form)], [x])


def operations(model: openvino.Model) -> set[str]:
    return {node.get_type_name() for node in model.get_ordered_ops()}


@pytest.mark.parametrize("form", ["one operation", "product", "product, turned"])
def test_the_polynomial_is_near_swish_everywhere(form: str) -> None:
    changed = approximate_swish(model(form))
    assert not {"Swish", "Sigmoid"} & operations(changed)
    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    found = np.array(openvino.Core().compile_model(changed, "CPU", settings)(X)[0])
    exact = X.astype(np.float64) / (1 + np.exp(-X.astype(np.float64)))
    assert np.abs(found - exact).max() < 0.0034
    usual = np.abs(X) < 5
    assert np.sqrt(np.square(found - exact)[usual].mean()) < 0.0007


def test_single_numbers_keep_their_swish() -> None:
    squeezed = model("product", (-1, 8, 1, 1))
    assert approximate_swish(squeezed) is squeezed


def test_a_gate_is_no_swish() -> None:
    x, y = (opset14.parameter([-1, 4, 9, 9], np.float32) for _ in range(2))
    gated = openvino.Model([opset14.multiply(x, opset14.sigmoid(y))], [x, y])
    assert "Sigmoid" in operations(approximate_swish(gated))


def test_the_model_given_stays_as_it_is() -> None:
    given = model("one operation")
    approximate_swish(given)
    assert "Swish" in operations(given)

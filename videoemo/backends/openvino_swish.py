"""Swish (x times the logistic function of x, also SiLU) as a polynomial, for networks in bfloat16:
half of an EfficientNet's time on a CPU goes into the exponentials and quotients of its exact form.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from videoemo.backends.openvino_import import openvino

__all__ = ["COEFFICIENTS", "FURTHEST", "VERSION", "approximate_swish"]

# Of what is done here: networks that were compiled after another one are not taken.
VERSION = 1

# swish(x) = max(x, 0) - r(|x|), where r(a) = a / (1 + exp(a)) is near c1 a + c2 a^2 + ... up to
# `FURTHEST`, and 0 from there on. Least squares for |x| of a standard deviation of 1.8, about as
# networks have it: wrong by 0.0003 in the root mean square, 0.0034 at most. bfloat16 itself rounds
# numbers from 1 to 2 by up to 0.004.
FURTHEST = 7.75
COEFFICIENTS = (
    0.5016697930091228,
    -0.2531680138813945,
    -0.004464914511829439,
    0.03443660405627049,
    -0.011292470479364365,
    0.0017114328035874099,
    -0.00012922175848846225,
    3.92273336789469e-06,
)


def approximate_swish(model: openvino.Model) -> openvino.Model:
    """The same model with polynomials in place of the swish of maps of features; of single numbers,
    as in squeeze-and-excitation, it stays exact. A copy, where there is any.
    """
    if not any(_swished(node) for node in model.get_ordered_ops()):
        return model
    changed = model.clone()
    for node in changed.get_ordered_ops():
        if (x := _swished(node)) is not None:
            node.output(0).replace(_polynomial(x).output(0))
    changed.validate_nodes_and_infer_types()
    return changed


def _swished(node: openvino.Node) -> openvino.Output | None:
    """The maps that a node gives the swish of; None where it gives no swish, or of no maps."""
    match node.get_type_name():
        case "Swish" if all(_is_one(node.input_value(i)) for i in range(1, node.get_input_size())):
            x = node.input_value(0)
        case "Multiply":
            x = _times_its_logistic(node)
        case _:
            return None
    return x if x is not None and _is_map(x) else None


def _times_its_logistic(product: openvino.Node) -> openvino.Output | None:
    """x where a product is x times the logistic function of x."""
    factors = [product.input_value(i) for i in range(2)]
    for x, other in (factors, factors[::-1]):
        logistic = other.get_node()
        if logistic.get_type_name() == "Sigmoid" and _same(logistic.input_value(0), x):
            return x
    return None


def _is_one(beta: openvino.Output) -> bool:
    """Whether the factor within the logistic function, where a node has one, is 1."""
    node = beta.get_node()
    return node.get_type_name() == "Constant" and bool((node.data == 1).all())


def _same(a: openvino.Output, b: openvino.Output) -> bool:
    return (a.get_node().get_name(), a.get_index()) == (b.get_node().get_name(), b.get_index())


def _is_map(x: openvino.Output) -> bool:
    shape = x.get_partial_shape()
    if shape.rank.is_dynamic or len(shape) != 4:
        return False
    return any(side.is_dynamic or side.get_length() > 1 for side in list(shape)[2:])


def _polynomial(x: openvino.Output) -> openvino.Node:
    """By Horner's rule, in products and sums that are one instruction each."""
    from openvino import opset1

    def constant(value: float) -> openvino.Node:
        return opset1.constant(np.float32(value))

    a = opset1.minimum(opset1.absolute(x), constant(FURTHEST))
    *rest, last = COEFFICIENTS
    total = constant(-last)
    for coefficient in reversed(rest):
        total = opset1.add(opset1.multiply(total, a), constant(-coefficient))
    return cast("openvino.Node", opset1.add(opset1.multiply(total, a), opset1.relu(x)))

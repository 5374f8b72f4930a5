"""A rewritten model says what it said before, and its pools say nothing that nobody asks for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import openvino
import pytest
from openvino import opset14

from videoemo.backends.openvino_passes import rewrite

PICTURES = np.random.default_rng(0).normal(size=(2, 3, 22, 21)).astype(np.float32)


def model(kernel: int = 3, rounding: str = "ceil_torch") -> openvino.Model:
    """A convolution of pictures, a pool, and a convolution of what the first one finds."""
    rng = np.random.default_rng(1)
    x = opset14.parameter([-1, 3, -1, -1], np.float32)
    first = _convolution(x, rng.normal(size=(8, 3, 3, 3)))
    pool = opset14.max_pool(
        first, [2, 2], [1, 1], [0, 0], [0, 0], [kernel, kernel], rounding, "explicit"
    )
    return openvino.Model([_convolution(pool.output(0), rng.normal(size=(4, 8, 1, 1)))], [x])


def _convolution(x: openvino.Output, weights: npt.NDArray[np.float64]) -> openvino.Node:
    return opset14.convolution(
        x, opset14.constant(weights.astype(np.float32)), [1, 1], [0, 0], [0, 0], [1, 1]
    )


def answer(model: openvino.Model) -> npt.NDArray[np.float32]:
    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    return np.array(openvino.Core().compile_model(model, "CPU", settings)(PICTURES)[0])


@pytest.mark.parametrize(
    ("kernel", "rounding"), [(3, "ceil_torch"), (2, "ceil_torch"), (2, "ceil"), (3, "floor")]
)
def test_it_says_what_it_said(tmp_path: Path, kernel: int, rounding: str) -> None:
    rewritten = model(kernel, rounding)
    rewrite(rewritten)
    openvino.save_model(rewritten, tmp_path / "model.xml", compress_to_fp16=False)
    expected = answer(model(kernel, rounding))
    np.testing.assert_array_equal(answer(rewritten), expected)
    # By another kernel.
    np.testing.assert_allclose(
        answer(openvino.Core().read_model(tmp_path / "model.xml")), expected, rtol=1e-5, atol=1e-5
    )


def test_pools_say_no_more_where_their_maxima_are() -> None:
    rewritten = model()
    rewrite(rewritten)
    (pool,) = (node for node in rewritten.get_ops() if node.get_type_name() == "MaxPool")
    assert pool.get_output_size() == 1


def test_convolutions_of_pictures_alone_ask_for_their_kernels() -> None:
    rewritten = model()
    rewrite(rewritten)
    asked = [
        "PrimitivesPriority" in node.get_rt_info()
        for node in rewritten.get_ordered_ops()
        if node.get_type_name() == "Convolution"
    ]
    assert asked == [True, False]

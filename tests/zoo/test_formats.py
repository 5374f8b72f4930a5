from __future__ import annotations

from pathlib import Path

import pytest

from videoemo.errors import WeightsError
from videoemo.zoo.formats import require_known_format


@pytest.mark.parametrize("name", ["a.safetensors", "a.onnx", "a.ONNX", "a.pt", "a.pth"])
def test_files_that_can_be_read_pass(name: str) -> None:
    require_known_format(Path(name))


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("mobilenet.h5", "python -m tf2onnx.convert --keras mobilenet.h5 --output mobilenet.onnx"),
        ("net.keras", "tf2onnx.convert --keras net.keras"),
        ("net.tflite", "tf2onnx.convert --tflite net.tflite"),
        ("net.pb", "tf2onnx.convert --graphdef net.pb"),
        ("net.mat", "exportONNXNetwork"),
        ("net.pkl", "runs code when it is opened"),
        ("net.caffemodel", "convert it to ONNX or safetensors"),
        ("net", "convert it to ONNX or safetensors"),
    ],
)
def test_others_are_refused_with_what_to_do(name: str, advice: str) -> None:
    with pytest.raises(WeightsError) as caught:
        require_known_format(Path(name))
    assert str(caught.value).startswith(
        f"{name} is of a kind that is not read (known: .safetensors, .onnx, .pt, .pth, .dat)"
    )
    assert advice in str(caught.value)
    assert "\n" not in str(caught.value)

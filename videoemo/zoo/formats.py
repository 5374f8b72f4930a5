"""File formats of weights: those that are read, and how to convert others."""

from __future__ import annotations

from pathlib import Path

from videoemo.errors import WeightsError

__all__ = ["require_known_format"]

_KNOWN = (".safetensors", ".onnx", ".pt", ".pth", ".dat")
_TO_ONNX = (
    "convert it to ONNX with tf2onnx: python -m tf2onnx.convert {option} {name} "
    "--output {stem}.onnx"
)
_ADVICE = {
    ".h5": _TO_ONNX.replace("{option}", "--keras"),
    ".keras": _TO_ONNX.replace("{option}", "--keras"),
    ".pb": _TO_ONNX.replace("{option}", "--graphdef"),
    ".tflite": _TO_ONNX.replace("{option}", "--tflite"),
    ".mat": "convert it to ONNX where MATLAB is, with exportONNXNetwork",
    ".pkl": "a bare pickle runs code when it is opened; ask its author for ONNX or safetensors",
}


def require_known_format(path: Path) -> None:
    """Require that a file is of a format that is read, by its suffix.

    Raises
    ------
    WeightsError
        It is not; the message says what to convert it with.
    """
    kind = path.suffix.lower()
    if kind not in _KNOWN:
        advice = _ADVICE.get(kind, "convert it to ONNX or safetensors").format(
            name=path.name, stem=path.stem
        )
        raise WeightsError(
            f"{path} is of a kind that is not read (known: {', '.join(_KNOWN)}); {advice}"
        )

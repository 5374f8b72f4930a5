"""What runs the networks here: which library, on which device, in which precision. Asked of the
machine, without loading any library.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from videoemo.errors import InputError

__all__ = ["FLOAT32", "REFERENCE", "Runtime", "processor_flags", "runtime"]

# Of /proc/cpuinfo: the processor multiplies matrices of bfloat16 faster than of float32; or vectors
# of bfloat16, which AMD's do faster, and Intel's do not: a Xeon of 2023 whose matrix unit is hidden
# took 14.1 ms a face with EfficientNet-B0 (11.2 in float32), 1.28 with regnety_002 (0.93), and
# 370 us a crop with O-Net (206).
_MATRICES, _VECTORS, _AMD = "amx_bf16", "avx512_bf16", "AuthenticAMD"


@dataclass(frozen=True)
class Runtime:
    """How networks are run.

    Parameters
    ----------
    engine : {"openvino", "torch"}
        The library.
    device : {"cpu", "cuda", "mps"}, default="cpu"
        As torch calls it; OpenVINO has the CPU alone.
    precision : {"float32", "bfloat16"}, default="float32"
        Of the products in the extractor, and in the rough look that the last of the detector's
        networks has first.
    """

    engine: Literal["openvino", "torch"]
    device: Literal["cpu", "cuda", "mps"] = "cpu"
    precision: Literal["float32", "bfloat16"] = "float32"


# What all others are compared with; and OpenVINO on any processor.
REFERENCE, FLOAT32 = Runtime("torch"), Runtime("openvino")


def runtime(*, engine: str = "auto", device: str = "cpu", precision: str = "auto") -> Runtime:
    """What runs the networks, where a pipeline leaves it open.

    Parameters
    ----------
    engine : str, default="auto"
        `openvino`, `torch`, or `auto`: OpenVINO on a CPU where it is installed, torch elsewhere.
    device : str, default="cpu"
        `cpu`, `cuda` or `mps`.
    precision : str, default="auto"
        `float32`, `bfloat16`, or `auto`: bfloat16 where OpenVINO runs on a processor that
        is faster with it, else float32.

    Raises
    ------
    InputError
        An engine that is not installed, or a device or a precision that it does not have.
    """
    if engine == "auto":
        engine = "openvino" if device == "cpu" and find_spec("openvino") is not None else "torch"
    if engine == "torch":
        if precision == "bfloat16":
            raise InputError(
                "precision bfloat16 is OpenVINO's on a CPU, and torch runs here: give float32 "
                "or auto"
            )
        return Runtime("torch", device)  # type: ignore[arg-type]
    if device != "cpu":
        raise InputError(
            f"OpenVINO runs on the CPU here, not on {device}: give engine torch or auto"
        )
    if find_spec("openvino") is None:
        raise InputError("OpenVINO is not installed: pip install openvino, or give engine torch")
    if precision == "auto":
        precision = "bfloat16" if _has_fast_bfloat16() else "float32"
    return Runtime("openvino", "cpu", precision)  # type: ignore[arg-type]


def _has_fast_bfloat16() -> bool:
    flags = processor_flags()
    return _MATRICES in flags or (_VECTORS in flags and _processor().get("vendor_id") == _AMD)


def processor_flags() -> frozenset[str]:
    """What the processor can do, as Linux calls it; empty elsewhere."""
    return frozenset(_processor().get("flags", "").split())


@cache
def _processor() -> dict[str, str]:
    """What Linux says of the first processor; nothing elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return {}
    first, _, _ = text.partition("\n\n")
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}

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

# Of /proc/cpuinfo: the processor multiplies numbers in bfloat16 itself. Without them bfloat16 is
# slower than float32.
_BFLOAT16 = frozenset({"avx512_bf16", "amx_bf16"})


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
        `float32`, `bfloat16`, or `auto`: bfloat16 where OpenVINO runs on a processor that has it.

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
        precision = "bfloat16" if _has_bfloat16() else "float32"
    return Runtime("openvino", "cpu", precision)  # type: ignore[arg-type]


def _has_bfloat16() -> bool:
    return bool(_BFLOAT16 & processor_flags())


@cache
def processor_flags() -> frozenset[str]:
    """What the processor can do, as Linux calls it; empty elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return frozenset()
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())

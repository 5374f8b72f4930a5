"""What runs the networks, where a pipeline leaves it open, and what cannot run them."""

from __future__ import annotations

import pytest

from videoemo.backends import runtime as room
from videoemo.backends.runtime import Runtime, runtime
from videoemo.errors import InputError


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A machine with OpenVINO and bfloat16, or without."""

    def make(*, openvino: bool = True, bfloat16: bool = True) -> None:
        monkeypatch.setattr(room, "find_spec", lambda name: object() if openvino else None)
        monkeypatch.setattr(room, "_has_fast_bfloat16", lambda: bfloat16)

    return make


@pytest.mark.parametrize(
    ("here", "asked", "expected"),
    [
        ({}, {}, Runtime("openvino", "cpu", "bfloat16")),
        ({"bfloat16": False}, {}, Runtime("openvino", "cpu", "float32")),
        ({}, {"precision": "float32"}, Runtime("openvino", "cpu", "float32")),
        ({"bfloat16": False}, {"precision": "bfloat16"}, Runtime("openvino", "cpu", "bfloat16")),
        ({"openvino": False}, {}, Runtime("torch", "cpu", "float32")),
        ({}, {"device": "cuda"}, Runtime("torch", "cuda", "float32")),
        ({}, {"engine": "torch"}, Runtime("torch", "cpu", "float32")),
    ],
    ids=["auto", "no bfloat16", "float32", "bfloat16 asked for", "no OpenVINO", "cuda", "torch"],
)
def test_what_runs_where(machine, here, asked, expected) -> None:  # type: ignore[no-untyped-def]
    machine(**here)
    assert runtime(**asked) == expected


@pytest.mark.parametrize(
    ("here", "asked", "message"),
    [
        ({"openvino": False}, {"engine": "openvino"}, "pip install openvino"),
        ({}, {"engine": "openvino", "device": "mps"}, "not on mps: give engine torch or auto"),
        ({}, {"engine": "torch", "precision": "bfloat16"}, "give float32 or auto"),
    ],
    ids=["not installed", "no such device", "no such precision"],
)
def test_what_is_not_here_is_said(machine, here, asked, message) -> None:  # type: ignore[no-untyped-def]
    machine(**here)
    with pytest.raises(InputError, match=message):
        runtime(**asked)


def test_a_processor_is_asked_without_loading_a_library() -> None:
    assert room._has_fast_bfloat16() in (True, False)


@pytest.mark.parametrize(
    ("processor", "precision"),
    [
        ({"vendor_id": "GenuineIntel", "flags": "avx512_bf16 amx_bf16"}, "bfloat16"),
        ({"vendor_id": "GenuineIntel", "flags": "avx512f avx512_bf16"}, "float32"),
        ({"vendor_id": "AuthenticAMD", "flags": "avx512f avx512_bf16"}, "bfloat16"),
        ({"vendor_id": "AuthenticAMD", "flags": "avx2"}, "float32"),
        ({}, "float32"),
    ],
    ids=["Intel, matrices", "Intel, vectors", "AMD, vectors", "AMD without", "not said"],
)
def test_bfloat16_is_taken_where_it_is_faster(
    monkeypatch: pytest.MonkeyPatch, processor: dict[str, str], precision: str
) -> None:
    monkeypatch.setattr(room, "_processor", lambda: processor)
    monkeypatch.setattr(room, "find_spec", lambda name: object())
    assert runtime().precision == precision

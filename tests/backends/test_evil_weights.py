"""Files of weights that were damaged, or made by somebody who means no good."""

from __future__ import annotations

import io
import json
import struct
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import nn

from tests.support.archives import packed, parts_of
from tests.support.damage import evil_json, mutated, rewrite
from tests.support.refusals import is_refused, memory_below
from videoemo.backends.timm_torch import build_network, load_state
from videoemo.backends.torch_archive import read_module
from videoemo.errors import WeightsError


@pytest.fixture(scope="module")
def network() -> nn.Module:
    return build_network("test_resnet", n_classes=2, colour="rgb")


def test_damaged_or_evil_safetensors_are_refused_in_one_line(
    network: nn.Module, tmp_path: Path
) -> None:
    content = save(network.state_dict())
    (length,) = struct.unpack("<Q", content[:8])
    header, tensors = json.loads(content[8 : 8 + length]), content[8 + length :]
    evil = [text.encode() for text in evil_json(header, seed=1, n=40)]
    changed = [struct.pack("<Q", len(text)) + text + tensors for text in evil]
    path, n_refused = tmp_path / "w.safetensors", 0
    with memory_below(2**28):
        for one in [*mutated(content, seed=1, n=24), *changed]:
            rewrite(path, one)
            use = partial(load_state, network, path, architecture="test_resnet")
            n_refused += is_refused(use)
    assert n_refused > 40


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1j])
def test_weights_that_are_no_finite_numbers_are_refused(
    network: nn.Module, tmp_path: Path, value: complex
) -> None:
    state = network.state_dict()
    name = next(name for name in state if name.endswith("fc.bias"))
    path = tmp_path / "w.safetensors"
    try:
        content = save({**state, name: torch.full_like(state[name], value.real) + value})
    except KeyError:
        pytest.skip("this safetensors writes no complex numbers")
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="test_resnet: it holds numbers that are not finite"):
        load_state(network, path, architecture="test_resnet")


def test_damaged_archives_of_torch_are_refused_in_one_line(tmp_path: Path) -> None:
    path, buffer, rng, n_refused = tmp_path / "w.pt", io.BytesIO(), np.random.default_rng(2), 0
    torch.save({"weight": torch.zeros(3)}, buffer)
    content = buffer.getvalue()
    path.write_bytes(content)
    parts = parts_of(path)
    pickled = next(name for name in parts if name.endswith("data.pkl"))
    use = partial(read_module, path, classes=frozenset())
    with memory_below(2**28):
        for changed in mutated(parts[pickled], seed=2, n=60):
            packed(path, {**parts, pickled: changed})
            n_refused += is_refused(use)
        directory = content.find(b"PK\x01\x02")
        for _ in range(60):
            damaged = bytearray(content)
            for at in rng.integers(directory, len(content), size=4):
                damaged[at] = int(rng.integers(256))
            rewrite(path, damaged)
            n_refused += is_refused(use)
    assert n_refused > 60

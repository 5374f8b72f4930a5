"""Files in the published formats, made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import nn

from tests.support.tiny_networks import SIDE, make_random, register, save_onnx, tiny_efficientnet


@pytest.fixture(scope="session", autouse=True)
def _registered() -> None:
    register()


@pytest.fixture(scope="session")
def network() -> nn.Module:
    return make_random(tiny_efficientnet(), SIDE).eval()


@pytest.fixture(scope="session")
def onnx_file(network: nn.Module, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_onnx(network, tmp_path_factory.mktemp("onnx") / "tiny.onnx", side=SIDE)

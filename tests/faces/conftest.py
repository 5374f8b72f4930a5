"""The real networks, and facenet-pytorch's own detector to hold them against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch

from videoemo.backends.mtcnn_torch import load_networks
from videoemo.backends.torchvision_repair import import_torchvision
from videoemo.faces.detection import nms, pooling
from videoemo.faces.detection.networks import Networks


@pytest.fixture(scope="session")
def networks() -> Networks:
    return load_networks()


@pytest.fixture(params=["{}", "{}_numpy"], ids=["compiled", "numpy"])
def arithmetic(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pooling and NMS by the compiled parts, then by their counterparts in NumPy."""
    for module, used, name in (
        (pooling, "_pool", "pool"),
        (nms, "keep_mask", "keep_mask"),
    ):
        serving = f"videoemo._native.{request.param.format(module.__name__.rpartition('.')[2])}"
        serves = pytest.importorskip(
            serving, reason="no compiler was at hand when videoemo was installed"
        )
        monkeypatch.setattr(module, used, getattr(serves, name))


@pytest.fixture(scope="session")
def peer() -> Iterator[Callable[..., Any]]:
    """facenet-pytorch's MTCNN, given a suppression that works where torchvision's operators
    do not.
    """
    import_torchvision()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("torchvision.ops.boxes.nms", suppress_box_by_box)
        yield import_module("facenet_pytorch").MTCNN


def suppress_box_by_box(
    boxes: torch.Tensor, scores: torch.Tensor, iou_threshold: float
) -> torch.Tensor:
    """`torchvision.ops.nms`, box by box."""
    xyxy = boxes.numpy()
    area = (xyxy[:, 2:] - xyxy[:, :2]).prod(axis=1)
    order = np.argsort(-scores.numpy(), kind="stable")
    kept = []
    while len(order):
        best, rest = order[0], order[1:]
        sides = np.minimum(xyxy[best, 2:], xyxy[rest, 2:]) - np.maximum(
            xyxy[best, :2], xyxy[rest, :2]
        )
        common = sides.clip(min=0).prod(axis=1)
        kept.append(best)
        order = rest[common / (area[best] + area[rest] - common) <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)

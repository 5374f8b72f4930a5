"""Torch on a device with a queue of its own: what it is given comes back, in order, while the next
is made ready. The device here is this processor, which notes what is asked of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from tests.support.tiny_networks import SIDE, card_of
from videoemo.backends.mtcnn_torch import build_networks, function_of_arrays
from videoemo.backends.network import QueuedNetwork
from videoemo.backends.runtime import REFERENCE, Runtime
from videoemo.backends.timm_torch import Frozen, function_of
from videoemo.backends.torch_device import DirectTransfers, QueuedTransfers, transfers_for
from videoemo.inference.extractor import Extractor


class Device:
    """Notes what it is given, and when it is waited for."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self._n_marks = 0
        self.transfers = QueuedTransfers("cpu", pinned=self.pinned, mark=self.mark)

    def pinned(self, shape: tuple[int, ...]) -> torch.Tensor:
        return torch.full(shape, float("nan"))

    def mark(self) -> Callable[[], object]:
        number = self._n_marks
        self._n_marks += 1
        self.told.append(f"begun {number}")
        return lambda: self.told.append(f"waited for {number}")


def batches(n: int = 3) -> Iterator[npt.NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    return (rng.normal(size=(2, 3, SIDE, SIDE)).astype(np.float32) for _ in range(n))


@pytest.fixture(scope="module")
def network(network: nn.Module) -> Frozen:
    """The tiny one."""
    return Frozen(deepcopy(network))


def test_the_next_batch_is_begun_before_one_is_waited_for(network: Frozen) -> None:
    device = Device()
    queued = function_of(network, REFERENCE, device.transfers)
    assert isinstance(queued, QueuedNetwork)
    plain = function_of(network, REFERENCE)
    for given, expected in zip(queued.map(batches()), map(plain, batches()), strict=True):
        for part, other in zip(given, expected, strict=True):
            np.testing.assert_array_equal(part, other)
    assert device.told == [
        "begun 0",
        "begun 1",
        "waited for 0",
        "begun 2",
        "waited for 1",
        "waited for 2",
    ]


def test_no_batches_give_no_outputs(network: Frozen) -> None:
    queued = function_of(network, REFERENCE, Device().transfers)
    assert isinstance(queued, QueuedNetwork)
    assert list(queued.map(iter([]))) == []


def test_an_extractor_gives_such_a_network_many_crops_at_once(network: Frozen) -> None:
    card, device = card_of("tiny.pt"), Device()
    crops = list(np.random.default_rng(1).integers(0, 256, (130, 50, 40, 3), np.uint8))
    here = Extractor(card, function_of(network, REFERENCE))(crops)
    there = Extractor(card, function_of(network, REFERENCE, device.transfers))(crops)
    np.testing.assert_allclose(there.embedding, here.embedding, atol=1e-5)
    assert device.told.count("begun 2") == 1
    assert "begun 3" not in device.told


def test_the_detectors_networks_come_back_whole() -> None:
    _, rnet, _ = build_networks()
    pictures = np.random.default_rng(2).uniform(-1, 1, (3, 3, 24, 24)).astype(np.float32)
    there, here = (
        function_of_arrays(rnet, transfers)(pictures)
        for transfers in (Device().transfers, DirectTransfers("cpu"))
    )
    for part, other in zip(there, here, strict=True):
        np.testing.assert_array_equal(part, other)


def test_only_cuda_has_a_queue() -> None:
    assert isinstance(transfers_for(Runtime("torch", "cuda")), QueuedTransfers)
    assert isinstance(transfers_for(Runtime("torch", "mps")), DirectTransfers)
    assert isinstance(transfers_for(REFERENCE), DirectTransfers)

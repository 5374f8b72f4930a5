"""MTCNN's three networks in torch."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from videoemo.backends.mtcnn_weights import read
from videoemo.backends.runtime import REFERENCE, Runtime
from videoemo.backends.torch_device import Transfers, on_device, transfers_for
from videoemo.faces.detection.networks import Networks
from videoemo.util.arrays import Float32Array

__all__ = ["ONet", "PNet", "RNet", "build_networks", "function_of_arrays", "load_networks"]


class PNet(nn.Module):
    """Pictures (n, 3, height, width) -> box offsets (n, 4, h, w) and face probability (n, h, w)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 10, 3)
        self.prelu1 = nn.PReLU(10)
        self.pool1 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv2 = nn.Conv2d(10, 16, 3)
        self.prelu2 = nn.PReLU(16)
        self.conv3 = nn.Conv2d(16, 32, 3)
        self.prelu3 = nn.PReLU(32)
        self.conv4_1 = nn.Conv2d(32, 2, 1)
        self.conv4_2 = nn.Conv2d(32, 4, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.pool1(self.prelu1(self.conv1(x)))
        x = self.prelu2(self.conv2(x))
        x = self.prelu3(self.conv3(x))
        return self.conv4_2(x), self.conv4_1(x).softmax(1)[:, 1]


class RNet(nn.Module):
    """Pictures (n, 3, 24, 24) -> box offsets (n, 4) and face probability (n,)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 28, 3)
        self.prelu1 = nn.PReLU(28)
        self.pool1 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv2 = nn.Conv2d(28, 48, 3)
        self.prelu2 = nn.PReLU(48)
        self.pool2 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv3 = nn.Conv2d(48, 64, 2)
        self.prelu3 = nn.PReLU(64)
        self.dense4 = nn.Linear(576, 128)
        self.prelu4 = nn.PReLU(128)
        self.dense5_1 = nn.Linear(128, 2)
        self.dense5_2 = nn.Linear(128, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.pool1(self.prelu1(self.conv1(x)))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.prelu3(self.conv3(x))  # (n, 64, 3, 3)
        x = self.prelu4(self.dense4(_flat(x)))
        return self.dense5_2(x), self.dense5_1(x).softmax(1)[:, 1]


class ONet(nn.Module):
    """Pictures (n, 3, 48, 48) -> box offsets (n, 4), face probability (n,) and
    landmarks (n, 10).
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 3)
        self.prelu1 = nn.PReLU(32)
        self.pool1 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.prelu2 = nn.PReLU(64)
        self.pool2 = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv3 = nn.Conv2d(64, 64, 3)
        self.prelu3 = nn.PReLU(64)
        self.pool3 = nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv4 = nn.Conv2d(64, 128, 2)
        self.prelu4 = nn.PReLU(128)
        self.dense5 = nn.Linear(1152, 256)
        self.prelu5 = nn.PReLU(256)
        self.dense6_1 = nn.Linear(256, 2)
        self.dense6_2 = nn.Linear(256, 4)
        self.dense6_3 = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.pool1(self.prelu1(self.conv1(x)))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.pool3(self.prelu3(self.conv3(x)))
        x = self.prelu4(self.conv4(x))  # (n, 128, 3, 3)
        x = self.prelu5(self.dense5(_flat(x)))
        return self.dense6_2(x), self.dense6_1(x).softmax(1)[:, 1], self.dense6_3(x)


def _flat(x: Tensor) -> Tensor:
    """(n, c, h, w) -> (n, w * h * c): the order in which the first implementation, in MATLAB's
    Caffe, had them.
    """
    return x.permute(0, 3, 2, 1).flatten(1)


def build_networks() -> tuple[PNet, RNet, ONet]:
    """The three networks with their weights, in eval mode.

    Raises
    ------
    WeightsError
        A weight file is missing or not the one published.
    """
    pnet, rnet, onet = PNet(), RNet(), ONet()
    for network, file in ((pnet, "pnet.pt"), (rnet, "rnet.pt"), (onet, "onet.pt")):
        network.load_state_dict(
            torch.load(io.BytesIO(read(file)), map_location="cpu", weights_only=True)
        )
        network.eval().requires_grad_(False)
    return pnet, rnet, onet


def load_networks(runtime: Runtime = REFERENCE) -> Networks:
    """The three networks as functions of arrays.

    Raises
    ------
    WeightsError
        A weight file is missing or not the one published.
    InputError
        torch does not have the device.
    """
    pnet, rnet, onet = (
        function_of_arrays(on_device(network, runtime), transfers_for(runtime))
        for network in build_networks()
    )
    return Networks(pnet, rnet, onet)


def function_of_arrays(network: nn.Module, transfers: Transfers) -> Callable[[Float32Array], Any]:
    """A network on a device as a function of pictures, float32 (n, 3, height, width), that gives
    all of its outputs.
    """

    @torch.inference_mode()
    def run(pictures: Float32Array) -> tuple[Float32Array, ...]:
        # Channels last, as facenet-pytorch happens to have them: a third faster, and the bits are
        # the same.
        heads = network(transfers.send(pictures).contiguous(memory_format=torch.channels_last))
        return tuple(transfers.fetch(heads)())

    return run

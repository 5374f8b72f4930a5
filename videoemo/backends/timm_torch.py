"""timm's networks in torch: the reference engine of extractors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from videoemo.backends.network import Network, n_outputs
from videoemo.backends.runtime import REFERENCE, Runtime
from videoemo.backends.torch_device import on_device
from videoemo.backends.torchvision_repair import import_torchvision
from videoemo.errors import WeightsError
from videoemo.util.messages import brief, one_line, shown
from videoemo.zoo.cards import Card

__all__ = ["Frozen", "build_frozen", "build_network", "function_of", "load_network", "load_state"]


def build_network(
    architecture: str, *, n_classes: int, colour: str, pretrained: bool = False
) -> nn.Module:
    """A timm network with a fresh classifier of `n_classes`, for grey or RGB crops; the rest
    random, or timm's own weights.

    Raises
    ------
    WeightsError
        timm knows no such architecture.
    """
    import_torchvision()
    import timm

    if not timm.is_model(architecture):
        raise WeightsError(
            f"unknown architecture {shown(architecture)}: not one of timm {timm.__version__}'s "
            "models"
        )
    try:
        return timm.create_model(
            architecture,
            pretrained=pretrained,
            num_classes=n_classes,
            in_chans=1 if colour == "grey" else 3,
        )
    except (RuntimeError, ValueError, TypeError) as exc:
        if pretrained:  # told by those who asked for weights from elsewhere
            raise
        reason = one_line(exc, limit=200)
        raise WeightsError(
            f"timm {timm.__version__} cannot build {shown(architecture)}: {reason}"
        ) from exc


def load_state(
    network: nn.Module, weights: Path, *, architecture: str, body_only: bool = False
) -> None:
    """Fill a network from a safetensors file; with `body_only`, leave its classifier as it is.

    Raises
    ------
    WeightsError
        Not safetensors, or not the weights of this architecture.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        # float16 on disk is float32 at work
        state = {
            name: value.float() if value.is_floating_point() else value
            for name, value in load_file(weights).items()
        }
        if body_only:
            head = {id(parameter) for parameter in network.get_classifier().parameters()}  # type: ignore[operator]
            state |= {
                name: parameter.data
                for name, parameter in network.named_parameters()
                if id(parameter) in head
            }
        if any(value.is_complex() or not value.isfinite().all() for value in state.values()):
            raise ValueError("it holds numbers that are not finite, or not real")
        network.load_state_dict(state)
    except (SafetensorError, OSError, RuntimeError, ValueError, KeyError) as exc:
        reason = brief(one_line(exc))
        raise WeightsError(
            f"{weights} does not hold the weights of {architecture}: {reason}"
        ) from exc


class Frozen(nn.Module):
    """A timm network that gives its penultimate vectors, (n, d), and its outputs, (n, c)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.network.forward_features(x)  # type: ignore[operator]
        embedding = self.network.forward_head(maps, pre_logits=True)  # type: ignore[operator]
        return embedding, self.network.get_classifier()(embedding)  # type: ignore[operator]


def build_frozen(card: Card, weights: Path) -> Frozen:
    """The frozen network of a card, from safetensors whose checksum was verified.

    Raises
    ------
    WeightsError
        Not safetensors, or not the weights of the card's architecture.
    """
    network = build_network(card.architecture, n_classes=n_outputs(card), colour=card.colour)
    load_state(network, weights, architecture=card.architecture)
    length = network.get_classifier().in_features  # type: ignore[operator]
    if length != card.embedding:
        raise WeightsError(
            f"{card.architecture} gives embeddings of length {length}, where the card of "
            f"{card.name} says {card.embedding}"
        )
    return Frozen(network)


def function_of(network: Frozen, runtime: Runtime) -> Network:
    """The network as a function of arrays.

    Raises
    ------
    InputError
        torch does not have the device.
    """
    network = on_device(network, runtime)

    @torch.inference_mode()
    def run(x: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        embedding, logits = network(torch.from_numpy(x).to(runtime.device))
        return embedding.cpu().numpy(), logits.cpu().numpy()

    return run


def load_network(card: Card, weights: Path, runtime: Runtime = REFERENCE) -> Network:
    """`build_frozen`, as a function of arrays."""
    return function_of(build_frozen(card, weights), runtime)

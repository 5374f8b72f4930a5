"""timm's networks in torch: the reference engine of extractors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from videoemo.cards import Card
from videoemo.engines import Network
from videoemo.engines.torchvision_repair import import_torchvision
from videoemo.errors import WeightsError

__all__ = ["build_network", "load_network"]


def build_network(architecture: str, *, n_classes: int, colour: str) -> nn.Module:
    """A timm network with random weights and a classifier of `n_classes`, for grey or RGB crops.

    Raises
    ------
    WeightsError : timm knows no such architecture.
    """
    import_torchvision()
    import timm

    if not timm.is_model(architecture):
        raise WeightsError(f"unknown architecture {architecture!r}: not one of timm {timm.__version__}'s models")
    return timm.create_model(architecture, pretrained=False, num_classes=n_classes, in_chans=1 if colour == "grey" else 3)


def load_network(card: Card, weights: Path) -> Network:
    """The frozen network of a card, from safetensors whose checksum was verified.

    Raises
    ------
    WeightsError : not safetensors, or not the weights of the card's architecture.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    network = build_network(card.architecture, n_classes=len(card.classes), colour=card.colour)
    try:
        # float16 on disk is float32 at work
        network.load_state_dict({name: t.float() if t.is_floating_point() else t for name, t in load_file(weights).items()})
    except (SafetensorError, RuntimeError) as exc:
        reason = " ".join(str(exc).split())[:200]
        raise WeightsError(f"{weights} does not hold the weights of {card.architecture}: {reason}") from exc
    network.eval().requires_grad_(False)

    @torch.inference_mode()
    def run(x: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        maps = network.forward_features(torch.from_numpy(x))  # type: ignore[operator]
        embedding = network.forward_head(maps, pre_logits=True)  # type: ignore[operator]
        logits = network.get_classifier()(embedding)  # type: ignore[operator]
        return embedding.numpy(), logits.numpy()

    return run

"""timm's networks in torch: the reference engine of extractors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from videoemo.backends.dlib_weights import DLIB_FIRST, read_dlib_state
from videoemo.backends.network import (
    Network,
    Outputs,
    QueuedNetwork,
    n_hidden_outputs,
    n_outputs,
    no_outputs,
)
from videoemo.backends.runtime import REFERENCE, Runtime
from videoemo.backends.torch_device import (
    QueuedTransfers,
    Transfers,
    on_device,
    transfers_for,
)
from videoemo.backends.torchvision_repair import import_torchvision
from videoemo.errors import WeightsError
from videoemo.util.messages import brief, one_line, shown
from videoemo.zoo.cards import Card

__all__ = [
    "Attributes",
    "Frozen",
    "add_attributes",
    "body_state",
    "build_frozen",
    "build_network",
    "embedding_length",
    "function_of",
    "load_network",
    "load_state",
    "with_attributes",
]

# The name of the heads of attributes among a network's parts.
_ATTRIBUTES = "attributes"


def build_network(
    architecture: str, *, n_classes: int, colour: str, pretrained: bool = False
) -> nn.Module:
    """A timm network with a fresh classifier of `n_classes`, or without one for 0, for grey or RGB
    crops; the rest random, or timm's own weights.

    Raises
    ------
    WeightsError
        timm knows no such architecture.
    """
    import_torchvision()
    import timm

    import videoemo.backends.dlib_resnet  # noqa: F401  (one more model of timm's)

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
    """Fill a network from a safetensors file, or from one of dlib's (`.dat`); with `body_only`,
    leave its classifier and its heads of attributes as they are, whatever the file has of them.

    Raises
    ------
    WeightsError
        Neither of them, or not the weights of this architecture.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if weights.suffix == ".dat":
            state = _dlib_state(network, weights)
        else:  # float16 on disk is float32 at work
            state = {
                name: value.float() if value.is_floating_point() else value
                for name, value in load_file(weights).items()
            }
        if body_only:
            heads = _head_prefixes(network)
            state = {n: value for n, value in state.items() if not n.startswith(heads)}
            state |= {n: value for n, value in network.state_dict().items() if n.startswith(heads)}
        if any(value.is_complex() or not value.isfinite().all() for value in state.values()):
            raise ValueError("it holds numbers that are not finite, or not real")
        network.load_state_dict(state)
    except (SafetensorError, OSError, RuntimeError, ValueError, KeyError) as exc:
        reason = brief(one_line(exc))
        raise WeightsError(
            f"{weights} does not hold the weights of {architecture}: {reason}"
        ) from exc


def _dlib_state(network: nn.Module, weights: Path) -> dict[str, Tensor]:
    state = read_dlib_state(weights)
    # dlib's network sees RGB; what is grey has the same value in all three.
    if network.state_dict()[DLIB_FIRST].shape[1] == 1:
        state[DLIB_FIRST] = state[DLIB_FIRST].sum(1, keepdim=True)
    return state


def _head_prefixes(network: nn.Module) -> tuple[str, ...]:
    """What the names of the weights of heads begin with."""
    classifier = network.get_classifier()  # type: ignore[operator]
    names = [name for name, part in network.named_modules() if part is classifier]
    return tuple(f"{name}." for name in (*names, _ATTRIBUTES))


def body_state(network: nn.Module) -> dict[str, Tensor]:
    """The weights of a network without those of its heads."""
    heads = _head_prefixes(network)
    return {n: value for n, value in network.state_dict().items() if not n.startswith(heads)}


def embedding_length(network: nn.Module) -> int:
    """Length of a timm network's penultimate vectors."""
    # Some have a layer between the pooled features and the classifier.
    return int(getattr(network, "head_hidden_size", None) or network.num_features)  # type: ignore[arg-type]


class Attributes(nn.Module):
    """Heads of attributes: a hidden layer over embeddings (n, d), rectified, and raw outputs
    (n, w) over it.
    """

    def __init__(self, length: int, hidden: int, n_outputs: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(length, hidden)
        self.outputs = nn.Linear(hidden, n_outputs)

    def forward(self, embedding: Tensor) -> Tensor:
        outputs: Tensor = self.outputs(self.hidden(embedding).relu())
        return outputs


def add_attributes(network: nn.Module, *, hidden: int, n_outputs: int) -> Attributes:
    """Add heads of attributes to a timm network, whose weights they belong to from then on."""
    attributes = Attributes(embedding_length(network), hidden, n_outputs)
    network.add_module(_ATTRIBUTES, attributes)
    return attributes


def with_attributes(network: Frozen, heads: Attributes) -> dict[str, Tensor]:
    """The weights of a network with other heads of attributes than it had."""
    begin = f"{_ATTRIBUTES}."
    state = network.network.state_dict()
    kept = {name: value for name, value in state.items() if not name.startswith(begin)}
    return kept | {f"{begin}{name}": value for name, value in heads.state_dict().items()}


class Frozen(nn.Module):
    """A timm network that gives its penultimate vectors, (n, d), and its raw outputs, (n, w), where
    it has any: those of its classifier, then those of its heads of attributes.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        classifier = network.get_classifier()  # type: ignore[operator]
        attributes = getattr(network, _ATTRIBUTES, None)
        # The classifier of a network without one hands on what it is given.
        self.heads = [] if isinstance(classifier, nn.Identity) else [classifier]
        self.heads += [] if attributes is None else [attributes]
        self.eval().requires_grad_(False)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        maps = self.network.forward_features(x)  # type: ignore[operator]
        embedding = self.network.forward_head(maps, pre_logits=True)  # type: ignore[operator]
        outputs = [head(embedding) for head in self.heads]
        if len(outputs) < 2:
            return embedding, *outputs
        return embedding, torch.cat(outputs, 1)


def build_frozen(card: Card, weights: Path) -> Frozen:
    """The frozen network of a card, from safetensors whose checksum was verified.

    Raises
    ------
    WeightsError
        Not safetensors, or not the weights of the card's architecture and heads.
    """
    n_hidden = n_hidden_outputs(card)
    network = build_network(
        card.architecture, n_classes=n_outputs(card) - n_hidden, colour=card.colour
    )
    if card.hidden is not None:
        add_attributes(network, hidden=card.hidden, n_outputs=n_hidden)
    heads = ", ".join(f"{head.name} ({head.width})" for head in card.outputs if head.width)
    load_state(
        network,
        weights,
        architecture=f"{card.architecture} with the heads {shown(heads)}"
        if heads
        else card.architecture,
    )
    length = embedding_length(network)
    if length != card.embedding:
        raise WeightsError(
            f"{card.architecture} gives embeddings of length {length}, where the card of "
            f"{card.name} says {card.embedding}"
        )
    return Frozen(network)


def function_of(
    network: Frozen, runtime: Runtime, transfers: Transfers | None = None
) -> QueuedNetwork | Network:
    """The network as a function of arrays; with a queue where the device has one.

    Parameters
    ----------
    network : Frozen
        The network.
    runtime : Runtime
        How it is run.
    transfers : Transfers or None
        How arrays get to the device; None for what suits it.

    Raises
    ------
    InputError
        torch does not have the device.
    """
    network = on_device(network, runtime)
    transfers = transfers or transfers_for(runtime)

    @torch.inference_mode()
    def begin(x: npt.NDArray[np.float32]) -> Callable[[], Outputs]:
        fetched = transfers.fetch(network(transfers.send(x)))

        def outputs() -> Outputs:
            embedding, *of_heads = fetched()
            return embedding, of_heads[0] if of_heads else no_outputs(len(x))

        return outputs

    queued = QueuedNetwork(begin)
    return queued if isinstance(transfers, QueuedTransfers) else queued.__call__


def load_network(card: Card, weights: Path, runtime: Runtime = REFERENCE) -> Network:
    """`build_frozen`, as a function of arrays."""
    return function_of(build_frozen(card, weights), runtime)

"""The network that a training starts from."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from videoemo.backends.timm_torch import Frozen, build_frozen, build_network, load_state
from videoemo.config.training import NetworkRecipe
from videoemo.errors import TrainingError
from videoemo.util.messages import did_you_mean, one_line, shown
from videoemo.util.regular_files import is_regular
from videoemo.zoo.cards import Card, card_names, find_card, sha256, verified
from videoemo.zoo.fetch import offline

__all__ = ["start_card", "start_checksum", "start_frozen", "start_network"]


# Formats of weights that `build_frozen` reads.
_READ = ("safetensors", "dlib")


def start_network(recipe: NetworkRecipe, n_classes: int) -> nn.Module:
    """A network with a fresh classifier of `n_classes`, its body from where the recipe says.

    `start` is `random`; `imagenet` (timm's weights, fetched if they are not in its cache); a card's
    name or path; or a safetensors file, such as a network trained for identity. Of the last two
    only the body is taken.

    Raises
    ------
    TrainingError
        The start cannot be had.
    WeightsError
        Damaged weights, or those of another architecture.
    """
    if recipe.start == "random":
        return build_network(recipe.architecture, n_classes=n_classes, colour=recipe.colour)
    if recipe.start == "imagenet":
        if offline():
            raise TrainingError(
                f"ImageNet weights of {recipe.architecture} are fetched, which VIDEOEMO_OFFLINE "
                "forbids; unset it, or give the card of a network as start"
            )
        try:
            return build_network(
                recipe.architecture, n_classes=n_classes, colour=recipe.colour, pretrained=True
            )
        except (OSError, RuntimeError) as exc:
            reason = one_line(exc, limit=300)
            raise TrainingError(
                f"cannot fetch ImageNet weights of {recipe.architecture} ({reason}); give a "
                "safetensors file as start"
            ) from exc
    path, _ = _weights(recipe.start)
    network = build_network(recipe.architecture, n_classes=n_classes, colour=recipe.colour)
    load_state(network, path, architecture=recipe.architecture, body_only=True)
    return network


def start_checksum(start: str) -> str:
    """What a start depends on: the checksum of its weights, or `random` or `imagenet`.

    Raises
    ------
    TrainingError
        There is no such start.
    """
    return start if start in ("random", "imagenet") else _weights(start)[1]


def _weights(start: str) -> tuple[Path, str]:
    """The file of a start's weights, and its checksum."""
    if _is_card(start):
        card, path = find_card(start)
        verified(path, card.checksum)
        return path, card.checksum
    path = Path(start)
    if path.suffix != ".safetensors" or not is_regular(path):
        others = ", the path of a card (.toml) or of a .safetensors file"
        hint = did_you_mean(start, ["random", "imagenet", *card_names()], others=others)
        raise TrainingError(f"unknown start {shown(start)}; {hint}")
    return path, sha256(path)


def start_frozen(start: str) -> tuple[Card, Frozen]:
    """The network that heads are trained on, which stays as it is, and its card.

    Raises
    ------
    TrainingError, WeightsError
        As `start_card`, or other weights than the card says.
    """
    card, weights = start_card(start)
    return card, build_frozen(card, weights)


def start_card(start: str) -> tuple[Card, Path]:
    """The card of a network that heads can be trained on, and its weights.

    Raises
    ------
    TrainingError
        No card, or one whose weights torch does not read.
    WeightsError
        Missing or damaged weights.
    """
    if not _is_card(start):
        hint = did_you_mean(start, card_names(), others=", or the path of a card (.toml)")
        raise TrainingError(f"unknown start {shown(start)}; {hint}")
    card, weights = find_card(start)
    if card.format not in _READ:
        raise TrainingError(
            f"start: heads are trained on networks in {' and '.join(_READ)}; {card.name} is in "
            f"{card.format}"
        )
    if card.hidden is None and card.attribute_names:
        raise TrainingError(
            f"start: {card.name} has heads of attributes that read the embedding itself "
            f"({', '.join(card.attribute_names)}): others cannot take their place"
        )
    return card, verified(weights, card.checksum)


def _is_card(start: str) -> bool:
    return start in card_names() or Path(start).suffix == ".toml"

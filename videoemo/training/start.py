"""The network that a training starts from."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from videoemo.backends.timm_torch import build_network, load_state
from videoemo.config.training import NetworkRecipe
from videoemo.errors import TrainingError
from videoemo.util.messages import did_you_mean, one_line, shown
from videoemo.util.regular_files import is_regular
from videoemo.zoo.cards import card_names, find_card, verified

__all__ = ["start_network"]


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
        try:
            return build_network(
                recipe.architecture, n_classes=n_classes, colour=recipe.colour, pretrained=True
            )
        except (OSError, RuntimeError) as exc:
            reason = one_line(exc, limit=150)
            raise TrainingError(
                f"cannot fetch ImageNet weights of {recipe.architecture}: {reason}; give a "
                "safetensors file as start"
            ) from exc
    path = Path(recipe.start)
    if recipe.start in card_names() or path.suffix == ".toml":
        card, path = find_card(recipe.start)
        verified(path, card.checksum)
    elif path.suffix != ".safetensors" or not is_regular(path):
        others = ", the path of a card (.toml) or of a .safetensors file"
        hint = did_you_mean(recipe.start, ["random", "imagenet", *card_names()], others=others)
        raise TrainingError(f"unknown start {shown(recipe.start)}; {hint}")
    network = build_network(recipe.architecture, n_classes=n_classes, colour=recipe.colour)
    load_state(network, path, architecture=recipe.architecture, body_only=True)
    return network

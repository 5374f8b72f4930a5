"""Settings of trainings that follow each other, and which kind of training a recipe is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.config.attributes import AttributesRecipe
from videoemo.config.toml import find_settings, read_kind, require
from videoemo.config.training import TrainingRecipe

__all__ = ["Chain", "Link", "load_recipe"]

# Names of a folder of each training.
_MOST_LINKS = 100


@dataclass(frozen=True, kw_only=True)
class Link:
    """Link of a chain: a training, by the name or path of its recipe; but for the first one it
    starts from the network of the training before it.
    """

    recipe: str


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Chain of trainings; pipelines/train/chain.toml explains each key."""

    kind: Literal["chain"]
    links: tuple[Link, ...]

    def __post_init__(self) -> None:
        n = len(self.links)
        require(2 <= n <= _MOST_LINKS, "links", f"2 to {_MOST_LINKS} trainings", n)


_KINDS: dict[str, type[TrainingRecipe | AttributesRecipe | Chain]] = {
    "network": TrainingRecipe,
    "attributes": AttributesRecipe,
    "chain": Chain,
}


def load_recipe(name: str) -> TrainingRecipe | AttributesRecipe | Chain:
    """Load a recipe of any kind of training by its name in `pipelines/train/`, or by its path.

    Raises
    ------
    InputError
        No such recipe.
    RecipeError
        The file has an unknown or missing key, or a value out of range.
    """
    return read_kind(_KINDS, find_settings(name, "pipelines/train"), default="network")

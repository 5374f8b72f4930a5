"""The trainings of a recipe, and where their data is."""

from __future__ import annotations

from pathlib import Path

from videoemo.config.attributes import AttributesRecipe
from videoemo.config.chain import Chain, load_recipe
from videoemo.config.toml import data_root
from videoemo.config.training import TrainingRecipe
from videoemo.errors import RecipeError

__all__ = ["AnyRecipe", "trainings"]

AnyRecipe = TrainingRecipe | AttributesRecipe


def trainings(recipe: AnyRecipe | Chain, data: Path | None) -> list[tuple[AnyRecipe, Path]]:
    """The trainings of a recipe, which are several for a chain, each with the folder of its data.

    Parameters
    ----------
    data : Path or None
        As for `run_recipe`.

    Raises
    ------
    InputError
        A folder is not there.
    RecipeError
        Trainings that cannot follow each other.
    """
    if not isinstance(recipe, Chain):
        return [(recipe, data_root(recipe.data.kind, data, option="--data"))]
    recipes = [_load(link.recipe) for link in recipe.links]
    _require_succession(recipes)
    folders = [data and data / one.data.kind for one in recipes]
    return [
        (one, data_root(one.data.kind, folder, option="--data"))
        for one, folder in zip(recipes, folders, strict=True)
    ]


def _load(name: str) -> AnyRecipe:
    recipe = load_recipe(name)
    if isinstance(recipe, Chain):
        raise RecipeError(f"links: {name} is a chain itself: name its trainings instead")
    return recipe


def _require_succession(recipes: list[AnyRecipe]) -> None:
    """Find out before the first epoch what would stop a later training."""
    names = [recipe.name for recipe in recipes]
    if len({name.casefold() for name in names}) < len(names):
        raise RecipeError(f"links: expected recipes of different names, got {', '.join(names)}")
    forms = [
        (recipe.network.architecture, recipe.network.colour)
        for recipe in recipes
        if isinstance(recipe, TrainingRecipe)
    ]
    if len(set(forms)) > 1:
        shown = ", then ".join(f"{architecture} ({colour})" for architecture, colour in forms)
        raise RecipeError(f"links: networks that start from each other are alike, got {shown}")
    if any(isinstance(recipe, AttributesRecipe) for recipe in recipes[:-1]):
        raise RecipeError("links: heads of attributes come last, on a network that stays as it is")

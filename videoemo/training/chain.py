"""Trainings that follow each other: each starts from the network of the one before it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from videoemo.config.attributes import AttributesRecipe
from videoemo.config.chain import Chain
from videoemo.config.training import TrainingRecipe
from videoemo.training.links import AnyRecipe, trainings
from videoemo.training.run import (
    Trained,
    find_trained,
    load_for,
    require_unused,
    run_training,
)
from videoemo.util.terminal import say

__all__ = ["run_recipe"]


def run_recipe(
    recipe: AnyRecipe | Chain,
    data: Path | None,
    out: Path,
    *,
    start: str | None = None,
    resume: bool,
    command: str,
) -> Trained:
    """Run a training, or every one of a chain, each in a folder of its name in `out`.

    Parameters
    ----------
    data : Path or None
        The folder of the data; of a chain, that of all, each in a folder of its kind.
    start : str or None
        What the training, or the first one, starts from, in place of what its recipe says.

    Returns
    -------
    Trained
        Of the last one.

    Raises
    ------
    RecipeError
        Trainings that cannot follow each other.
    TrainingError, OutputError
        As `run_training`.
    """
    if isinstance(recipe, Chain):
        return _run_chain(recipe, data, out, start=start, resume=resume, command=command)
    ((_, root),) = trainings(recipe, data)
    started = _with_start(recipe, start)
    return run_training(started, load_for(started, root), out, resume=resume, command=command)


def _run_chain(
    chain: Chain, data: Path | None, out: Path, *, start: str | None, resume: bool, command: str
) -> Trained:
    links = trainings(chain, data)
    recipes = [recipe for recipe, _ in links]
    done: list[Trained] = []
    for number, recipe in enumerate(recipes):
        folder = out / recipe.name
        if not resume:
            require_unused(folder)
        elif len(done) == number:  # those before it are done
            found = find_trained(_with_start(recipe, _start(done, start)), folder)
            done += [] if found is None else [found]
    # All faces are read before the first epoch: what is wrong is told before days of training.
    left = links[len(done) :]
    crops = [recipe.network for recipe in recipes if isinstance(recipe, TrainingRecipe)][-1]
    loaded = [load_for(recipe, root, network=crops) for recipe, root in left]
    for (recipe, _), faces in zip(left, loaded, strict=True):
        say(f"training {len(done) + 1} of {len(recipes)}: {recipe.name}", error=True)
        done.append(
            run_training(
                _with_start(recipe, _start(done, start)),
                faces,
                out / recipe.name,
                resume=resume,
                command=f"{command}: {recipe.name}",
            )
        )
    return done[-1]


def _start(done: list[Trained], first: str | None) -> str | None:
    """What the next training starts from, where not from what its recipe says."""
    return str(done[-1].card) if done else first


def _with_start(recipe: AnyRecipe, start: str | None) -> AnyRecipe:
    """The recipe with another start, where one is given."""
    if start is None:
        return recipe
    if isinstance(recipe, AttributesRecipe):
        return replace(recipe, start=start)
    return replace(recipe, network=replace(recipe.network, start=start))

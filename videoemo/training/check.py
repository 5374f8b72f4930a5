"""The faces of a recipe, or of every training of a chain, before the first epoch."""

from __future__ import annotations

from pathlib import Path

from videoemo.config.chain import Chain
from videoemo.datasets.faces.check import FacesCheck, check_training
from videoemo.training.links import AnyRecipe, trainings

__all__ = ["check_recipe"]


def check_recipe(recipe: AnyRecipe | Chain, data: Path | None) -> dict[str, FacesCheck]:
    """Check the faces of each training by its name: every label and picture is read, and nothing is
    trained.

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
    TrainingError
        A file, a folder or a column is missing, or no face can be used.
    """
    return {one.name: check_training(one.data, root) for one, root in trainings(recipe, data)}

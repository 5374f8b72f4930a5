"""A training from recipe to card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from videoemo.errors import TrainingError
from videoemo.files import results_folder
from videoemo.plots import curves
from videoemo.recipes import TrainingRecipe
from videoemo.settings import data_root
from videoemo.train.checkpoint import Epoch
from videoemo.train.data import load_faces
from videoemo.train.export import export
from videoemo.train.loop import train

__all__ = ["Trained", "run"]


@dataclass(frozen=True)
class Trained:
    """Where the network is, and its best epoch."""

    card: Path
    best: Epoch


def run(recipe: TrainingRecipe, data: Path | None, out: Path, *, resume: bool, command: str) -> Trained:
    """Load the faces, train, draw the curves, export the network of the best epoch with its card.

    Raises
    ------
    TrainingError : the data or the start cannot be used, or `out` holds a training already and `resume` was not asked for.
    OutputError : `out` cannot be written.
    """
    faces, valid = load_faces(recipe.data, data_root(recipe.data.kind, data, option="--data"))
    if (out / "checkpoint.pt").exists() and not resume:
        raise TrainingError(f"{out} holds a training already: --resume goes on with it, or give another folder with -o")
    results_folder(out)
    network, progress = train(recipe, faces, valid, out, resume=resume)
    curves(out / "curves.png", history=progress.history, best_epoch=progress.best_epoch, name=recipe.name)
    card = export(network, recipe, valid, out, command=command)
    return Trained(card, progress.history[progress.best_epoch - 1])

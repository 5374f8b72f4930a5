"""A training from recipe to card."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from videoemo.config.toml import data_root
from videoemo.config.training import TrainingRecipe
from videoemo.datasets.faces.load import load_faces
from videoemo.errors import TrainingError
from videoemo.plots import curves
from videoemo.training.checkpoint import Epoch
from videoemo.training.crops import load_cropper
from videoemo.training.export import export
from videoemo.training.loop import train
from videoemo.util.files import prepare_output_dir

__all__ = ["Trained", "run_training"]


@dataclass(frozen=True)
class Trained:
    """Where the network is, and its best epoch."""

    card: Path
    best: Epoch


def run_training(
    recipe: TrainingRecipe, data: Path | None, out: Path, *, resume: bool, command: str
) -> Trained:
    """Load the faces, train, draw the curves, export the network of the best epoch with its card.

    Raises
    ------
    TrainingError
        The data or the start cannot be used, or `out` holds a training already and `resume` was not
        asked for.
    OutputError
        `out` cannot be written.
    """
    root, network = data_root(recipe.data.kind, data, option="--data"), recipe.network
    cropper = load_cropper(
        recipe.data, crop=network.crop, scale=network.crop_scale, size=network.input_size
    )
    faces, valid = load_faces(recipe.data, root, cropper=cropper)
    if (out / "checkpoint.pt").exists() and not resume:
        raise TrainingError(
            f"{out} holds a training already: --resume goes on with it, or give another folder "
            "with -o"
        )
    prepare_output_dir(out)
    trained, progress = train(recipe, faces, valid, out, resume=resume)
    curves(
        out / "curves.png",
        history=progress.history,
        best_epoch=progress.best_epoch,
        name=recipe.name,
    )
    card = export(trained, recipe, valid, out, command=command)
    return Trained(card, progress.history[progress.best_epoch - 1])

"""The state of a training on disk, written whole after every epoch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from videoemo.config.training import TrainingRecipe
from videoemo.errors import TrainingError
from videoemo.util.files import atomic_write
from videoemo.util.messages import one_line, shown

__all__ = ["Epoch", "TrainingState", "damaged", "load_checkpoint", "save_checkpoint"]

_NAME = "checkpoint.pt"


@dataclass(frozen=True)
class Epoch:
    """What history.csv says of an epoch: losses are means a face, the others shares of the
    validation faces.
    """

    epoch: int
    stage: int
    loss: float
    valid_loss: float
    accuracy: float
    uar: float
    macro_f1: float


@dataclass
class TrainingState:
    """How far a training is.

    Parameters
    ----------
    history : list of Epoch
        The epochs done.
    best_epoch, best_value, best_state : int, float, dict of str to torch.Tensor
        The epoch of the best validation figure so far, that figure, and the weights of then.
    """

    history: list[Epoch] = field(default_factory=list)
    best_epoch: int = 0
    best_value: float = -1.0
    best_state: dict[str, Tensor] = field(default_factory=dict)


def save_checkpoint(
    folder: Path, recipe: TrainingRecipe, progress: TrainingState, running: dict[str, Any]
) -> None:
    """Write the state after an epoch.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    done = {
        "history": [asdict(epoch) for epoch in progress.history],
        "best_epoch": progress.best_epoch,
        "best_value": progress.best_value,
        "best_state": progress.best_state,
    }
    with atomic_write(folder / _NAME) as path:
        torch.save({"recipe": repr(recipe), "progress": done, "running": running}, path)


def load_checkpoint(
    folder: Path, recipe: TrainingRecipe
) -> tuple[TrainingState, dict[str, Any]] | None:
    """The state after the last epoch, or None where there is none.

    Of the weights and of what runs, only that they are there is checked: the training knows their
    form.

    Raises
    ------
    TrainingError
        Damaged, or of another recipe.
    """
    path = folder / _NAME
    if not path.is_file():
        return None
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
        _require_names(saved, ("recipe", "progress", "running"), "the checkpoint")
        _require_recipe(saved["recipe"], recipe, path)
        _require_names(saved["running"], ("network", "trainer", "draws", "torch"), "running")
        return _progress(saved["progress"], recipe), saved["running"]
    except TrainingError:
        raise
    except Exception as exc:  # what torch raises on torn or foreign bytes has no common type
        raise damaged(folder, exc) from exc


def damaged(folder: Path, exc: Exception) -> TrainingError:
    """The error of a checkpoint that cannot be gone on with."""
    return TrainingError(
        f"the checkpoint {folder / _NAME} is damaged: {one_line(exc, limit=300)}; remove it to "
        "begin anew"
    )


def _require_recipe(text: Any, recipe: TrainingRecipe, path: Path) -> None:
    if not isinstance(text, str):
        raise ValueError(f"recipe: expected a text, got {shown(text)}")
    if text != repr(recipe):
        raise TrainingError(
            f"the checkpoint {path} is of another recipe: give another folder with -o, or the "
            "recipe it was begun with"
        )


def _progress(done: Any, recipe: TrainingRecipe) -> TrainingState:
    """How far a training was, which has to be possible with its recipe."""
    _require_names(done, [f.name for f in fields(TrainingState)], "progress")
    stages = [n for n, stage in enumerate(recipe.stages, start=1) for _ in range(stage.epochs)]
    history = done["history"]
    if not isinstance(history, list) or not 1 <= len(history) <= len(stages):
        raise ValueError(f"history: expected 1 to {len(stages)} epochs, got {shown(history)}")
    epochs = []
    for number, given in enumerate(history, start=1):
        _require_names(given, [f.name for f in fields(Epoch)], "history")
        for f in fields(Epoch):
            if type(given[f.name]).__name__ != f.type:
                raise ValueError(f"{f.name}: expected {f.type}, got {shown(given[f.name])}")
        epochs.append(Epoch(**given))
        if (epochs[-1].epoch, epochs[-1].stage) != (number, stages[number - 1]):
            raise ValueError(f"history: expected epoch {number}, got {shown(given)}")
    best = done["best_epoch"]
    if type(best) is not int or not 1 <= best <= len(epochs):
        raise ValueError(f"best_epoch: expected 1 to {len(epochs)}, got {shown(best)}")
    if done["best_value"] != getattr(epochs[best - 1], recipe.best):
        raise ValueError(
            f"best_value: expected that of epoch {best}, got {shown(done['best_value'])}"
        )
    return TrainingState(epochs, best, done["best_value"], done["best_state"])


def _require_names(given: Any, names: Collection[str], where: str) -> None:
    if not isinstance(given, dict) or set(given) != set(names):
        found = list(given) if isinstance(given, dict) else given
        raise ValueError(f"{where}: expected {', '.join(names)}, got {shown(found)}")

"""The state of a training on disk, written whole after every epoch."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from videoemo.config.training import TrainingRecipe
from videoemo.errors import TrainingError
from videoemo.util.files import atomic_write
from videoemo.util.messages import one_line

__all__ = ["Epoch", "TrainingState", "load_checkpoint", "save_checkpoint"]

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

    Raises
    ------
    TrainingError
        Damaged, or of another recipe.
    """
    path = folder / _NAME
    if not path.is_file():
        return None
    try:
        saved = torch.load(path, weights_only=True)
        done, running = saved["progress"], saved["running"]
        progress = TrainingState(
            **{**done, "history": [Epoch(**epoch) for epoch in done["history"]]}
        )
    except Exception as exc:  # what torch raises on torn or foreign bytes has no common type
        raise TrainingError(
            f"the checkpoint {path} is damaged: {one_line(exc, limit=150)}; remove it to begin anew"
        ) from exc
    if saved["recipe"] != repr(recipe):
        raise TrainingError(
            f"the checkpoint {path} is of another recipe: give another folder with -o, or the "
            "recipe it was begun with"
        )
    return progress, running

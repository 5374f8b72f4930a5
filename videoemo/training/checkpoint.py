"""The state of a training on disk, written whole after every epoch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from videoemo.errors import TrainingError
from videoemo.util.files import atomic_write
from videoemo.util.messages import one_line, shown

__all__ = [
    "AnyEpoch",
    "AttributesEpoch",
    "Epoch",
    "Form",
    "TrainingState",
    "damaged",
    "load_checkpoint",
    "save_checkpoint",
]

_NAME = "checkpoint.pt"


@dataclass(frozen=True)
class _Epoch:
    """What history.csv says of any epoch: losses are means a face."""

    epoch: int
    stage: int
    loss: float
    valid_loss: float


@dataclass(frozen=True)
class Epoch(_Epoch):
    """What history.csv says of an epoch: shares of the validation faces beside its losses."""

    accuracy: float
    uar: float
    macro_f1: float


@dataclass(frozen=True)
class AttributesEpoch(_Epoch):
    """What history.csv says of an epoch of heads of attributes, beside its losses: the mean error
    of the age in years, and the shares of the validation faces whose gender and ethnicity were
    wrong, NaN where there is no such head.
    """

    age: float
    gender: float
    ethnicity: float


AnyEpoch = TypeVar("AnyEpoch", Epoch, AttributesEpoch)


@dataclass
class TrainingState(Generic[AnyEpoch]):
    """How far a training is.

    Parameters
    ----------
    history : list of Epoch or AttributesEpoch
        The epochs done.
    best_epoch, best_value, best_state : int, float, dict of str to torch.Tensor
        The epoch of the best validation figure so far, that figure, and the weights of then.
    """

    history: list[AnyEpoch] = field(default_factory=list)
    best_epoch: int = 0
    best_value: float = float("nan")
    best_state: dict[str, Tensor] = field(default_factory=dict)

    def add(self, epoch: AnyEpoch, best: str, weights: Mapping[str, Tensor]) -> bool:
        """Add an epoch to the history, and keep a copy of its weights if it is the best so far.

        Parameters
        ----------
        epoch : Epoch or AttributesEpoch
            How it went.
        best : str
            The figure by which the best epoch is chosen: `valid_loss`, the lowest; else the
            highest.
        weights : mapping of str to torch.Tensor
            Those it ended with.

        Returns
        -------
        bool
            Whether it is the best so far.
        """
        self.history.append(epoch)
        value = getattr(epoch, best)
        better = value < self.best_value if best == "valid_loss" else value > self.best_value
        if self.best_epoch and not better:
            return False
        self.best_epoch, self.best_value = epoch.epoch, value
        self.best_state = {name: one.detach().clone() for name, one in weights.items()}
        return True


@dataclass(frozen=True)
class Form(Generic[AnyEpoch]):
    """What a checkpoint has to be of, to be gone on with.

    Parameters
    ----------
    recipe : str
        All that the training depends on.
    epoch : type
        What is known of an epoch.
    stages : sequence of int
        The number of the stage of each epoch that there will be.
    best : str
        The figure by which the best epoch is chosen.
    """

    recipe: str
    epoch: type[AnyEpoch]
    stages: Sequence[int]
    best: str


def save_checkpoint(
    folder: Path, recipe: str, progress: TrainingState[AnyEpoch], running: dict[str, Any]
) -> None:
    """Write the state after an epoch; `recipe` is all that the training depends on.

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
        torch.save({"recipe": recipe, "progress": done, "running": running}, path)


def load_checkpoint(
    folder: Path, form: Form[AnyEpoch]
) -> tuple[TrainingState[AnyEpoch], dict[str, Any]] | None:
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
        _require_recipe(saved["recipe"], form.recipe, path)
        _require_names(saved["running"], ("network", "trainer", "draws", "torch"), "running")
        return _progress(saved["progress"], form), saved["running"]
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


def _require_recipe(text: Any, recipe: str, path: Path) -> None:
    if not isinstance(text, str):
        raise ValueError(f"recipe: expected a text, got {shown(text)}")
    if text != recipe:
        raise TrainingError(
            f"the checkpoint {path} is of another recipe: give another folder with -o, or the "
            "recipe it was begun with"
        )


def _progress(done: Any, form: Form[AnyEpoch]) -> TrainingState[AnyEpoch]:
    """How far a training was, which has to be possible with its recipe."""
    _require_names(done, [f.name for f in fields(TrainingState)], "progress")
    history = done["history"]
    if not isinstance(history, list) or not 1 <= len(history) <= len(form.stages):
        raise ValueError(f"history: expected 1 to {len(form.stages)} epochs, got {shown(history)}")
    epochs: list[AnyEpoch] = []
    for number, given in enumerate(history, start=1):
        _require_names(given, [f.name for f in fields(form.epoch)], "history")
        for f in fields(form.epoch):
            if type(given[f.name]).__name__ != f.type:
                raise ValueError(f"{f.name}: expected {f.type}, got {shown(given[f.name])}")
        epochs.append(form.epoch(**given))
        if (epochs[-1].epoch, epochs[-1].stage) != (number, form.stages[number - 1]):
            raise ValueError(f"history: expected epoch {number}, got {shown(given)}")
    best = done["best_epoch"]
    if type(best) is not int or not 1 <= best <= len(epochs):
        raise ValueError(f"best_epoch: expected 1 to {len(epochs)}, got {shown(best)}")
    if done["best_value"] != getattr(epochs[best - 1], form.best):
        raise ValueError(
            f"best_value: expected that of epoch {best}, got {shown(done['best_value'])}"
        )
    return TrainingState(epochs, best, done["best_value"], done["best_state"])


def _require_names(given: Any, names: Collection[str], where: str) -> None:
    if not isinstance(given, dict) or set(given) != set(names):
        found = list(given) if isinstance(given, dict) else given
        raise ValueError(f"{where}: expected {', '.join(names)}, got {shown(found)}")

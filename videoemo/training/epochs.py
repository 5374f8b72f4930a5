"""What every training does in an epoch: steps on shuffled batches, and a line about how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from videoemo.errors import TrainingError
from videoemo.training.checkpoint import AnyEpoch, TrainingState
from videoemo.training.trainer import Trainer
from videoemo.util.terminal import safe_stderr, say

__all__ = ["shuffled_batches", "tell", "train_epoch"]


def shuffled_batches(n: int, batch_size: int, draws: torch.Generator) -> list[Tensor]:
    """The rows 0 to n - 1 in a random order, int64 (batch_size,) each; what does not fill a batch
    is left out.
    """
    order = torch.randperm(n, generator=draws)
    return [rows for rows in order.split(batch_size) if len(rows) == batch_size]


def train_epoch(
    trainer: Trainer,
    losses: Iterable[Callable[[], Tensor]],
    *,
    steps: int,
    name: str,
    learning_rate: float,
) -> float:
    """One step a batch, with a progress bar.

    Parameters
    ----------
    trainer : Trainer
        What steps.
    losses : iterable of callable
        For each batch, what runs the network on it and gives the loss.
    steps : int
        How many there are.
    name : str
        Of the epoch, for the bar and for messages.
    learning_rate : float
        As set in the recipe, for messages.

    Returns
    -------
    float
        The mean loss.

    Raises
    ------
    TrainingError
        It is no longer a number.
    """
    bar = tqdm(
        losses,
        total=steps,
        desc=name,
        file=safe_stderr(),
        leave=False,
        disable=None,
        dynamic_ncols=True,
    )
    mean = float(np.mean([trainer.step(loss_of) for loss_of in bar]))
    if not np.isfinite(mean):
        raise TrainingError(f"the loss of {name} is {mean}: lower learning_rate ({learning_rate})")
    return mean


def tell(
    progress: TrainingState[AnyEpoch], validation: str, n_epochs: int, seconds_an_epoch: float
) -> None:
    """Say on standard error how the last epoch went, and how long the others will take.

    Parameters
    ----------
    progress : TrainingState
        The epochs done.
    validation : str
        The last one's validation figures, in words.
    n_epochs : int
        How many there will be.
    seconds_an_epoch : float
        How long one took.
    """
    last = progress.history[-1]
    left = tqdm.format_interval((n_epochs - last.epoch) * seconds_an_epoch)
    say(
        f"epoch {last.epoch}/{n_epochs}: loss {last.loss:.3f}, validation {validation}; best epoch "
        f"{progress.best_epoch}; {left} left",
        error=True,
    )

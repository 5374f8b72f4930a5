"""A training from its first epoch, or from where it was interrupted, to its best one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, fields
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from tqdm import tqdm

from videoemo.config.training import Stage, TrainingRecipe
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.errors import TrainingError
from videoemo.metrics.classification import accuracy, confusion, macro_f1, uar
from videoemo.training.augment import augment
from videoemo.training.checkpoint import (
    Epoch,
    TrainingState,
    damaged,
    load_checkpoint,
    save_checkpoint,
)
from videoemo.training.loss import class_weights, cross_entropy, prior_shift, targets
from videoemo.training.start import start_network
from videoemo.training.state_form import require_form
from videoemo.training.teachers import Teachers
from videoemo.training.trainer import Trainer
from videoemo.util.cpu import n_threads
from videoemo.util.files import write_csv
from videoemo.util.terminal import safe_stderr, say

__all__ = ["logits_of", "train"]

_METRICS: dict[str, Callable[[npt.NDArray[np.int64]], float]] = {
    "accuracy": accuracy,
    "uar": uar,
    "macro_f1": macro_f1,
}


def train(
    recipe: TrainingRecipe,
    faces: LabelledFaces,
    valid: LabelledFaces,
    folder: Path,
    *,
    resume: bool,
) -> tuple[nn.Module, TrainingState]:
    """Train through the stages; after every epoch `checkpoint.pt` and `history.csv` in `folder` are
    written whole.

    The same recipe and faces give the same weights on the same machine, interrupted and resumed
    or not.

    Returns
    -------
    tuple of (torch.nn.Module, TrainingState)
        The network with the weights of its best epoch, in eval mode, and how it went.

    Raises
    ------
    TrainingError
        A start that cannot be had, a checkpoint that cannot be used, a loss that is no longer
        a number.
    """
    largest = max(stage.batch_size for stage in recipe.stages)
    if len(faces) < largest:
        raise TrainingError(
            f"{len(faces)} training faces are fewer than a batch: lower batch_size ({largest})"
        )
    if torch.get_num_threads() > n_threads():
        # torch does not see OMP_THREAD_LIMIT, and waits without end for threads that it denies.
        torch.set_num_threads(n_threads())
    torch.manual_seed(recipe.seed)
    draws = torch.Generator().manual_seed(recipe.seed)
    network = start_network(recipe.network, len(faces.classes)).to(
        memory_format=torch.channels_last
    )  # type: ignore[call-overload]
    teachers = None if recipe.distillation is None else Teachers(recipe.distillation, faces.classes)
    saved = load_checkpoint(folder, recipe) if resume else None
    progress, running = saved or (TrainingState(), None)
    if saved is not None:
        try:
            require_form(progress.best_state, network.state_dict(), where="best_state")
        except ValueError as exc:
            raise damaged(folder, exc) from exc
    n_epochs, started, already = (
        sum(stage.epochs for stage in recipe.stages),
        monotonic(),
        len(progress.history),
    )
    for number, stage in enumerate(recipe.stages):
        before = sum(earlier.epochs for earlier in recipe.stages[:number])
        if len(progress.history) >= before + stage.epochs:
            continue
        trainer = Trainer(network, stage, steps=stage.epochs * (len(faces) // stage.batch_size))
        if running is not None:
            steps = (len(progress.history) - before) * (len(faces) // stage.batch_size)
            try:
                _restore(running, network, trainer, draws, steps=steps)
            except (RuntimeError, ValueError, KeyError, TypeError) as exc:
                raise damaged(folder, exc) from exc
            running = None
        wanted = targets(faces, stage)
        shift = (
            prior_shift(faces, stage)
            if recipe.prior == "training"
            else torch.zeros(len(faces.classes))
        )
        for epoch in range(len(progress.history) + 1, before + stage.epochs + 1):
            loss = _epoch(
                trainer,
                network,
                recipe,
                stage,
                faces,
                wanted,
                teachers,
                draws,
                f"epoch {epoch}/{n_epochs}",
            )
            result = trainer.result
            _judge(result, recipe, valid, shift, progress, epoch=epoch, stage=number + 1, loss=loss)
            if epoch == before + stage.epochs:
                # The next stage goes on from the average.
                network.load_state_dict(result.state_dict())
            save_checkpoint(folder, recipe, progress, _running(network, trainer, draws))
            _write_history(folder, progress)
            _tell(progress, n_epochs, (monotonic() - started) / (epoch - already))
    network.load_state_dict(progress.best_state)
    return network.eval(), progress


def _epoch(
    trainer: Trainer,
    network: nn.Module,
    recipe: TrainingRecipe,
    stage: Stage,
    faces: LabelledFaces,
    wanted: Tensor,
    teachers: Teachers | None,
    draws: torch.Generator,
    name: str,
) -> float:
    weights = class_weights(faces, stage)
    losses = []
    steps = len(faces) // stage.batch_size
    bar = tqdm(
        _batches(recipe, stage, faces, draws),
        total=steps,
        desc=name,
        file=safe_stderr(),
        leave=False,
        disable=None,
        dynamic_ncols=True,
    )
    bfloat16 = torch.autocast("cpu", torch.bfloat16, enabled=recipe.precision == "bfloat16")
    for rows, changed in bar:
        batch, to_say = _normalised(recipe, changed), wanted[rows]
        if teachers is not None:
            with bfloat16:
                to_say = teachers.mixed(to_say, changed)

        def loss_of(batch: Tensor = batch, to_say: Tensor = to_say) -> Tensor:
            with bfloat16:
                logits = network(batch)
            return cross_entropy(logits.float(), to_say, weights)

        losses.append(trainer.step(loss_of))
    mean = float(np.mean(losses))
    if not np.isfinite(mean):
        raise TrainingError(
            f"the loss of {name} is {mean}: lower the stage's learning_rate ({stage.learning_rate})"
        )
    return mean


def _batches(
    recipe: TrainingRecipe, stage: Stage, faces: LabelledFaces, draws: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Shuffled rows and their faces, changed at random, 0 to 1; what does not fill a batch is left
    out.
    """
    order = torch.randperm(len(faces), generator=draws)
    for rows in order.split(stage.batch_size):
        if len(rows) == stage.batch_size:
            shown = torch.from_numpy(_shown(recipe, faces, rows.numpy())).float() / 255
            changed = augment(
                shown,
                recipe.augment.times(stage.augment),
                size=recipe.network.input_size,
                generator=draws,
            )
            yield rows, changed


def _shown(
    recipe: TrainingRecipe, faces: LabelledFaces, rows: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint8]:
    network = recipe.network
    return faces.pictures(
        rows, grey=network.colour == "grey", side=network.detail or network.input_size
    )


def _normalised(recipe: TrainingRecipe, faces: Tensor) -> Tensor:
    mean, std = (
        torch.tensor(values)[:, None, None] for values in (recipe.network.mean, recipe.network.std)
    )
    return ((faces - mean) / std).contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def logits_of(network: nn.Module, recipe: TrainingRecipe, faces: LabelledFaces) -> Tensor:
    """What a network says of unchanged faces, float32 (n, c)."""
    network.eval()
    size = recipe.network.input_size
    logits = []
    for rows in np.array_split(np.arange(len(faces)), max(1, len(faces) // 256)):
        shown = torch.from_numpy(_shown(recipe, faces, rows)).float() / 255
        x = torch.nn.functional.interpolate(
            shown, size=(size, size), mode="bilinear", antialias=True, align_corners=False
        )
        logits.append(network(_normalised(recipe, x)))
    return torch.cat(logits)


def _judge(
    network: nn.Module,
    recipe: TrainingRecipe,
    valid: LabelledFaces,
    shift: Tensor,
    progress: TrainingState,
    *,
    epoch: int,
    stage: int,
    loss: float,
) -> None:
    """Add the epoch to the history, and keep its weights if it is the best so far; `shift` is taken
    from the logits.
    """
    logits = logits_of(network, recipe, valid) - shift
    valid_loss = float(torch.nn.functional.cross_entropy(logits, torch.from_numpy(valid.labels)))
    counts = confusion(valid.labels, logits.argmax(1).numpy(), len(valid.classes))
    figures = {name: round(metric(counts), 6) for name, metric in _METRICS.items()}
    progress.history.append(Epoch(epoch, stage, round(loss, 6), round(valid_loss, 6), **figures))
    if figures[recipe.best] > progress.best_value:
        progress.best_value, progress.best_epoch = figures[recipe.best], epoch
        progress.best_state = {
            name: value.detach().clone() for name, value in network.state_dict().items()
        }
        progress.best_state[_bias_name(network)] -= shift


def _bias_name(network: nn.Module) -> str:
    """The name of the classifier's bias among the weights."""
    bias = network.get_classifier().bias  # type: ignore[operator]
    return next(name for name, parameter in network.named_parameters() if parameter is bias)


def _running(network: nn.Module, trainer: Trainer, draws: torch.Generator) -> dict[str, Any]:
    return {
        "network": network.state_dict(),
        "trainer": trainer.state_dict(),
        "draws": draws.get_state(),
        "torch": torch.get_rng_state(),
    }


def _restore(
    running: dict[str, Any],
    network: nn.Module,
    trainer: Trainer,
    draws: torch.Generator,
    *,
    steps: int,
) -> None:
    """Go on as if nothing had happened; with no step of the trainer done, the stage of then was
    finished.
    """
    for name, like in (
        ("network", network.state_dict()),
        ("draws", draws.get_state()),
        ("torch", torch.get_rng_state()),
    ):
        require_form(running[name], like, where=name)
    if steps:
        trainer.load_state_dict(running["trainer"], steps=steps)
    network.load_state_dict(running["network"])
    draws.set_state(running["draws"])
    torch.set_rng_state(running["torch"])


def _write_history(folder: Path, progress: TrainingState) -> None:
    header = [field.name for field in fields(Epoch)]
    write_csv(folder / "history.csv", header, map(astuple, progress.history))


def _tell(progress: TrainingState, n_epochs: int, seconds_an_epoch: float) -> None:
    last = progress.history[-1]
    left = tqdm.format_interval((n_epochs - last.epoch) * seconds_an_epoch)
    figures = f"loss {last.loss:.3f}, validation accuracy {last.accuracy:.1%}, UAR {last.uar:.1%}"
    say(
        f"epoch {last.epoch}/{n_epochs}: {figures}; best epoch {progress.best_epoch}; {left} left",
        error=True,
    )

"""A training from its first epoch, or from where it was interrupted, to its best one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as nn_f

from videoemo.config.training import Stage, TrainingRecipe
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.errors import TrainingError
from videoemo.metrics.classification import class_figures
from videoemo.training.augment import augment
from videoemo.training.checkpoint import (
    Epoch,
    Form,
    TrainingState,
    damaged,
    load_checkpoint,
    save_checkpoint,
)
from videoemo.training.epochs import shuffled_batches, tell, train_epoch
from videoemo.training.history import write_history
from videoemo.training.inputs import as_input, read_pictures, unchanged
from videoemo.training.loss import class_weights, cross_entropy, prior_shift, targets
from videoemo.training.running import running_state, take_up
from videoemo.training.start import start_checksum, start_network
from videoemo.training.state_form import require_form
from videoemo.training.teachers import Teachers
from videoemo.training.trainer import Trainer
from videoemo.util.cpu import n_threads

__all__ = ["checkpoint_form", "in_words", "logits_of", "train"]


def checkpoint_form(recipe: TrainingRecipe) -> Form[Epoch]:
    """What a checkpoint has to be of, to be gone on with by a recipe, whose start counts by what is
    in it.

    Raises
    ------
    TrainingError, InputError, WeightsError
        The start cannot be had.
    """
    network = replace(recipe.network, start=start_checksum(recipe.network.start))
    return Form(
        repr(replace(recipe, network=network)),
        Epoch,
        [n for n, stage in enumerate(recipe.stages, start=1) for _ in range(stage.epochs)],
        recipe.best,
    )


def train(
    recipe: TrainingRecipe,
    faces: LabelledFaces,
    valid: LabelledFaces,
    folder: Path,
    *,
    resume: bool,
) -> tuple[nn.Module, TrainingState[Epoch]]:
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
    form = checkpoint_form(recipe)
    saved = load_checkpoint(folder, form) if resume else None
    progress, running = saved or (TrainingState[Epoch](), None)
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
                take_up(running, network, trainer, draws, steps=steps)
            except (RuntimeError, ValueError, KeyError, TypeError) as exc:
                raise damaged(folder, exc) from exc
            running = None
        shift = (
            prior_shift(faces, stage)
            if recipe.prior == "training"
            else torch.zeros(len(faces.classes))
        )
        for epoch in range(len(progress.history) + 1, before + stage.epochs + 1):
            loss = train_epoch(
                trainer,
                _losses(network, recipe, stage, faces, teachers, draws),
                steps=len(faces) // stage.batch_size,
                name=f"epoch {epoch}/{n_epochs}",
                learning_rate=stage.learning_rate,
            )
            result = trainer.result
            _judge(result, recipe, valid, shift, progress, epoch=epoch, stage=number + 1, loss=loss)
            if epoch == before + stage.epochs:
                # The next stage goes on from the average.
                network.load_state_dict(result.state_dict())
            save_checkpoint(folder, form.recipe, progress, running_state(network, trainer, draws))
            write_history(folder, progress.history)
            seconds = (monotonic() - started) / (epoch - already)
            tell(progress, in_words(progress.history[-1]), n_epochs, seconds)
    network.load_state_dict(progress.best_state)
    return network.eval(), progress


def _losses(
    network: nn.Module,
    recipe: TrainingRecipe,
    stage: Stage,
    faces: LabelledFaces,
    teachers: Teachers | None,
    draws: torch.Generator,
) -> Iterator[Callable[[], Tensor]]:
    """What gives the loss of each batch of an epoch, whose faces are changed at random."""
    weights = class_weights(faces, stage)
    bfloat16 = torch.autocast("cpu", torch.bfloat16, enabled=recipe.precision == "bfloat16")
    for rows in shuffled_batches(len(faces), stage.batch_size, draws):
        changed = augment(
            read_pictures(recipe.network, faces.pictures, rows),
            recipe.augment.times(stage.augment),
            size=recipe.network.input_size,
            generator=draws,
        )
        batch = as_input(recipe.network, changed)
        to_say = targets(faces, stage, rows.numpy())
        if teachers is not None:
            with bfloat16:
                to_say = teachers.mixed(to_say, changed)

        def loss_of(batch: Tensor = batch, to_say: Tensor = to_say) -> Tensor:
            with bfloat16:
                logits = network(batch)
            return cross_entropy(logits.float(), to_say, weights)

        yield loss_of


@torch.inference_mode()
def logits_of(network: nn.Module, recipe: TrainingRecipe, faces: LabelledFaces) -> Tensor:
    """What a network says of unchanged faces, float32 (n, c)."""
    return torch.cat(list(_logits(network, recipe, faces)))


@torch.inference_mode()
def _logits(network: nn.Module, recipe: TrainingRecipe, faces: LabelledFaces) -> Iterator[Tensor]:
    """Some faces' logits after the other's: those of all, for thousands of people, are many."""
    network.eval()
    form = recipe.network
    for rows in torch.arange(len(faces)).tensor_split(max(1, len(faces) // 256)):
        shown = unchanged(form, read_pictures(form, faces.pictures, rows))
        yield network(as_input(form, shown))


def _judge(
    network: nn.Module,
    recipe: TrainingRecipe,
    valid: LabelledFaces,
    shift: Tensor,
    progress: TrainingState[Epoch],
    *,
    epoch: int,
    stage: int,
    loss: float,
) -> None:
    """Add the epoch to the history, and keep its weights if it is the best so far; `shift` is taken
    from the logits.
    """
    predicted: list[int] = []
    losses: list[float] = []
    labels = torch.from_numpy(valid.labels)
    for logits in _logits(network, recipe, valid):
        theirs = labels[len(predicted) : len(predicted) + len(logits)]
        losses += nn_f.cross_entropy(logits - shift, theirs, reduction="none").tolist()
        predicted += (logits - shift).argmax(1).tolist()
    valid_loss = float(np.mean(losses))
    found = class_figures(valid.labels, np.array(predicted), len(valid.classes))
    figures = {name: round(figure, 6) for name, figure in found.items()}
    judged = Epoch(epoch, stage, round(loss, 6), round(valid_loss, 6), **figures)
    if progress.add(judged, recipe.best, network.state_dict()):
        progress.best_state[_bias_name(network)] -= shift


def _bias_name(network: nn.Module) -> str:
    """The name of the classifier's bias among the weights."""
    bias = network.get_classifier().bias  # type: ignore[operator]
    return next(name for name, parameter in network.named_parameters() if parameter is bias)


def in_words(epoch: Epoch) -> str:
    """The validation figures of an epoch, for a line of text."""
    return f"accuracy {epoch.accuracy:.1%}, UAR {epoch.uar:.1%}"

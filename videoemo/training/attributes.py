"""Heads of attributes trained on the embeddings of a frozen network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic

import torch
from torch import Tensor, nn

from videoemo.backends.timm_torch import Attributes, Frozen
from videoemo.config.attributes import AttributesRecipe
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.errors import TrainingError
from videoemo.training.attribute_loss import Attribute, error_of, in_words, loss_of
from videoemo.training.checkpoint import (
    AttributesEpoch,
    Form,
    TrainingState,
    damaged,
    load_checkpoint,
    save_checkpoint,
)
from videoemo.training.embeddings import embed
from videoemo.training.epochs import shuffled_batches, tell, train_epoch
from videoemo.training.history import write_history
from videoemo.training.running import running_state, take_up
from videoemo.training.state_form import require_form
from videoemo.training.trainer import Trainer
from videoemo.zoo.cards import Card

__all__ = ["attributes_form", "train_attributes"]

# Deviation of a number of embeddings, in deviations of the one that varies most, below which it
# says nothing.
_LEAST = 1e-3


def attributes_form(recipe: AttributesRecipe, card: Card) -> Form[AttributesEpoch]:
    """What a checkpoint has to be of, to be gone on with by a recipe on the network of a card."""
    text = repr(replace(recipe, start=card.checksum))
    return Form(text, AttributesEpoch, [1] * recipe.training.epochs, "valid_loss")


def train_attributes(
    recipe: AttributesRecipe,
    attributes: tuple[Attribute, ...],
    start: tuple[Card, Frozen],
    faces: AttributeFaces,
    valid: AttributeFaces,
    folder: Path,
    *,
    resume: bool,
) -> tuple[Attributes, TrainingState[AttributesEpoch]]:
    """Train the heads; after every epoch `checkpoint.pt` and `history.csv` in `folder` are written
    whole.

    The same recipe, network and faces give the same weights on the same machine, interrupted and
    resumed or not.

    Parameters
    ----------
    attributes : tuple of Attribute
        The heads.
    start : tuple of (Card, Frozen)
        The network that gives the embeddings; it stays as it is.

    Returns
    -------
    tuple of (Attributes, TrainingState)
        The heads with the weights of the epoch of the least validation loss, and how it went.

    Raises
    ------
    TrainingError
        Fewer faces than a batch, a checkpoint that cannot be used, a loss that is no longer
        a number.
    """
    steps = recipe.training
    if len(faces) < steps.batch_size:
        raise TrainingError(
            f"{len(faces)} training faces are fewer than a batch: lower batch_size "
            f"({steps.batch_size})"
        )
    card, network = start
    form = attributes_form(recipe, card)
    saved = load_checkpoint(folder, form) if resume else None
    progress, running = saved or (TrainingState[AttributesEpoch](), None)
    embedded = partial(embed, network, card, settings=recipe.augment, seed=recipe.seed)
    given = embedded(faces.pictures, n=recipe.variants)  # (n, faces, d)
    shown = embedded(valid.pictures, n=1)[0]
    torch.manual_seed(recipe.seed)
    draws = torch.Generator().manual_seed(recipe.seed)
    heads = Attributes(card.embedding, recipe.hidden, sum(one.head.width for one in attributes))
    mean, scale = _spread(given)
    given, shown = (given - mean) / scale, (shown - mean) / scale
    a_epoch = len(faces) // steps.batch_size
    trainer = Trainer(heads, steps, steps=steps.epochs * a_epoch)
    if running is not None:
        try:
            require_form(progress.best_state, heads.state_dict(), where="best_state")
            take_up(running, heads, trainer, draws, steps=len(progress.history) * a_epoch)
        except (RuntimeError, ValueError, KeyError, TypeError) as exc:
            raise damaged(folder, exc) from exc
    wanted = [one.wanted(faces) for one in attributes]
    aims = [one.wanted(valid) for one in attributes]
    already, started = len(progress.history), monotonic()
    for epoch in range(already + 1, steps.epochs + 1):
        loss = train_epoch(
            trainer,
            _losses(heads, recipe, attributes, given, wanted, draws),
            steps=a_epoch,
            name=f"epoch {epoch}/{steps.epochs}",
            learning_rate=steps.learning_rate,
        )
        _judge(trainer.result, attributes, shown, aims, progress, epoch=epoch, loss=loss)
        save_checkpoint(folder, form.recipe, progress, running_state(heads, trainer, draws))
        write_history(folder, progress.history)
        seconds = (monotonic() - started) / (epoch - already)
        tell(progress, in_words(progress.history[-1], attributes), steps.epochs, seconds)
    heads.load_state_dict(progress.best_state)
    _take_unscaled(heads, mean, scale)
    return heads.eval(), progress


def _spread(embeddings: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each number of embeddings (variants, n, d), which may be of
    any size; 1 in place of next to none, of which no weight could be written in float16.
    """
    std, mean = torch.std_mean(embeddings, (0, 1))
    return mean, torch.where(std > _LEAST * std.max(), std, torch.ones_like(std))


@torch.no_grad()
def _take_unscaled(heads: Attributes, mean: Tensor, scale: Tensor) -> None:
    """Make heads that were trained on embeddings of mean 0 and deviation 1 take plain ones."""
    heads.hidden.weight.div_(scale)
    heads.hidden.bias.sub_(heads.hidden.weight @ mean)


def _losses(
    heads: Attributes,
    recipe: AttributesRecipe,
    attributes: tuple[Attribute, ...],
    given: Tensor,
    wanted: list[Tensor],
    draws: torch.Generator,
) -> Iterator[Callable[[], Tensor]]:
    """What gives the loss of each batch of an epoch, in which one variant of each face is seen."""
    variants, n, _ = given.shape
    batches = shuffled_batches(n, recipe.training.batch_size, draws)
    variant = torch.randint(variants, (n,), generator=draws)
    for rows in batches:
        batch, aims = given[variant[rows], rows], [one[rows] for one in wanted]

        def loss(batch: Tensor = batch, aims: list[Tensor] = aims) -> Tensor:
            return loss_of(attributes, heads(batch), aims)

        yield loss


@torch.inference_mode()
def _judge(
    heads: nn.Module,
    attributes: tuple[Attribute, ...],
    shown: Tensor,
    aims: list[Tensor],
    progress: TrainingState[AttributesEpoch],
    *,
    epoch: int,
    loss: float,
) -> None:
    """Add the epoch to the history, and keep its weights if it is the best so far."""
    raw = heads.eval()(shown)
    valid_loss = round(float(loss_of(attributes, raw, aims)), 6)
    errors = {name: round(error, 6) for name, error in error_of(attributes, raw, aims).items()}
    known = {name: errors.get(name, float("nan")) for name in ("age", "gender", "ethnicity")}
    judged = AttributesEpoch(epoch, 1, round(loss, 6), valid_loss, **known)
    progress.add(judged, "valid_loss", heads.state_dict())

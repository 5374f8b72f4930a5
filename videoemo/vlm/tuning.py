"""Fine-tuning of a PaliGemma on labelled faces, from its first epoch, or from where it was
interrupted, to its best one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as nn_f

from videoemo.config.paligemma import PaligemmaRecipe
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.errors import InputError, TrainingError
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
from videoemo.training.loop import in_words
from videoemo.training.running import running_state, take_up
from videoemo.training.state_form import require_form
from videoemo.training.trainer import Trainer
from videoemo.util.cpu import n_threads
from videoemo.vlm.adapter import add_adapter
from videoemo.vlm.answer_tokens import IGNORED, AnswerTokens, answer_tokens
from videoemo.vlm.local import (
    Likelihoods,
    load_model,
    load_processor,
    paligemma_likelihoods,
)
from videoemo.vlm.model_folder import model_kind, weights_checksum

__all__ = ["Tuned", "answers_of", "tune"]

# Of the gradient's norm, which is large at the start from random weights.
_LONGEST_GRADIENT = 1.0
# Validation faces shown between two looks at the clock.
_CHUNK = 256


@dataclass(frozen=True)
class Tuned:
    """A PaliGemma with the weights of its best epoch, and how its training went.

    Parameters
    ----------
    model : torch.nn.Module
        In eval mode; within its adapter where it has one.
    processor : transformers.PaliGemmaProcessor
        Of the base.
    checksum : str
        Of the base's weights.
    progress : TrainingState
        The epochs.
    """

    model: Any
    processor: Any
    checksum: str
    progress: TrainingState[Epoch]


def answers_of(recipe: PaligemmaRecipe, classes: tuple[str, ...]) -> tuple[str, ...]:
    """What each class is called in an answer.

    Raises
    ------
    InputError
        There is not one a class.
    """
    if recipe.answers and len(recipe.answers) != len(classes):
        raise InputError(
            f"answers: expected {len(classes)}, one for each of {', '.join(classes)}; got "
            f"{len(recipe.answers)}"
        )
    return recipe.answers or classes


def tune(
    recipe: PaligemmaRecipe,
    faces: LabelledFaces,
    valid: LabelledFaces,
    folder: Path,
    *,
    resume: bool,
) -> Tuned:
    """Fine-tune; after every epoch `checkpoint.pt` and `history.csv` in `folder` are written whole.

    The same recipe, base and faces give the same weights on the same machine, interrupted and
    resumed or not.

    Raises
    ------
    InputError
        The extra is missing, or the answers do not fit the classes.
    WeightsError
        The base cannot be used.
    TrainingError
        It is no PaliGemma, there are fewer faces than a batch has, a checkpoint that cannot be
        used, a loss that is no longer a number.
    """
    base, steps = Path(recipe.start), recipe.training
    if (kind := model_kind(base)) != "paligemma":
        raise TrainingError(f"start: expected the folder of a paligemma, {base} is a {kind}")
    a_epoch = len(faces) // steps.batch_size
    if not a_epoch:
        raise TrainingError(
            f"{len(faces)} training faces are fewer than a batch: lower batch_size "
            f"({steps.batch_size})"
        )
    if torch.get_num_threads() > n_threads():
        torch.set_num_threads(n_threads())
    torch.manual_seed(recipe.seed)
    draws = torch.Generator().manual_seed(recipe.seed)
    checksum = weights_checksum(base)
    answers = answers_of(recipe, faces.classes)
    model, processor = _start(recipe, base)
    tokens = answer_tokens(processor, recipe.question, answers)
    likelihoods = paligemma_likelihoods(model, processor, recipe.question, answers)
    trained = {name: one for name, one in model.named_parameters() if one.requires_grad}
    parameters = nn.ParameterList(trained.values())
    trainer = Trainer(
        parameters, steps, steps=steps.epochs * a_epoch, longest_gradient=_LONGEST_GRADIENT
    )
    form = Form(
        repr(replace(recipe, start=checksum, processor=None)),
        Epoch,
        [1] * steps.epochs,
        recipe.best,
    )
    saved = load_checkpoint(folder, form) if resume else None
    progress = TrainingState[Epoch]() if saved is None else saved[0]
    if saved is not None:
        try:
            require_form(progress.best_state, trained, where="best_state")
            take_up(saved[1], parameters, trainer, draws, steps=len(progress.history) * a_epoch)
        except (RuntimeError, ValueError, KeyError, TypeError) as exc:
            raise damaged(folder, exc) from exc
    already, started = len(progress.history), monotonic()
    for epoch in range(already + 1, steps.epochs + 1):
        name = f"epoch {epoch}/{steps.epochs}"
        model.train()
        loss = train_epoch(
            trainer,
            _losses(model, processor, recipe, faces, tokens, draws),
            steps=a_epoch,
            name=name,
            learning_rate=steps.learning_rate,
        )
        _judge(likelihoods, processor, recipe, valid, trained, progress, loss=loss)
        save_checkpoint(folder, form.recipe, progress, running_state(parameters, trainer, draws))
        write_history(folder, progress.history)
        seconds = (monotonic() - started) / (epoch - already)
        tell(progress, in_words(progress.history[-1]), steps.epochs, seconds)
    with torch.no_grad():
        for name, parameter in trained.items():
            parameter.copy_(progress.best_state[name])
    return Tuned(model.eval(), processor, checksum, progress)


def _start(recipe: PaligemmaRecipe, base: Path) -> tuple[Any, Any]:
    """The base with what is to be trained, and its processor."""
    processor = load_processor(Path(recipe.processor or base))
    if recipe.weights == "all":
        # In halves, small steps would be lost.
        return load_model(base, dtype=torch.float32).requires_grad_(True), processor
    return add_adapter(load_model(base), recipe.weights, rank=recipe.rank), processor


def _side(processor: Any) -> int:
    """Of the model's pictures, in px."""
    return int(processor.image_processor.size["height"])


def _losses(
    model: Any,
    processor: Any,
    recipe: PaligemmaRecipe,
    faces: LabelledFaces,
    tokens: AnswerTokens,
    draws: torch.Generator,
) -> Iterator[Callable[[], Tensor]]:
    """What gives the loss of each batch of an epoch, whose faces are changed at random."""
    side, images = _side(processor), processor.image_processor
    mean, std = (torch.tensor(v)[:, None, None] for v in (images.image_mean, images.image_std))
    labels = torch.from_numpy(faces.labels)
    for rows in shuffled_batches(len(faces), recipe.training.batch_size, draws):
        read = torch.from_numpy(faces.pictures(rows.numpy(), grey=False, side=side))
        changed = augment(read.float() / 255, recipe.augment, size=side, generator=draws)
        pixels = (changed - mean) / std
        said = tokens.take(labels[rows])
        answers = said.answers()

        def loss_of(
            pixels: Tensor = pixels, said: AnswerTokens = said, answers: Tensor = answers
        ) -> Tensor:
            logits = model(
                **said.inputs(), pixel_values=pixels, logits_to_keep=answers.shape[1] + 1
            ).logits[:, :-1]
            return nn_f.cross_entropy(
                logits.float().flatten(0, 1), answers.flatten(), ignore_index=IGNORED
            )

        yield loss_of


def _judge(
    likelihoods: Likelihoods,
    processor: Any,
    recipe: PaligemmaRecipe,
    valid: LabelledFaces,
    trained: dict[str, nn.Parameter],
    progress: TrainingState[Epoch],
    *,
    loss: float,
) -> None:
    """Add the epoch to the history, and keep its weights if it is the best so far."""
    told = torch.cat([likelihoods(chunk) for chunk in _shown(valid, _side(processor))])
    labels = torch.from_numpy(valid.labels)
    # Among the classes alone, as they are read.
    valid_loss = float(nn_f.cross_entropy(told, labels))
    found = class_figures(valid.labels, told.argmax(1).numpy(), len(valid.classes))
    figures = {name: round(figure, 6) for name, figure in found.items()}
    epoch = len(progress.history) + 1
    judged = Epoch(epoch, 1, round(loss, 6), round(valid_loss, 6), **figures)
    progress.add(judged, recipe.best, trained)


def _shown(valid: LabelledFaces, side: int) -> Iterator[list[Any]]:
    """Unchanged faces, uint8 (s, s, 3) each, some at a time."""
    rows = np.arange(len(valid))
    for start in range(0, len(rows), _CHUNK):
        read = valid.pictures(rows[start : start + _CHUNK], grey=False, side=side)
        yield [*read.transpose(0, 2, 3, 1)]

"""A local model from its card to what is likely of each face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from videoemo.errors import InputError, WeightsError
from videoemo.records import Answers
from videoemo.util.checksums import verified
from videoemo.vlm.adapter import add_adapter, read_adapter
from videoemo.vlm.local import (
    Likelihoods,
    Picture,
    chat_likelihoods,
    load_model,
    load_processor,
    paligemma_likelihoods,
)
from videoemo.vlm.local_card import LocalCard, find_local_card
from videoemo.vlm.model_folder import model_kind, weights_checksum
from videoemo.vlm.task import Task

__all__ = ["LocalModel", "load_card", "load_local"]


@dataclass(frozen=True)
class LocalModel:
    """A local vision-language model with a question and its answers.

    Parameters
    ----------
    card : LocalCard
        What it is.
    question : str
        What is asked of each picture.
    classes : tuple of str
        c of them.
    likelihoods : callable
        What each class's answer is likely to be.
    """

    card: LocalCard
    question: str
    classes: tuple[str, ...]
    likelihoods: Likelihoods

    def __call__(self, pictures: Sequence[Picture]) -> Answers:
        """Answer about m pictures, each uint8 (h, w, 3): every one has probabilities."""
        told = torch.softmax(self.likelihoods(pictures), 1).numpy()
        return Answers(told, ("",) * len(told))


def load_local(given: Path, task: Task) -> LocalModel:
    """Load a local model by the folder of its files or by its card; nothing is fetched, and no code
    of it is run.

    Parameters
    ----------
    given : Path
        The folder or the card.
    task : Task
        What is asked, unless the card says what the model was trained to be asked.

    Raises
    ------
    InputError
        No such model, one of other classes, or without the extra.
    RecipeError
        The card says something it may not.
    WeightsError
        Files that are refused, damaged, or not those of the card.
    """
    card, _ = find_local_card(given)
    if card.classes and set(card.classes) != set(task.classes):
        raise InputError(
            f"{card.name} tells {', '.join(card.classes)}; asked for were {', '.join(task.classes)}"
        )
    _, kind, model, processor = load_card(given)
    said = dict(zip(card.classes or task.classes, card.answers or task.words, strict=True))
    asked, wanted = card.question or task.question, [said[name] for name in task.classes]
    likelihoods_of = paligemma_likelihoods if kind == "paligemma" else chat_likelihoods
    return LocalModel(card, asked, task.classes, likelihoods_of(model, processor, asked, wanted))


def load_card(given: Path) -> tuple[LocalCard, str, Any, Any]:
    """Load what a card names, or a folder holds, once it is certain that it is that.

    Returns
    -------
    tuple
        The card, the kind of the model, such as `paligemma`, the model, within its adapter where it
        has one, and its processor.

    Raises
    ------
    InputError, RecipeError, WeightsError
        As `load_local`.
    """
    card, root = find_local_card(given)
    folder = root / card.model
    kind = model_kind(folder)
    if card.sha256 is not None and (found := weights_checksum(folder)) != card.sha256:
        what = "the base" if card.adapter is not None else "the model"
        raise WeightsError(
            f"{folder} is not {what} of {card.name}: the checksum of its weights is {found}, "
            f"expected {card.sha256}"
        )
    if card.adapter is not None:
        weights = verified(root / card.adapter.file, card.adapter.sha256)
        if weights.suffix != ".safetensors":
            raise WeightsError(f"the adapter {weights} is not in safetensors")
    processor = load_processor(root / (card.processor or card.model))
    model: Any = load_model(folder)
    if card.adapter is not None:
        model = add_adapter(model, card.adapter.where, rank=card.adapter.rank)
        read_adapter(model, root / card.adapter.file)
    return card, kind, model, processor

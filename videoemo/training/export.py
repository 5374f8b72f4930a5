"""A trained network as files that `--extractor` accepts: safetensors and a card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from videoemo.backends.timm_torch import body_state, embedding_length, load_network
from videoemo.config.training import TrainingRecipe
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.evaluation.faces import face_metrics, predict_faces
from videoemo.inference.extractor import Extractor
from videoemo.training.card_files import origin, write_card, write_weights
from videoemo.training.checkpoint import Epoch
from videoemo.zoo.cards import Card
from videoemo.zoo.heads import EMBEDDING, EXPRESSION, Head

__all__ = ["export", "export_identity", "fit_temperature"]


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """The number to divide logits by so that their probabilities are right on average: that of the
    least negative log-likelihood (Guo et al. 2017, arXiv 1706.04599), searched from 0.2 to 5.

    Parameters
    ----------
    logits : float32 (n, c)
        Of faces the network was not trained on.
    labels : int64 (n,)
        Their labels.
    """
    candidates = torch.logspace(np.log10(0.2), np.log10(5.0), 400)
    losses = torch.stack(
        [torch.nn.functional.cross_entropy(logits / t, labels) for t in candidates]
    )
    return round(float(candidates[losses.argmin()]), 4)


def export(
    network: nn.Module, recipe: TrainingRecipe, valid: LabelledFaces, folder: Path, *, command: str
) -> Path:
    """Write `<name>.safetensors` (float16) and `<name>.toml`, the card, with a temperature fitted
    on the validation faces.

    The figures on the card are those of the files as written, read back as an extractor.

    Parameters
    ----------
    command : str
        What made it, for the card.

    Returns
    -------
    Path
        The card's path.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    weights = folder / f"{recipe.name}.safetensors"
    checksum = write_weights(network.state_dict(), weights)
    expression = Head(name=EXPRESSION, kind="classes", labels=valid.classes)
    card = _card(recipe, network, checksum, (expression,), command=command)
    logits = (
        torch.from_numpy(predict_faces(Extractor(card, load_network(card, weights)), valid))
        .clamp_min(1e-30)
        .log()
    )
    temperature = fit_temperature(logits, torch.from_numpy(valid.labels))
    found = face_metrics(
        torch.softmax(logits / temperature, 1).numpy(), valid.labels, valid.classes
    ).summary()
    figures = (
        f"{len(valid):,} validation faces: accuracy {found['accuracy']:.4f}, UAR "
        f"{found['uar']:.4f}, macro-F1 {found['macro_f1']:.4f}, ECE {found['ece']:.4f}"
    )
    return write_card(replace(card, temperature=temperature, figures=figures), folder)


def export_identity(
    network: nn.Module,
    recipe: TrainingRecipe,
    valid: LabelledFaces,
    best: Epoch,
    folder: Path,
    *,
    command: str,
) -> Path:
    """Write a network that was trained to tell people apart: its weights without the classifier of
    those people, and a card with the embedding alone.

    Parameters
    ----------
    best : Epoch
        The one whose weights they are.

    Returns
    -------
    Path
        The card's path.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    checksum = write_weights(body_state(network), folder / f"{recipe.name}.safetensors")
    figures = (
        f"{len(valid):,} other photographs of the {len(valid.classes):,} people it was trained on: "
        f"{best.accuracy:.4f} told by its classifier, which is left out"
    )
    card = _card(recipe, network, checksum, (), command=command)
    return write_card(replace(card, figures=figures), folder)


def _card(
    recipe: TrainingRecipe,
    network: nn.Module,
    checksum: str,
    heads: tuple[Head, ...],
    *,
    command: str,
) -> Card:
    shape = recipe.network
    return Card(
        name=recipe.name,
        file=f"{recipe.name}.safetensors",
        sha256=checksum,
        architecture=shape.architecture,
        crop=shape.crop,
        crop_scale=shape.crop_scale,
        input_size=shape.input_size,
        detail=shape.detail,
        colour=shape.colour,
        mean=shape.mean,
        std=shape.std,
        outputs=(*heads, Head(name=EMBEDDING, kind="embedding", size=embedding_length(network))),
        temperature=1.0,
        licence=recipe.licence,
        origin=origin(command),
        trained_on=recipe.trained_on,
        figures="",
    )

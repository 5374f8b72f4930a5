"""A trained network as files that `--extractor` accepts: safetensors and a card."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from videoemo._version import __version__
from videoemo.backends.timm_torch import load_network
from videoemo.config.training import TrainingRecipe
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.evaluation.faces import face_metrics, predict_faces
from videoemo.inference.extractor import Extractor
from videoemo.util.files import atomic_write
from videoemo.zoo.cards import Card, card_to_toml, sha256
from videoemo.zoo.heads import EMBEDDING, EXPRESSION, Head

__all__ = ["export", "fit_temperature"]


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
    state = {
        name: value.half() if value.is_floating_point() else value
        for name, value in network.state_dict().items()
    }
    with atomic_write(weights) as path:
        save_file({name: value.contiguous() for name, value in state.items()}, path)
        path.chmod(0o644)
    shape = recipe.network
    card = Card(
        name=recipe.name,
        file=weights.name,
        sha256=sha256(weights),
        architecture=shape.architecture,
        crop=shape.crop,
        crop_scale=shape.crop_scale,
        input_size=shape.input_size,
        detail=shape.detail,
        colour=shape.colour,
        mean=shape.mean,
        std=shape.std,
        outputs=(
            Head(name=EXPRESSION, kind="classes", labels=valid.classes),
            Head(name=EMBEDDING, kind="embedding", size=int(network.num_features)),  # type: ignore[arg-type]
        ),
        temperature=1.0,
        licence=recipe.licence,
        origin=f"{command}, videoemo {__version__}{_commit()}",
        trained_on=recipe.trained_on,
        figures="",
    )
    logits = (
        torch.from_numpy(predict_faces(Extractor(card, load_network(card, weights)), valid))
        .clamp_min(1e-30)
        .log()
    )
    temperature = fit_temperature(logits, torch.from_numpy(valid.labels))
    found = face_metrics(
        torch.softmax(logits / temperature, 1).numpy(), valid.labels, valid.classes
    ).summary()
    accuracies = (
        f"accuracy {found['accuracy']:.4f}, UAR {found['uar']:.4f}, macro-F1 "
        f"{found['macro_f1']:.4f}, ECE {found['ece']:.4f}"
    )
    path = folder / f"{recipe.name}.toml"
    with atomic_write(path) as temporary:
        temporary.write_text(
            card_to_toml(
                replace(
                    card,
                    temperature=temperature,
                    figures=f"{len(valid):,} validation faces: {accuracies}",
                )
            ),
            encoding="utf-8",
        )
    return path


def _commit() -> str:
    """The commit of the checkout that ran, where it is one."""
    source = Path(__file__).parents[2]
    if not (source / ".git").exists():
        return ""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=source,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f", commit {done.stdout.strip()}"

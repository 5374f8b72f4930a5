"""One training run: epochs over labelled faces, a checkpoint after each, the averaged weights as the result."""

from __future__ import annotations

import csv
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as nn_f
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from videoemo.engines.timm_torch import build_network
from videoemo.errors import TrainingError
from videoemo.files import whole
from videoemo.recipes import TrainingRecipe
from videoemo.train.augment import augment
from videoemo.train.ferplus import LabelledFaces

__all__ = ["GREY_MEAN", "GREY_STD", "Trained", "train"]

# Of the 28,389 FER+ training faces, grey range 0 to 1.
GREY_MEAN, GREY_STD = 0.508, 0.255


@dataclass(frozen=True)
class Trained:
    """The network of the last epoch, its weights averaged, and how it did on the validation faces."""

    state: dict[str, Tensor]
    logits: Tensor  # float32 (n_valid, c)
    accuracy: float


def train(recipe: TrainingRecipe, faces: LabelledFaces, valid: LabelledFaces, folder: Path) -> Trained:
    """Train from random weights; `history.csv` and `checkpoint.pt` in `folder` are written anew after every epoch.

    Raises
    ------
    TrainingError : the loss is no longer a number.
    """
    torch.manual_seed(recipe.seed)
    generator = torch.Generator().manual_seed(recipe.seed)
    network = build_network(recipe.architecture, n_classes=len(faces.classes), colour=recipe.colour)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging), use_buffers=True)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    steps = len(faces) // recipe.batch_size
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=recipe.learning_rate, total_steps=recipe.epochs * steps, pct_start=0.1)
    images, votes = torch.from_numpy(faces.images), torch.from_numpy(faces.votes)
    history, started = [], time.monotonic()
    for epoch in range(1, recipe.epochs + 1):
        network.train()
        losses = []
        order = torch.randperm(len(faces), generator=generator)
        for step in range(steps):
            rows = order[step * recipe.batch_size : (step + 1) * recipe.batch_size]
            batch = augment(images[rows, None].float() / 255, recipe.augment, size=recipe.input_size, generator=generator)
            batch = ((batch - GREY_MEAN) / GREY_STD).to(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16):
                logits = network(batch)
            loss = nn_f.cross_entropy(logits.float(), votes[rows])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            averaged.update_parameters(network)
            losses.append(loss.item())
        mean_loss = float(np.mean(losses))
        if not np.isfinite(mean_loss):
            raise TrainingError(f"the loss of epoch {epoch} is {mean_loss}: lower learning_rate ({recipe.learning_rate})")
        logits = predict(averaged, valid, size=recipe.input_size)
        accuracy = float((logits.argmax(1) == torch.from_numpy(valid.labels)).float().mean())
        history.append({"epoch": epoch, "loss": round(mean_loss, 4), "valid_accuracy": round(accuracy, 4)})
        _write(folder, history, averaged)
        left = (time.monotonic() - started) / epoch * (recipe.epochs - epoch)
        print(f"epoch {epoch}/{recipe.epochs}: loss {mean_loss:.3f}, validation accuracy {accuracy:.1%}, {left / 60:.0f} min left", file=sys.stderr)
    return Trained(averaged.module.state_dict(), logits, accuracy)


@torch.inference_mode()
def predict(network: nn.Module, faces: LabelledFaces, *, size: int) -> Tensor:
    """Logits float32 (n, c) of unchanged faces."""
    network.eval()
    logits = []
    for batch in torch.from_numpy(faces.images).split(256):
        x = nn_f.interpolate(batch[:, None].float() / 255, size=(size, size), mode="bilinear", antialias=True, align_corners=False)
        logits.append(network((x - GREY_MEAN) / GREY_STD))
    return torch.cat(logits)


def _write(folder: Path, history: list[dict[str, float]], averaged: AveragedModel) -> None:
    with whole(folder / "history.csv") as path, path.open("w", newline="") as file:
        writer = csv.DictWriter(file, history[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(history)
    with whole(folder / "checkpoint.pt") as path:
        torch.save(averaged.module.state_dict(), path)

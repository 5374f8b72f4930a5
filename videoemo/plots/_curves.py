"""The picture of a training: its validation figures and its losses, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from videoemo.plots._frame import Part, footer, places, sentence, title
from videoemo.plots._frame import WIDTH
from videoemo.plots._page import Page, page
from videoemo.plots._palette import GREY, INK, PALE, RGB, colours, ink
from videoemo.plots._panel import Panel
from videoemo.plots._words import DECIMAL_STEPS, ticks, to_the_tenth

__all__ = ["Epoch", "curves"]

LEFT, RIGHT = 130, WIDTH - 130
# Top and bottom of the panels: the figures large, for they decide; a scale for each loss, for the two are not of the same thing.
FIGURES, LOSS, VALID_LOSS = (208, 508), (572, 722), (786, 936)
HEIGHT = VALID_LOSS[1] + 150
COLOURS = {name: ink(colour) for name, colour in colours(("accuracy", "UAR", "macro-F1")).items()}
EPOCH_STEPS = tuple(step for step in DECIMAL_STEPS if step >= 1)
# The least distances between names below each other and between numbers beside each other.
LINE_PIXELS, NUMBER_PIXELS = 24, 32

Floats = npt.NDArray[np.float64]


class Epoch(Protocol):
    """What is known of an epoch: losses are means a face, the others shares of the validation faces, 0 to 1."""

    @property
    def epoch(self) -> int: ...
    @property
    def stage(self) -> int: ...
    @property
    def loss(self) -> float: ...
    @property
    def valid_loss(self) -> float: ...
    @property
    def accuracy(self) -> float: ...
    @property
    def uar(self) -> float: ...
    @property
    def macro_f1(self) -> float: ...


def curves(path: Path, *, history: Sequence[Epoch], best_epoch: int, name: str) -> None:
    """Draw a training as a PNG: its validation figures, training loss and validation loss over the epochs, stages and the best epoch marked.

    Parameters
    ----------
    path : where the PNG is written.
    history : the epochs done, in order; a number that is not finite leaves a gap.
    best_epoch : the one whose weights are kept.
    name : the title.

    Raises
    ------
    ValueError : the best epoch is none of the history.
    OutputError : the picture cannot be written.
    """
    best = next((epoch for epoch in history if epoch.epoch == best_epoch), None)
    if best is None:
        raise ValueError(f"best_epoch: expected one of the {len(history)} epochs of history, got {best_epoch}")
    epochs = np.array([epoch.epoch for epoch in history], np.float64)
    figures = np.array([[epoch.accuracy, epoch.uar, epoch.macro_f1] for epoch in history])  # (n, 3)
    losses = np.array([[epoch.loss, epoch.valid_loss] for epoch in history])  # (n, 2)
    stages = np.array([epoch.stage for epoch in history])
    begins = np.flatnonzero(np.diff(stages, prepend=stages[0])) # of the stages but the first
    x = (epochs[0] - 0.5, epochs[-1] + 0.5)
    with page(path, width=WIDTH, height=HEIGHT) as sheet:
        title(sheet, name, _result(best, n_epochs=len(history)))

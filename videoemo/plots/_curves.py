"""The picture of a training: its validation figures and its losses, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from videoemo.plots._canvas import Canvas, open_canvas
from videoemo.plots._format import DECIMAL_STEPS, ticks, to_the_tenth
from videoemo.plots._frame import WIDTH, Part, footer, places, sentence, title
from videoemo.plots._palette import GREY, INK, RGB, colours, ink
from videoemo.plots._panel import Panel

__all__ = ["AttributesEpoch", "Epoch", "attribute_curves", "curves"]

LEFT, RIGHT = 130, WIDTH - 146
# Top and bottom of the panels: the figures large, for they decide; a scale for each loss, for the
# two are not of the same thing.
FIGURES, LOSS, VALID_LOSS = (208, 508), (572, 748), (812, 988)
HEIGHT = VALID_LOSS[1] + 150
COLOURS = {name: ink(colour) for name, colour in colours(("accuracy", "UAR", "macro-F1")).items()}
ATTRIBUTE_COLOURS = {name: ink(colour) for name, colour in colours(("gender", "ethnicity")).items()}
_INKS = COLOURS | ATTRIBUTE_COLOURS
EPOCH_STEPS = tuple(step for step in DECIMAL_STEPS if step >= 1)
# The least distances between names below each other, numbers beside each other and rules.
LINE_PIXELS, NUMBER_PIXELS, TICK_PIXELS = 24, 32, 24
BEST_PIXELS = 12

Floats = npt.NDArray[np.float64]


class _Epoch(Protocol):
    """What is known of any epoch: losses are means a face."""

    @property
    def epoch(self) -> int: ...
    @property
    def stage(self) -> int: ...
    @property
    def loss(self) -> float: ...
    @property
    def valid_loss(self) -> float: ...


class Epoch(_Epoch, Protocol):
    """What is known of an epoch: shares of the validation faces, 0 to 1, beside its losses."""

    @property
    def accuracy(self) -> float: ...
    @property
    def uar(self) -> float: ...
    @property
    def macro_f1(self) -> float: ...


class AttributesEpoch(_Epoch, Protocol):
    """What is known of an epoch of heads of attributes, beside its losses: the mean error of the
    age in years, and the shares of the validation faces whose gender and ethnicity were wrong;
    NaN where there is no such head.
    """

    @property
    def age(self) -> float: ...
    @property
    def gender(self) -> float: ...
    @property
    def ethnicity(self) -> float: ...


def curves(path: Path, *, history: Sequence[Epoch], best_epoch: int, name: str) -> None:
    """Draw a training as a PNG: its validation figures, training loss and validation loss over the
    epochs, stages and the best epoch marked.

    Parameters
    ----------
    path : Path
        Where the PNG is written.
    history : sequence of Epoch
        The epochs done, in order; a loss that is not finite leaves a gap.
    best_epoch : int
        The one whose weights are kept.
    name : str
        The title.

    Raises
    ------
    ValueError
        The best epoch is none of the history.
    OutputError
        The picture cannot be written.
    """
    best = _best(history, best_epoch)
    found = np.array([[epoch.accuracy, epoch.uar, epoch.macro_f1] for epoch in history])  # (n, 3)
    figures = dict(zip(COLOURS, found.T, strict=True))
    below = [
        _Below(
            LOSS,
            "training loss",
            "of augmented faces, with the targets and the weights of its stage",
            _finite([epoch.loss for epoch in history]),
            apart=True,
        ),
        _Below(
            VALID_LOSS,
            "validation loss",
            "of unchanged faces, against their labels, unweighted",
            _finite([epoch.valid_loss for epoch in history]),
        ),
    ]
    notes = [
        "each panel has its own scale: the training loss is of augmented faces and may be "
        "weighted, the validation loss is neither"
    ]
    result = _result(best_epoch, len(history), figures, f"validation loss {best.valid_loss:.3f}")
    _draw(path, name, result, history, best_epoch, figures, below, notes=notes)


def attribute_curves(
    path: Path, *, history: Sequence[AttributesEpoch], best_epoch: int, name: str
) -> None:
    """Draw a training of heads of attributes as a PNG: shares of genders and ethnicities that were
    right, the error of the age, and the validation loss; as `curves`.
    """
    best = _best(history, best_epoch)
    found = np.array([[1 - epoch.gender, 1 - epoch.ethnicity] for epoch in history])  # (n, 2)
    figures = {
        name: values
        for name, values in zip(ATTRIBUTE_COLOURS, found.T, strict=True)
        if np.isfinite(values).any()
    }
    below = [
        _Below(
            LOSS,
            "age",
            "mean error in years",
            _finite([epoch.age for epoch in history]),
        ),
        _Below(
            VALID_LOSS,
            "validation loss",
            "of unchanged faces, all heads together",
            _finite([epoch.valid_loss for epoch in history]),
        ),
    ]
    age = "" if np.isnan(best.age) else f"age within {best.age:.1f} years"
    result = _result(best_epoch, len(history), figures, age)
    notes = ["each panel has its own scale"]
    caution = "how faces look to others, not who people are"
    _draw(path, name, result, history, best_epoch, figures, below, notes=notes, caution=caution)


AnyEpoch = TypeVar("AnyEpoch", bound=_Epoch)


@dataclass(frozen=True)
class _Below:
    """A panel of one curve below the figures; `apart`: no line joins two stages."""

    extent: tuple[int, int]
    name: str
    remark: str
    values: Floats
    apart: bool = False


def _draw(
    path: Path,
    name: str,
    result: list[Part],
    history: Sequence[_Epoch],
    best_epoch: int,
    figures: dict[str, Floats],
    below: list[_Below],
    **foot: Any,
) -> None:
    epochs = np.array([epoch.epoch for epoch in history], np.float64)
    stages = np.array([epoch.stage for epoch in history])
    begins = np.flatnonzero(np.diff(stages, prepend=stages[0]))
    marks = _Marks(epochs, (epochs[begins] + epochs[begins - 1]) / 2, best_epoch)
    with open_canvas(path, width=WIDTH, height=HEIGHT) as sheet:
        title(sheet, name, result)
        sentence(
            sheet,
            LEFT,
            FIGURES[0] - 46,
            [("validation figures", INK), ("of unchanged faces", GREY)],
        )
        together = np.column_stack([np.empty((len(epochs), 0)), *figures.values()])  # (n, k)
        panel = _panel(sheet, marks, FIGURES, together, write=lambda share: f"{100 * share:g} %")
        for figure, values in figures.items():
            _curve(sheet, panel, marks, epochs, values, colour=_INKS[figure])
        _names(sheet, panel, {figure: float(values[-1]) for figure, values in figures.items()})
        _stages(sheet, panel, marks, stages[np.append(0, begins)].tolist())
        for one in below:
            sentence(sheet, LEFT, one.extent[0] - 16, [(one.name, INK), (one.remark, GREY)])
            panel = _panel(sheet, marks, one.extent, one.values, write="{:g}".format)
            # A stage may have targets of its own.
            parts = np.split(np.arange(len(epochs)), begins if one.apart else [])
            for rows in parts:
                _curve(sheet, panel, marks, epochs[rows], one.values[rows], colour=INK)
        _axis(sheet, panel, marks)
        footer(sheet, **foot)


def _best(history: Sequence[AnyEpoch], best_epoch: int) -> AnyEpoch:
    best = next((epoch for epoch in history if epoch.epoch == best_epoch), None)
    if best is None:
        raise ValueError(
            f"best_epoch: expected one of the {len(history)} epochs of history, got {best_epoch}"
        )
    return best


@dataclass(frozen=True)
class _Marks:
    """What every panel has in common: the epochs, where a stage ends and the next begins, the
    best epoch.
    """

    epochs: Floats
    borders: Floats
    best: int


def _finite(numbers: list[float]) -> Floats:
    """The numbers, NaN for those that are not finite."""
    values = np.array(numbers, np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _result(best: int, n_epochs: int, figures: dict[str, Floats], more: str) -> list[Part]:
    written = [
        (f"{name} {to_the_tenth(float(values[best - 1]))}", _INKS[name])
        for name, values in figures.items()
    ]
    rest = [(more, GREY)] if more else []
    return [("best epoch", GREY), (str(best), INK), (f"of {n_epochs}:", GREY), *written, *rest]


def _panel(
    sheet: Canvas,
    marks: _Marks,
    extent: tuple[int, int],
    values: Floats,
    *,
    write: Callable[[float], str],
) -> Panel:
    """The ground of a panel whose scale holds all the values."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    margin = max(0.06 * (high - low), 0.01 * max(high, 1.0))
    panel = Panel(
        LEFT,
        RIGHT,
        *extent,
        x=(marks.epochs[0] - 0.5, marks.epochs[-1] + 0.5),
        y=(max(low - margin, 0.0), high + margin),
    )
    panel.rules(
        sheet,
        ticks(*panel.y, most=(extent[1] - extent[0]) // TICK_PIXELS, steps=DECIMAL_STEPS),
        write=write,
    )
    for border in panel.across(marks.borders):
        sheet.line([(border, panel.top), (border, panel.bottom)], colour=GREY)
    (best,) = panel.across([marks.best])
    sheet.line([(best, panel.top), (best, panel.bottom)], colour=INK, width=BEST_PIXELS, alpha=0.15)
    return panel


def _curve(
    sheet: Canvas, panel: Panel, marks: _Marks, epochs: Floats, values: Floats, *, colour: RGB
) -> None:
    """A line with a dot an epoch, so that one between two gaps is seen, and a larger one at
    the best.
    """
    pitch = (RIGHT - LEFT) / (panel.x[1] - panel.x[0])
    sheet.line(panel.at(epochs, values), colour=colour, width=2)
    sheet.dots(panel.at(epochs, values), colour=colour, size=min(max(pitch / 3, 3.0), 7.0))
    best = epochs == marks.best
    if best.any():
        sheet.dots(panel.at(epochs[best], values[best]), colour=colour, size=12)


def _names(sheet: Canvas, panel: Panel, last: dict[str, float]) -> None:
    """Each figure's name where its line ends, the lowest first."""
    at = panel.at(np.full(len(last), panel.x[1]), np.array([*last.values()]))
    ends = sorted((y, name) for (_, y), name in zip(at, last, strict=True))
    ys = places([y for y, _ in ends], low=panel.top, high=panel.bottom, distance=LINE_PIXELS)
    for y, (_, name) in zip(ys, ends, strict=True):
        sheet.text(RIGHT + 8, y + 6, name, colour=_INKS[name], bold=True)


def _stages(sheet: Canvas, panel: Panel, marks: _Marks, numbers: list[int]) -> None:
    """The number of each stage above its epochs."""
    edges = panel.across([panel.x[0], *marks.borders, panel.x[1]])
    middles = [(left + right) / 2 for left, right in pairwise(edges)]
    sheet.text(LEFT - 12, panel.top - 14, "stage", size=17, colour=GREY, align="right")
    for x, number in zip(
        places(middles, low=LEFT, high=RIGHT, distance=NUMBER_PIXELS), numbers, strict=True
    ):
        sheet.text(x, panel.top - 14, str(number), size=17, colour=GREY, align="center")


def _axis(sheet: Canvas, panel: Panel, marks: _Marks) -> None:
    """The epochs, and which one is the best, below the lowest panel."""
    sheet.text(LEFT - 12, panel.bottom + 28, "epoch", size=17, colour=GREY, align="right")
    shown = ticks(float(marks.epochs[0]), float(marks.epochs[-1]), steps=EPOCH_STEPS)
    for x, epoch in zip(panel.across(shown), shown, strict=True):
        sheet.text(x, panel.bottom + 28, f"{epoch:g}", size=17, colour=GREY, align="center")
    (best,) = panel.across([marks.best])
    sheet.text(
        min(max(best, LEFT + 30), RIGHT - 30),
        panel.bottom + 56,
        f"best: {marks.best}",
        colour=INK,
        bold=True,
        align="center",
    )

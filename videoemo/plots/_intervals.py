"""The picture of estimates: a row a group, a column a figure, each a dot with its interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from videoemo.metrics.bootstrap import Estimate
from videoemo.plots._canvas import Canvas, open_canvas
from videoemo.plots._format import DECIMAL_STEPS, ticks
from videoemo.plots._frame import FOOTER, MARGIN, WIDTH, Part, footer, title
from videoemo.plots._palette import BAND, BLUE, GREY, INK, KNOWN, PALE, ink
from videoemo.plots._panel import Panel

__all__ = ["IntervalColumn", "IntervalRow", "intervals"]

TOP, ROW, ABOVE_HEADING, INDENT = 186, 36, 16, 22
# Right edge of what is counted in a row, left edge of the first column, and between two: room for
# the figures, which stand at the right of their column.
COUNTED, LEFT, FIGURES = 400, 440, 96
DOT, LINE = 13.0, 3.0


@dataclass(frozen=True)
class IntervalRow:
    """A row of estimates.

    Parameters
    ----------
    name, counted : str
        What it is of, and how many that are, such as `25 people`.
    estimates : tuple of Estimate
        Single figures, one a column; NaN where one is not known.
    heading : bool, default=False
        Whether it is of all, and the rows below are parts of it.
    colour : str, default=""
        An expression, whose colour it has.
    """

    name: str
    counted: str
    estimates: tuple[Estimate, ...]
    heading: bool = False
    colour: str = ""


@dataclass(frozen=True)
class IntervalColumn:
    """A column of estimates.

    Parameters
    ----------
    title : str
        What is estimated.
    unit : {"%", "points", ""}
        Shares are written in per cent, differences of shares in points; anything else as it is.
    low, high : float or None
        The ends of the scale; None for those of the estimates.
    reference : float or None
        Where a line stands, such as what guessing gives.
    """

    title: str
    unit: Literal["%", "points", ""] = ""
    low: float | None = None
    high: float | None = None
    reference: float | None = None

    def write(self, number: float) -> str:
        """A number of the scale."""
        return f"{100 * number:.4g}" if self.unit else f"{number:g}"

    def figure(self, number: float) -> str:
        """An estimate, with a digit more."""
        if self.unit == "%":
            return f"{100 * number:.1f} %"
        return f"{100 * number:+.1f}" if self.unit == "points" else f"{number:.3g}"


def intervals(
    path: Path,
    *,
    name: str,
    facts: Iterable[Part],
    rows: Sequence[IntervalRow],
    columns: Sequence[IntervalColumn],
    notes: Sequence[str],
    caution: str = FOOTER,
) -> None:
    """Draw estimates with their intervals as a PNG.

    Parameters
    ----------
    path : Path
        Where the PNG is written.
    name : str
        The title.
    facts : iterable of tuple of (str, tuple of float)
        What stands below it, words with their colour.
    rows, columns : sequence of IntervalRow, sequence of IntervalColumn
        One or more.
    notes : sequence of str
        What stands at the foot.
    caution : str
        What must not be misread; there, too.

    Raises
    ------
    ValueError
        A row with another number of estimates than there are columns.
    OutputError
        The picture cannot be written.
    """
    wrong = [row.name for row in rows if len(row.estimates) != len(columns)]
    if wrong:
        raise ValueError(f"{wrong[0]}: expected {len(columns)} estimates")
    tops = _tops(rows)
    bottom = tops[-1] + ROW
    with open_canvas(path, width=WIDTH, height=bottom + 120) as sheet:
        title(sheet, name, facts)
        for row, top in zip(rows, tops, strict=True):
            _label(sheet, row, top)
        width = (WIDTH - MARGIN - LEFT) / len(columns)
        for i, column in enumerate(columns):
            left = LEFT + i * width
            place = Panel(
                left,
                left + width - FIGURES,
                TOP,
                bottom,
                x=_range(column, [row.estimates[i] for row in rows]),
                y=(0, 1),
            )
            _scale(sheet, column, place)
            for row, top in zip(rows, tops, strict=True):
                _estimate(sheet, column, place, row, row.estimates[i], top + ROW / 2)
        footer(sheet, notes, caution=caution)


def _tops(rows: Sequence[IntervalRow]) -> list[int]:
    """The upper edge of each row."""
    tops, y = [], TOP + 8
    for i, row in enumerate(rows):
        y += ABOVE_HEADING if row.heading and i else 0
        tops.append(y)
        y += ROW
    return tops


def _label(sheet: Canvas, row: IntervalRow, top: int) -> None:
    if row.heading:
        sheet.box(MARGIN - 8, top, WIDTH - 2 * MARGIN + 16, ROW, colour=BAND)
    x = MARGIN if row.heading else MARGIN + INDENT
    colour = ink(KNOWN.get(row.colour, INK)) if row.heading else INK
    sheet.text(x, top + 24, row.name, colour=colour, bold=row.heading, room=COUNTED - x - 110)
    sheet.text(COUNTED, top + 24, row.counted, size=17, colour=GREY, align="right")


def _range(column: IntervalColumn, estimates: Sequence[Estimate]) -> tuple[float, float]:
    """The ends of a scale: those asked for, or where the estimates and the reference end."""
    ends = [float(end) for one in estimates for end in (one.value, one.low, one.high)]
    known = [end for end in [*ends, column.reference] if end is not None and np.isfinite(end)]
    low = min(known, default=0.0) if column.low is None else column.low
    high = max(known, default=1.0) if column.high is None else column.high
    if low == high:
        low, high = low - 0.5, high + 0.5
    # A dot at the end is seen whole.
    margin = 0.03 * (high - low)
    return low - margin, high + margin


def _scale(sheet: Canvas, column: IntervalColumn, place: Panel) -> None:
    unit = f", {column.unit}" if column.unit else ""
    sheet.text(place.left, TOP - 42, f"{column.title}{unit}", colour=INK, bold=True)
    marks = [
        mark
        for mark in ticks(*place.x, most=6, steps=DECIMAL_STEPS)
        if place.x[0] <= mark <= place.x[1]
    ]
    for x, mark in zip(place.across(marks), marks, strict=True):
        sheet.line([(x, place.top), (x, place.bottom + 8)], colour=PALE)
        sheet.text(x, TOP - 12, column.write(mark), size=17, colour=GREY, align="center")
    if column.reference is not None and np.isfinite(column.reference):
        (x,) = place.across([column.reference])
        sheet.line([(x, place.top), (x, place.bottom + 8)], colour=GREY, dashes=(6, 5))


def _estimate(
    sheet: Canvas,
    column: IntervalColumn,
    place: Panel,
    row: IntervalRow,
    estimate: Estimate,
    y: float,
) -> None:
    value, low, high = (float(end) for end in (estimate.value, estimate.low, estimate.high))
    if not np.isfinite(value):
        sheet.text(place.right + 14, y + 6, "none", size=17, colour=GREY)
        return
    colour = ink(KNOWN.get(row.colour, BLUE))
    if np.isfinite(low) and np.isfinite(high):
        ends = place.across(np.clip([low, high], *place.x))
        sheet.line([(x, y) for x in ends], colour=colour, width=LINE, alpha=0.55)
    (x,) = place.across(np.clip([value], *place.x))
    sheet.dots([(x, y)], colour=colour, size=DOT + 3 if row.heading else DOT)
    words = column.figure(value)
    sheet.text(place.right + 14, y + 6, words, size=17, colour=INK, bold=row.heading)

"""The picture of a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.metrics.classification import accuracy, uar
from videoemo.plots._canvas import Canvas, open_canvas
from videoemo.plots._format import count, percent, to_the_tenth
from videoemo.plots._frame import MARGIN, WIDTH, Part, footer, title
from videoemo.plots._palette import BAND, BLUE, GREY, INK, WHITE, ink_on, mix

__all__ = ["confusion"]

LEFT, TOP, GUTTER, RECALL = 190, 206, 3, 120
# Cells share this room, but are never too narrow for 999,999 nor absurdly wide.
ROOM, LEAST_CELL, MOST_CELL = WIDTH - LEFT - RECALL - MARGIN, 96, 190
HEIGHT = 72
# Room for the title and the footer.
LEAST_WIDTH = 1000


def confusion(
    path: Path, *, counts: npt.NDArray[np.int64], classes: Sequence[str], name: str
) -> None:
    """Draw a confusion matrix as a PNG: in each cell the count and its share of the row, which
    shades it; at the right the recall of each class.

    Parameters
    ----------
    path : Path
        Where the PNG is written.
    counts : int64 (c, c) or (c, c + 1)
        A row a true class, a column a predicted one; a further one for no answer.
    classes : sequence of str
        c names.
    name : str
        The title.

    Raises
    ------
    ValueError
        Counts of another shape, or below 0.
    OutputError
        The picture cannot be written.
    """
    c = len(classes)
    if counts.shape not in ((c, c), (c, c + 1)) or c == 0:
        raise ValueError(
            f"counts: expected shape ({c}, {c}) of the classes, or ({c}, {c + 1}), got "
            f"{counts.shape}"
        )
    if counts.min() < 0:
        raise ValueError(f"counts: expected 0 or more, got {counts.min()}")
    columns = [*classes, "no answer"][: counts.shape[1]]
    cell = min(max(ROOM // len(columns), LEAST_CELL), MOST_CELL)
    right, bottom = LEFT + cell * len(columns), TOP + HEIGHT * c
    occurs = int((counts.sum(axis=1) > 0).sum())
    with open_canvas(
        path, width=max(right + RECALL + MARGIN, LEAST_WIDTH), height=bottom + 90
    ) as sheet:
        title(sheet, name, _figures(counts))
        _head(sheet, columns, cell=cell)
        for row, label in enumerate(classes):
            sheet.text(
                LEFT - 16, TOP + HEIGHT * row + 42, label, align="right", room=LEFT - 16 - MARGIN
            )
            _row(sheet, counts[row], row=row, cell=cell)
        few = [f"UAR: mean over the {occurs} of {c} classes that occur"] if 0 < occurs < c else []
        footer(sheet, ["cells: count, share of the row", *few])


def _figures(counts: npt.NDArray[np.int64]) -> list[Part]:
    n = int(counts.sum())
    if n == 0:
        return [("no example", GREY)]
    return [
        (f"{count(n, 'example')}:", GREY),
        (f"accuracy {to_the_tenth(float(accuracy(counts)))}", INK),
        (f"UAR {to_the_tenth(float(uar(counts)))}", INK),
    ]


def _head(sheet: Canvas, columns: Sequence[str], *, cell: int) -> None:
    """What rows and columns are."""
    right = LEFT + cell * len(columns)
    sheet.text((LEFT + right) / 2, TOP - 46, "predicted", colour=GREY, align="center")
    sheet.text(LEFT - 16, TOP - 16, "label", colour=GREY, align="right")
    for column, name in enumerate(columns):
        sheet.text(
            LEFT + (column + 0.5) * cell, TOP - 16, name, size=17, align="center", room=cell - 8
        )
    sheet.text(right + RECALL, TOP - 16, "recall", colour=GREY, align="right")


def _row(sheet: Canvas, counts: npt.NDArray[np.int64], *, row: int, cell: int) -> None:
    """How the examples of one class, counts (c,) or (c + 1,), were predicted."""
    y, n = TOP + HEIGHT * row, int(counts.sum())
    if n == 0:
        sheet.box(LEFT, y, cell * len(counts) - GUTTER, HEIGHT - GUTTER, colour=BAND)
        sheet.text(LEFT + 14, y + 42, "no example with this label", colour=GREY)
        return
    for column, number in enumerate(counts.tolist()):
        x, right = LEFT + column * cell, column == row
        shade = mix(BLUE, WHITE, share=number / n)
        sheet.box(x, y, cell - GUTTER, HEIGHT - GUTTER, colour=shade)
        sheet.text(
            x + cell / 2,
            y + 32,
            f"{number:,}",
            colour=ink_on(shade),
            size=18,
            bold=right,
            align="center",
        )
        sheet.text(
            x + cell / 2, y + 56, percent(number, n), colour=ink_on(shade), size=17, align="center"
        )
    sheet.text(
        LEFT + cell * len(counts) + RECALL,
        y + 42,
        to_the_tenth(counts[row] / n),
        bold=True,
        align="right",
    )

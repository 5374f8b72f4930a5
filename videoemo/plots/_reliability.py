"""The picture of a calibration: whether 0.7 means 70 %."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.metrics.classification import Calibration
from videoemo.plots._canvas import Canvas, open_canvas
from videoemo.plots._format import DECIMAL_STEPS, count, ticks
from videoemo.plots._frame import Part, footer, title
from videoemo.plots._palette import BLUE, GREY, INK, WHITE, ink, mix
from videoemo.plots._panel import Panel

__all__ = ["reliability"]

WIDTH, HEIGHT = 1000, 1180
LEFT, RIGHT = 204, 884
CURVE, BARS = (150, 830), (880, 1030)
# A bin of one example among thousands is to be seen, and to be seen as small.
LARGEST_DOT, LEAST_DOT, LEAST_BAR = 18.0, 5.0, 2.0
FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def reliability(path: Path, *, calibration: Calibration, name: str) -> None:
    """Draw a calibration as a PNG: the share right over the mean confidence of each bin, against
    the diagonal; below, the share of examples in each.

    Parameters
    ----------
    path : Path
        Where the PNG is written.
    calibration : Calibration
        Its bins are of equal width; empty ones are left out.
    name : str
        The title.

    Raises
    ------
    OutputError
        The picture cannot be written.
    """
    n = int(calibration.counts.sum())
    with open_canvas(path, width=WIDTH, height=HEIGHT) as sheet:
        error: list[Part] = (
            [
                ("expected calibration error (ECE)", GREY),
                (f"{calibration.ece:.3f}", INK),
                ("over", GREY),
            ]
            if n
            else []
        )
        title(sheet, name, [*error, (count(n, "example") if n else "no example", GREY)])
        _curve(sheet, calibration)
        _bars(sheet, calibration.counts / max(n, 1))
        footer(
            sheet,
            [
                (
                    f"{len(calibration.counts)} bins of equal width, empty ones left out; dot "
                    "area: examples"
                )
            ],
        )


def _curve(sheet: Canvas, calibration: Calibration) -> None:
    """A dot a bin, its area the share of the examples, and how far each is from the diagonal."""
    panel = Panel(LEFT, RIGHT, *CURVE, x=(0, 1), y=(0, 1))
    panel.rules(sheet, FIFTHS, write=_percent)
    sheet.text(LEFT - 12, panel.top - 16, "share right", size=17, colour=GREY, align="right")
    sheet.line(panel.at([0, 1], [0, 1]), colour=GREY)
    sheet.text(LEFT + 20, panel.top + 36, "right more often than it says", size=17, colour=GREY)
    sheet.text(
        RIGHT - 20,
        panel.bottom - 22,
        "right less often than it says",
        size=17,
        colour=GREY,
        align="right",
    )
    used = calibration.counts > 0
    if not used.any():
        return
    confidence, accuracy = calibration.confidence[used], calibration.accuracy[used]
    points = panel.at(confidence, accuracy)
    for point, ideal in zip(points, panel.at(confidence, confidence), strict=True):
        sheet.line([ideal, point], colour=mix(BLUE, WHITE, share=0.4), width=4)
    sheet.line(points, colour=ink(BLUE), width=2)
    shares = calibration.counts[used] / calibration.counts.max()
    for point, share in zip(points, shares.tolist(), strict=True):
        sheet.dots([point], colour=ink(BLUE), size=max(LARGEST_DOT * share**0.5, LEAST_DOT))


def _bars(sheet: Canvas, shares: npt.NDArray[np.float64]) -> None:
    """The share of the examples in each bin, (bins,), above the axis of confidence."""
    panel = Panel(LEFT, RIGHT, *BARS, x=(0, 1), y=(0, float(shares.max()) or 1.0))
    panel.rules(sheet, ticks(*panel.y, most=5, steps=DECIMAL_STEPS), write=_percent)
    sheet.text(LEFT - 12, panel.top - 16, "share of examples", size=17, colour=GREY, align="right")
    edges, tops = panel.across(np.linspace(0, 1, len(shares) + 1)), panel.up(shares)
    for (left, right), top, share in zip(pairwise(edges), tops, shares.tolist(), strict=True):
        if share:
            height = max(panel.bottom - top, LEAST_BAR)
            sheet.box(left + 1, panel.bottom - height, right - left - 2, height, colour=BLUE)
    for x, number in zip(panel.across(FIFTHS), FIFTHS, strict=True):
        sheet.text(x, panel.bottom + 28, f"{number:g}", size=17, colour=GREY, align="center")
    sheet.text(
        (LEFT + RIGHT) / 2,
        panel.bottom + 58,
        "confidence: the highest probability",
        colour=GREY,
        align="center",
    )


def _percent(share: float) -> str:
    return f"{100 * share:g} %"

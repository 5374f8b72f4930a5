"""The figure of measures: the mean of each condition with its interval, and every unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.plots._canvas import Canvas
from videoemo.plots._palette import RGB
from videoemo.plots._panel import Panel
from videoemo.plots._study import (
    DARK,
    LIGHT,
    Legend,
    Theme,
    axes,
    condition_colours,
    figure,
    panel_svg,
)

__all__ = ["MeasurePanel", "measure_panels", "measures_figure"]

# Of a panel: room for the names of its rows, in points; of a row, its height.
LEFT, ROW = 58.0, 13.0
# A row's part for its conditions, and the dots of means and of units over the size of letters.
SPREAD, MEAN, UNIT = 0.62, 0.42, 0.2
# Of more units than this in a condition no dots are drawn: they would be a smear.
MOST_DOTS = 60

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MeasurePanel:
    """Measures of one kind, a row each of r, in k conditions.

    Parameters
    ----------
    title, unit : str
        What they are; and what the numbers are.
    rows : sequence of str
        The name of each.
    mean, low, high : float64 (k, r)
        NaN where nothing is known.
    differs : sequence of bool
        Of each row, whether two conditions differ.
    units : sequence of ndarray of float64
        Of each condition the values of its units, (n, r).
    """

    title: str
    unit: str
    rows: Sequence[str]
    mean: Floats
    low: Floats
    high: Floats
    differs: Sequence[bool]
    units: Sequence[Floats]


def measures_figure(
    paths: Sequence[Path], panels: Sequence[MeasurePanel], *, labels: Sequence[str], note: str
) -> None:
    """Draw measures for print, a panel a kind, as PNG of 300 dots an inch or as SVG.

    Parameters
    ----------
    paths, panels, labels, note : sequence of Path, sequence of MeasurePanel, sequence of str, str
        As for `course_figure`.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    heights = [_height(panel, size=7.5) for panel in panels]
    legend = Legend(labels, [note], dashed=False)
    with figure(paths, heights, legend, left=LEFT) as (sheet, places):
        for panel, place in zip(panels, places, strict=True):
            _draw(panel, sheet, place, 7.5, LIGHT)


def measure_panels(panels: Sequence[MeasurePanel], *, dark: bool) -> list[str]:
    """Draw each panel alone as SVG, for a page.

    Parameters
    ----------
    panels, dark : sequence of MeasurePanel, bool
        As for `course_panels`.
    """
    theme = DARK if dark else LIGHT

    def alone(panel: MeasurePanel) -> str:
        def draw(sheet: Canvas, place: Panel, size: float, theme: Theme) -> None:
            _draw(panel, sheet, place, size, theme)

        return panel_svg(draw, theme, left=LEFT, height=_height(panel, size=12.0))

    return [alone(panel) for panel in panels]


def _height(panel: MeasurePanel, *, size: float) -> float:
    """Of a panel with its words."""
    return _row(panel, size=size) * len(panel.rows) + size * 5.6


def _row(panel: MeasurePanel, *, size: float) -> float:
    return max(ROW, 4.2 * len(panel.mean) + 3) * size / 7.5


def _draw(panel: MeasurePanel, sheet: Canvas, place: Panel, size: float, theme: Theme) -> None:
    place = replace(place, x=_range(panel))
    axes(
        sheet,
        place,
        panel.title,
        colour=None,
        size=size,
        theme=theme,
        unit=panel.unit,
        times=False,
    )
    pitch = (place.bottom - place.top) / len(panel.rows)
    colours = condition_colours(len(panel.mean), theme)
    for row, name in enumerate(panel.rows):
        middle = place.top + pitch * (row + 0.5)
        _name(sheet, place, name, middle, differs=panel.differs[row], size=size, theme=theme)
        for at, units in enumerate(panel.units):
            y = middle + pitch * SPREAD * ((at + 0.5) / len(panel.units) - 0.5)
            if len(units) <= MOST_DOTS:
                marks = [(x, y) for x in place.across(units[:, row])]
                _faint(sheet, marks, size=size * UNIT, colour=colours[at])
            if np.isfinite(panel.low[at, row]):
                ends = place.across(np.clip([panel.low[at, row], panel.high[at, row]], *place.x))
                sheet.line([(x, y) for x in ends], colour=colours[at], width=size * 0.16)
            if np.isfinite(panel.mean[at, row]):
                (x,) = place.across([panel.mean[at, row]])
                sheet.dots([(x, y)], colour=colours[at], size=size * MEAN)


def _range(panel: MeasurePanel) -> tuple[float, float]:
    """What the scale holds: the units where they are shown, and intervals as far as units lie,
    since that of a handful of units may be wider than all that can be.
    """
    values = np.concatenate([units.ravel() for units in panel.units])
    values = values[np.isfinite(values)]
    least, most = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    ends = np.clip(np.concatenate([panel.low.ravel(), panel.high.ravel()]), least, most)
    dots = [units.ravel() for units in panel.units if len(units) <= MOST_DOTS]
    known = np.concatenate([panel.mean.ravel(), ends, *dots])
    known = known[np.isfinite(known)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    low, high = min(low, 0.0), max(high, 0.05 if low >= 0 else low + 0.05)
    margin = 0.04 * (high - low)
    return low - margin, high + margin


def _name(
    sheet: Canvas, place: Panel, name: str, y: float, *, differs: bool, size: float, theme: Theme
) -> None:
    words = f"{name} *" if differs else name
    sheet.text(
        place.left - size * 0.6,
        y + size * 0.35,
        words,
        size=size,
        colour=theme.ink if differs else theme.grey,
        bold=differs,
        align="right",
        room=LEFT * size / 7.5 - size * 0.6,
    )


def _faint(
    sheet: Canvas, centres: Sequence[tuple[float, float]], *, size: float, colour: RGB
) -> None:
    """A pale dot a unit."""
    known = [np.array(centre) for centre in centres if np.isfinite(centre).all()]
    turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    disc = np.column_stack([np.cos(turn), np.sin(turn)]) * size / 2  # (8, 2)
    if known:
        sheet.areas([disc + centre for centre in known], colour=colour, alpha=0.35)

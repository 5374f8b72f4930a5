"""The figure of courses: what conditions display over time, with bands, and when they differ."""

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
    HEIGHT,
    LIGHT,
    LINES,
    Legend,
    Theme,
    axes,
    condition_colours,
    dashes,
    figure,
    panel_svg,
    readable,
    rules,
)

__all__ = ["CoursePanel", "Mark", "course_figure", "course_panels"]

# Of a panel: room for its numbers, in points; of a mark, its height and its distance to the next.
LEFT, MARK, PITCH = 24.0, 2.6, 3.6
# Of the bands, and of the ground under a mark.
BAND, UNDER = 0.22, 0.05
# Of fewer units a band may be wider than the scale.
LEAST_SURE = 4

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mark:
    """A stretch of time in which two conditions differ.

    Parameters
    ----------
    start, stop : float
        In seconds.
    one, other : int
        The conditions, by their places among all.
    """

    start: float
    stop: float
    one: int
    other: int


@dataclass(frozen=True)
class CoursePanel:
    """The course of one expression, or of valence, in k conditions at t times.

    Parameters
    ----------
    name : str
        Its title.
    colour : tuple of (float, float, float) or None
        That of the expression; None for none.
    seconds : float64 (t,)
        Ascending.
    n : int64 (k, t)
        Of how many units each mean is.
    mean, low, high : float64 (k, t)
        NaN where nothing is known.
    marks : sequence of Mark
        When they differ.
    """

    name: str
    colour: RGB | None
    seconds: Floats
    n: npt.NDArray[np.int64]
    mean: Floats
    low: Floats
    high: Floats
    marks: Sequence[Mark]


def course_figure(
    paths: Sequence[Path], panels: Sequence[CoursePanel], *, labels: Sequence[str], note: str
) -> None:
    """Draw the courses of all expressions for print, a panel each, as PNG of 300 dots an inch or as
    SVG.

    Parameters
    ----------
    paths : sequence of Path
        The files; their suffixes say which.
    panels : sequence of CoursePanel
        One at least.
    labels : sequence of str
        What each condition is called, with its number of units.
    note : str
        What bands and marks are.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    heights, legend = [HEIGHT] * len(panels), Legend(labels, [note], dashed=True)
    with figure(paths, heights, legend, left=LEFT) as (sheet, places):
        for panel, place in zip(panels, places, strict=True):
            _draw(panel, sheet, place, 7.5, LIGHT)


def course_panels(panels: Sequence[CoursePanel], *, dark: bool) -> list[str]:
    """Draw each panel alone as SVG, for a page.

    Parameters
    ----------
    panels : sequence of CoursePanel
        The panels.
    dark : bool
        Whether the page is.
    """
    theme = DARK if dark else LIGHT

    def alone(panel: CoursePanel) -> str:
        def draw(sheet: Canvas, place: Panel, size: float, theme: Theme) -> None:
            _draw(panel, sheet, place, size, theme)

        return panel_svg(draw, theme, left=LEFT)

    return [alone(panel) for panel in panels]


def _draw(panel: CoursePanel, sheet: Canvas, place: Panel, size: float, theme: Theme) -> None:
    """A panel into its place."""
    half = float(np.median(np.diff(panel.seconds))) / 2
    ends = float(panel.seconds[0]) - half, float(panel.seconds[-1]) + half
    lanes = {(mark.one, mark.other): 0 for mark in panel.marks}
    lanes = {pair: lane for lane, pair in enumerate(sorted(lanes))}
    scale = size / 7.5
    # The marks stand above the highest of the bands.
    share = (len(lanes) * PITCH * scale + 2) / (place.bottom - place.top)
    place = replace(place, x=ends, y=_range(panel, room=share))
    axes(
        sheet,
        place,
        panel.name,
        colour=panel.colour,
        size=size,
        theme=theme,
        unit="seconds",
        times=True,
    )
    rules(sheet, place, size=size, theme=theme)
    if panel.seconds[0] < 0 < ends[1]:
        (onset,) = place.across([0.0])
        sheet.line([(onset, place.top), (onset, place.bottom)], colour=theme.grey, dashes=(3, 2))
    colours = condition_colours(len(panel.mean), theme)
    for mark in panel.marks:
        left, right = place.across([max(mark.start, ends[0]), min(mark.stop, ends[1])])
        top = place.top + lanes[mark.one, mark.other] * PITCH * scale
        under = np.array([(left, place.top), (right, place.top), (right, place.bottom)])
        sheet.areas(
            [np.vstack([under, [(left, place.bottom)]])],
            colour=readable(theme.ink, theme, least=LINES),
            alpha=UNDER,
        )
        for half_row, at in enumerate((mark.other, mark.one)):
            height = MARK * scale / 2
            sheet.box(left, top + half_row * height, right - left, height, colour=colours[at])
    for at, (mean, low, high) in enumerate(zip(panel.mean, panel.low, panel.high, strict=True)):
        for run in _runs(low + high):
            edge = place.at(panel.seconds[run], np.clip(high[run], *place.y))
            edge += place.at(panel.seconds[run], np.clip(low[run], *place.y))[::-1]
            sheet.areas([np.array(edge)], colour=colours[at], alpha=BAND)
        for run in _runs(mean):
            points = place.at(panel.seconds[run], mean[run])
            sheet.line(points, colour=colours[at], width=1.2 * scale, dashes=dashes(at))


def _range(panel: CoursePanel, *, room: float) -> tuple[float, float]:
    """What the vertical scale holds, with a share of it left for the marks: all means, and bands
    but those of a handful of units, which may be wider than all that can be.
    """
    sure = panel.n >= LEAST_SURE
    known = np.concatenate([panel.mean.ravel(), panel.low[sure], panel.high[sure]])
    known = known[np.isfinite(known)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    # Shares begin at 0, and what never occurs is a line at the bottom, not noise.
    low = min(low - 0.04 * (high - low), 0.0)
    high = max(high, low + 0.05)
    return low, low + (high - low) * 1.05 / (1 - min(room, 0.5))


def _runs(values: Floats) -> list[npt.NDArray[np.int64]]:
    """Stretches of neighbouring times at which something is known, two at least."""
    known = np.flatnonzero(np.isfinite(values))
    return [run for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1) if len(run) > 1]

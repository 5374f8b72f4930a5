"""What the figures of a study share: a theme for paper and screens, conditions told apart, a panel
with its axes, files fit for print.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from videoemo.plots._canvas import Canvas, drawable, new_canvas, text_width
from videoemo.plots._format import DECIMAL_STEPS, ticks
from videoemo.plots._frame import FOOTER
from videoemo.plots._palette import (
    BLACK,
    BLUE,
    BROWN,
    CYAN,
    GREY,
    INK,
    ORANGE,
    PALE,
    PURPLE,
    RED,
    RGB,
    SILVER,
    SLATE,
    TAN,
    WHITE,
    contrast,
    mix,
)
from videoemo.plots._panel import Panel

__all__ = [
    "DARK",
    "HEIGHT",
    "LIGHT",
    "MOST_CONDITIONS",
    "SIZE",
    "Legend",
    "Theme",
    "axes",
    "condition_colours",
    "figure",
    "panel_svg",
    "readable",
]

# Points: 7.2 inches, two columns of a journal; and the size of letters, which few print smaller.
WIDTH, SIZE = 518, 7.5
MARGIN, GAP = 4.0, 16.0
# Of the figure's panels, and of one that stands alone on a page, with letters for a screen.
COLUMNS, HEIGHT = 3, 122.0
ALONE, ALONE_HEIGHT, ALONE_SIZE = 340, 220, 12.0
LINE = 1.45
# Conditions apart from each other for colour-blind readers, and in print without colour by dashes.
_COLOURS = (BLUE, ORANGE, PURPLE, SLATE, RED, BROWN, CYAN, TAN, SILVER, INK)
_DASHES: tuple[tuple[float, ...] | None, ...] = (None, (4, 1.6), (1.2, 1.4), (6, 1.5, 1.2, 1.5))
MOST_CONDITIONS = len(_COLOURS)
# WCAG 2.1, success criteria 1.4.11 and 1.4.3: the least contrast of lines, and of text.
LINES, TEXT = 3.0, 4.5


@dataclass(frozen=True)
class Theme:
    """Colours of what is drawn on a ground.

    Parameters
    ----------
    ground, ink, grey, pale : tuple of (float, float, float)
        Of the page, of what matters, of words beside it, of rules.
    """

    ground: RGB
    ink: RGB
    grey: RGB
    pale: RGB


LIGHT = Theme(WHITE, INK, GREY, PALE)
# As base.css has them in the dark.
DARK = Theme(
    (0x14 / 255, 0x16 / 255, 0x1A / 255),
    (0xE9 / 255, 0xEA / 255, 0xEC / 255),
    (0xA2 / 255, 0xA7 / 255, 0xAE / 255),
    (0x3A / 255, 0x3E / 255, 0x45 / 255),
)


def readable(colour: RGB, theme: Theme, *, least: float = TEXT) -> RGB:
    """The colour, as little darkened or lightened as sets it apart from the ground."""
    towards = BLACK if contrast(theme.ground, BLACK) > contrast(theme.ground, WHITE) else WHITE
    shades = (mix(colour, towards, share=share / 20) for share in range(20, -1, -1))
    return next(shade for shade in shades if contrast(shade, theme.ground) >= least)


def condition_colours(n: int, theme: Theme) -> list[RGB]:
    """A colour for each of at most `MOST_CONDITIONS` conditions."""
    return [readable(colour, theme, least=LINES) for colour in _COLOURS[:n]]


def dashes(at: int) -> tuple[float, ...] | None:
    """How the line of a condition is dashed, on and off in points; None where it is not."""
    return _DASHES[at % len(_DASHES)]


@dataclass(frozen=True)
class Legend:
    """The conditions of a figure.

    Parameters
    ----------
    labels : sequence of str
        Each with its number of units.
    notes : sequence of str
        What else is to be known, a line each at the foot.
    dashed : bool
        Whether the conditions are lines, dashed each in its way; else they are dots.
    """

    labels: Sequence[str]
    notes: Sequence[str]
    dashed: bool


Draw = Callable[[Canvas, Panel, float, Theme], None]


@contextmanager
def figure(
    paths: Iterable[Path], heights: Sequence[float], legend: Legend, *, left: float
) -> Iterator[tuple[Canvas, list[Panel]]]:
    """Yield a page with a place for each of some panels; write it to files when done, as PNG of 300
    dots an inch or as SVG by their suffixes.

    Parameters
    ----------
    paths : iterable of Path
        The files.
    heights : sequence of float
        Of each panel with its words, in points.
    legend : Legend
        The conditions, above them, and the notes, below.
    left : float
        Room at the left of each for words, in points.
    """
    columns = min(COLUMNS, len(heights))
    rows = [max(heights[i : i + columns]) for i in range(0, len(heights), columns)]
    lines = _lines(legend.labels, room=WIDTH - 2 * MARGIN)
    step = SIZE * LINE
    top = MARGIN + step * len(lines) + 8
    notes = [*legend.notes, FOOTER]
    foot = step * len(notes) + MARGIN
    with new_canvas(width=WIDTH, height=round(top + sum(rows) + foot)) as sheet:
        for i, line in enumerate(lines):
            _legend(sheet, line, y=MARGIN + step * (i + 0.8), dashed=legend.dashed)
        width = (WIDTH - 2 * MARGIN - GAP * (columns - 1)) / columns
        places = [
            _place(
                MARGIN + (width + GAP) * (i % columns),
                top + sum(rows[: i // columns]),
                width,
                height,
                left=left,
                size=SIZE,
            )
            for i, height in enumerate(heights)
        ]
        yield sheet, places
        for i, note in enumerate(notes):
            y = top + sum(rows) + step * (i + 0.8)
            sheet.text(MARGIN, y, note, size=SIZE - 0.5, colour=GREY, room=WIDTH - 2 * MARGIN)
    for path in paths:
        sheet.write_for_paper(path)


def panel_svg(draw: Draw, theme: Theme, *, left: float, height: float = ALONE_HEIGHT) -> str:
    """One panel alone as SVG, for a page: on no ground, its letters as large as those of the page.

    Parameters
    ----------
    draw : callable
        Draws the panel into its place, given the size of letters and the theme.
    theme : Theme
        Of the page.
    left : float
        Room at the left for words, in points of the letters of a figure for print.
    height : float
        Of the panel with its words.
    """
    with new_canvas(width=ALONE, height=round(height)) as sheet:
        place = _place(0, 0, ALONE - 8, height, left=left * ALONE_SIZE / SIZE, size=ALONE_SIZE)
        draw(sheet, place, ALONE_SIZE, theme)
    return sheet.svg()


def axes(
    sheet: Canvas,
    place: Panel,
    title: str,
    *,
    colour: RGB | None,
    size: float,
    theme: Theme,
    unit: str,
    times: bool,
) -> None:
    """A panel's title above it, round numbers below it with what they are, and a line at each.

    Parameters
    ----------
    sheet, place : Canvas, Panel
        Where.
    title : str
        Above it.
    colour : tuple of (float, float, float) or None
        Of a swatch before the title; None for none.
    size, theme : float, Theme
        Of the letters, and of all.
    unit : str
        What the numbers are.
    times : bool
        Whether they are seconds.
    """
    words = place.left if colour is None else place.left + size * 1.3
    y = place.top - size * 0.9
    if colour is not None:
        sheet.box(place.left, y - size * 0.85, size * 0.9, size * 0.9, colour=colour)
    room = place.right - words
    sheet.text(words, y, title, size=size, colour=theme.ink, bold=True, room=room)
    numbers = ticks(*place.x, most=6) if times else ticks(*place.x, most=4, steps=_STEPS)
    for x, number in zip(place.across(numbers), numbers, strict=True):
        sheet.line([(x, place.top), (x, place.bottom)], colour=theme.pale, width=0.5)
        y = place.bottom + size * 1.2
        sheet.text(x, y, f"{number:g}", size=size - 0.5, colour=theme.grey, align="center")
    middle = (place.left + place.right) / 2
    y = place.bottom + size * 2.4
    sheet.text(middle, y, unit, size=size - 0.5, colour=theme.grey, align="center")


# Of plain numbers, down to a hundred-thousandth.
_STEPS = (*(factor * 10.0**power for power in (-5, -4) for factor in (1, 2, 5)), *DECIMAL_STEPS)


def rules(sheet: Canvas, place: Panel, *, size: float, theme: Theme) -> None:
    """A line across at round numbers, which stand at the left."""
    numbers = ticks(*place.y, most=5, steps=_STEPS)
    for y, number in zip(place.up(numbers), numbers, strict=True):
        sheet.line([(place.left, y), (place.right, y)], colour=theme.pale, width=0.5)
        sheet.text(
            place.left - size * 0.4,
            y + size * 0.35,
            f"{number:g}",
            size=size - 0.5,
            colour=theme.grey,
            align="right",
        )


def _place(x: float, y: float, width: float, height: float, *, left: float, size: float) -> Panel:
    """A panel within a rectangle, with room for its words."""
    return Panel(
        x + left, x + width, y + size * 2.2, y + height - size * 3.4, x=(0.0, 1.0), y=(0.0, 1.0)
    )


def _lines(labels: Sequence[str], *, room: float) -> list[list[tuple[int, float, str]]]:
    """Lines of the legend: of each label which it is, and where it begins."""
    lines: list[list[tuple[int, float, str]]] = [[]]
    x = 0.0
    for at, label in enumerate(labels):
        width = 22 + text_width(drawable(label), size=SIZE) + 14
        if lines[-1] and x + width > room:
            lines.append([])
            x = 0.0
        lines[-1].append((at, x, label))
        x += width
    return lines


def _legend(
    sheet: Canvas, line: Sequence[tuple[int, float, str]], *, y: float, dashed: bool
) -> None:
    for at, x, label in line:
        colour, left = condition_colours(at + 1, LIGHT)[at], MARGIN + x
        middle = y - SIZE * 0.35
        style = dashes(at) if dashed else None
        sheet.line([(left, middle), (left + 18, middle)], colour=colour, width=1.4, dashes=style)
        if not dashed:
            sheet.dots([(left + 9, middle)], colour=colour, size=SIZE * 0.5)
        sheet.text(left + 22, y, label, size=SIZE, room=WIDTH - left - 22 - MARGIN)

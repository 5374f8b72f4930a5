"""The panels of a group's picture that are of all persons together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from videoemo.group import GroupAffect
from videoemo.plots._canvas import Canvas, Points, rectangle
from videoemo.plots._frame import MARGIN, WIDTH
from videoemo.plots._palette import (
    AMBER,
    BAND,
    BLUE,
    GREY,
    INK,
    PALE,
    RGB,
    SILVER,
    WHITE,
    colours,
    ink,
    ink_on,
    mix,
)
from videoemo.plots._panel import Panel
from videoemo.plots._series import Series
from videoemo.plots._strip import LEAST
from videoemo.tables.windows import Window

__all__ = [
    "LEFT",
    "RIGHT",
    "SHARES",
    "STRIP",
    "VALENCE",
    "across",
    "lines",
    "predicted",
    "shares",
    "valence",
    "zones",
]

LEFT, RIGHT = 206, WIDTH - 216
# The heights of a strip of colour and of the panels.
STRIP, SHARES, VALENCE = 36, 90, 150
# Windows further apart than this, in seconds, do not meet; less is rounding.
APART = 1e-6
# Width of a letter of a label in a strip, and a little more.
LETTER = 13
TONES: dict[str, RGB] = {"positive": AMBER, "neutral": SILVER, "negative": BLUE}


def lines(affect: GroupAffect) -> npt.NDArray[np.float32]:
    """What the panels show, (n, 5): the shares of positive and of neutral faces, the smoothed
    valence, and the dispersion below and above it.
    """
    whole = affect.series
    apart = np.nan_to_num(whole.dispersion)
    lines = [
        whole.positive,
        whole.neutral,
        whole.valence_smoothed,
        whole.valence - apart,
        whole.valence + apart,
    ]
    return np.column_stack(lines).astype(np.float32)


def across(together: Series, seconds: Points) -> Points:
    """From seconds to pixels."""
    return np.interp(seconds, together.ends, (LEFT, RIGHT))


def predicted(sheet: Canvas, windows: Sequence[Window], together: Series, *, top: int) -> None:
    """What a classifier says of each window, at the window's middle: neighbours meet half-way, the
    outermost reach to the ends; a window before a pause, in which there is none, ends where it
    ends.
    """
    labels = [one.prediction.label for one in windows]
    names = sorted({*labels} - {""})
    palette = dict(zip(names, colours(tuple(name.lower() for name in names)).values(), strict=True))
    lefts, rights, alone = _extents(windows, together.ends)
    lefts, rights = across(together, lefts), across(together, rights)
    baseline = top + STRIP / 2 + 7
    sheet.text(LEFT - 16, baseline, "predicted", align="right")
    sheet.line([(LEFT, top + STRIP / 2), (RIGHT, top + STRIP / 2)], colour=PALE)
    first = 0
    for i, label in enumerate(labels):
        if labels[i + 1 : i + 2] == [label] and not alone[i]:
            continue
        left, right, first = float(lefts[first]), float(rights[i]), i + 1
        if right - left < LEAST:
            left = min(max((left + right - LEAST) / 2, LEFT), RIGHT - LEAST)
            right = left + LEAST
        if label:
            sheet.box(left, top, right - left, STRIP, colour=palette[label])
            if right - left > LETTER * len(label):
                sheet.text(
                    (left + right) / 2,
                    baseline,
                    label,
                    size=18,
                    colour=ink_on(palette[label]),
                    align="center",
                )
    if names:
        most = max(names, key=labels.count)
        sheet.text(
            RIGHT + 16,
            baseline,
            most,
            size=18,
            colour=ink(palette[most]),
            bold=True,
            room=WIDTH - MARGIN - RIGHT - 16,
        )


def _extents(
    windows: Sequence[Window], ends: tuple[float, float]
) -> tuple[Points, Points, npt.NDArray[np.bool_]]:
    """From when to when each window stands in the strip, and whether there is a pause behind it."""
    starts = np.array([one.start for one in windows], np.float64)
    stops = np.array([one.end for one in windows], np.float64)
    pause = starts[1:] - stops[:-1] > APART  # (n - 1,)
    middles = (starts + stops) / 2
    meeting = (middles[1:] + middles[:-1]) / 2
    lefts = np.append(ends[0], np.where(pause, starts[1:], meeting))
    rights = np.append(np.where(pause, stops[:-1], meeting), ends[1])
    return lefts, rights, np.append(pause, False)


def shares(sheet: Canvas, affect: GroupAffect, together: Series, *, top: float) -> None:
    """The shares of the faces, stacked: negative at the bottom, positive at the top."""
    sheet.box(LEFT, top, RIGHT - LEFT, SHARES, colour=BAND)
    sheet.text(LEFT - 16, top + SHARES / 2 - 4, "share of", size=17, colour=GREY, align="right")
    sheet.text(LEFT - 16, top + SHARES / 2 + 18, "the faces", size=17, colour=GREY, align="right")
    positive, neutral = together.probabilities[:, 0], together.probabilities[:, 1]
    edges = {
        "negative": (1 - positive - neutral, np.zeros_like(positive)),
        "neutral": (1 - positive, 1 - positive - neutral),
    }
    edges["positive"] = (np.ones_like(positive), 1 - positive)
    panel = Panel(LEFT, RIGHT, top, top + SHARES, together.ends, (0.0, 1.0))
    for tone, (upper, lower) in edges.items():
        sheet.areas(_between(panel, together, upper, lower), colour=TONES[tone])
    for row, (tone, colour) in enumerate(TONES.items()):
        mean = np.nanmean(getattr(affect.series, tone))
        sheet.text(RIGHT + 16, top + 22 + row * 29, tone, size=17, colour=ink(colour), bold=True)
        sheet.text(
            WIDTH - MARGIN,
            top + 22 + row * 29,
            f"{100 * mean:.0f} %",
            size=17,
            colour=ink(colour),
            align="right",
        )


def valence(sheet: Canvas, affect: GroupAffect, together: Series, *, top: float) -> None:
    """The smoothed valence of all, how far the faces are apart, and the moments."""
    lower, upper = together.probabilities[:, 3], together.probabilities[:, 4]
    most = float(np.nanmax(np.abs(together.probabilities[:, 2:])))
    reach = next((r for r in (0.25, 0.5) if most <= r), 1.0)
    panel = Panel(LEFT, RIGHT, top, top + VALENCE, together.ends, (-reach, reach))
    panel.rules(sheet, [-reach, 0, reach], write=lambda value: f"{value:+g}" if value else "0")
    sheet.text(MARGIN, top + VALENCE / 2 + 6, "valence", size=17, colour=GREY)
    sheet.areas(
        _between(panel, together, np.minimum(upper, reach), np.maximum(lower, -reach)),
        colour=mix(SILVER, WHITE, share=0.4),
    )
    sheet.line([(LEFT, panel.up([0])[0]), (RIGHT, panel.up([0])[0])], colour=PALE)
    for start, stop in together.runs:
        sheet.line(
            panel.at(together.seconds[start:stop], together.probabilities[start:stop, 2]),
            colour=INK,
            width=2.5,
        )
    seconds, smooth = affect.series.seconds, affect.series.valence_smoothed
    for moments, colour in ((affect.most_positive, AMBER), (affect.most_negative, BLUE)):
        sheet.dots(panel.at(seconds[moments], smooth[moments]), colour=INK, size=15)
        sheet.dots(panel.at(seconds[moments], smooth[moments]), colour=colour, size=11)
    x = RIGHT + 16
    sheet.line([(x, top + 24), (x + 26, top + 24)], colour=INK, width=2.5)
    sheet.text(x + 36, top + 30, "smoothed", size=16, colour=GREY)
    sheet.box(x, top + 48, 26, 16, colour=mix(SILVER, WHITE, share=0.4))
    sheet.text(x + 36, top + 62, "± dispersion", size=16, colour=GREY)
    for row, (words, colour) in enumerate((("most positive", AMBER), ("most negative", BLUE))):
        sheet.dots([(x + 13, top + 88 + row * 32)], colour=INK, size=15)
        sheet.dots([(x + 13, top + 88 + row * 32)], colour=colour, size=11)
        sheet.text(x + 36, top + 94 + row * 32, words, size=16, colour=GREY)


def _between(panel: Panel, together: Series, upper: Points, lower: Points) -> list[Points]:
    """The area between two lines, an outline a run; the first and the last moment of a run stand
    for their whole cells.
    """
    outlines = []
    for start, stop in together.runs:
        seconds = np.concatenate(
            [together.cells[start, :1], together.seconds[start:stop], together.cells[stop - 1, 1:]]
        )
        ends = [start, *range(start, stop), stop - 1]
        outlines.append(
            np.array(panel.at(seconds, upper[ends]) + panel.at(seconds, lower[ends])[::-1])
        )
    return outlines


def zones(
    sheet: Canvas, together: Series, gaps: Sequence[tuple[float, float]], *, top: float, room: float
) -> None:
    """Where there is no face at all, in both panels, `room` px apart."""
    edges = across(together, np.array(gaps).reshape(-1, 2)).tolist()
    for y, height in ((top, SHARES), (top + SHARES + room, VALENCE)):
        sheet.zones([rectangle(left, y, right - left, height) for left, right in edges])

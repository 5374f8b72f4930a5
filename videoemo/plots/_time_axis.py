"""The time axis of a picture: rules at round times, whose labels never touch each other."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from videoemo.plots._canvas import Canvas, text_width
from videoemo.plots._format import DAY, clock, ticks, time_unit
from videoemo.plots._palette import GREY, PALE

__all__ = ["time_axis"]

SIZE = 17
# The most ticks, and the least room between two labels, in pixels.
MOST, GAP = 12, 16
# Labels stay so far from the right edge of the page.
EDGE = 8


def time_axis(
    sheet: Canvas,
    ends: tuple[float, float],
    *,
    left: float,
    right: float,
    top: float,
    bottom: float,
    unit_right: float,
) -> list[str]:
    """Draw rules at round times, with the time below each, and the unit at the left.

    Parameters
    ----------
    sheet : Canvas
        The page.
    ends : tuple of (float, float)
        The times at the left and the right, in seconds.
    left, right, top, bottom : float
        Of the rules, in pixels.
    unit_right : float
        Where the unit ends.

    Returns
    -------
    list of str
        A note for the footer, where times are not shown from 0 on: a clock that begins a day or
        more from 0, such as seconds since 1970, is shown from its first second on.
    """
    origin = float(math.floor(ends[0])) if abs(ends[0]) >= DAY else 0.0
    first, last = ends[0] - origin, ends[1] - origin
    for most in range(MOST, 1, -1):
        times = ticks(first, last, most=most)
        places = np.interp(times, (first, last), (left, right)).tolist()
        labels = [clock(seconds, longest=last) for seconds in times]
        widths = [text_width(label, size=SIZE) for label in labels]
        middles = [
            min(max(x, unit_right + GAP + width / 2), sheet.width - EDGE - width / 2)
            for x, width in zip(places, widths, strict=True)
        ]
        edges = [
            (middle - width / 2, middle + width / 2)
            for middle, width in zip(middles, widths, strict=True)
        ]
        if all(after[0] - before[1] >= GAP for before, after in pairwise(edges)):
            break
    for x, middle, label in zip(places, middles, labels, strict=True):
        sheet.line([(x, top), (x, bottom + 6)], colour=PALE)
        sheet.text(middle, bottom + 28, label, size=SIZE, colour=GREY, align="center")
    sheet.text(unit_right, bottom + 28, time_unit(last), size=SIZE, colour=GREY, align="right")
    return [f"times: after {origin:,.0f} s"] if origin else []

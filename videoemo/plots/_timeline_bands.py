"""The timeline of a video: a band for each class over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from videoemo.plots._canvas import Canvas, Points, new_canvas, rectangle
from videoemo.plots._frame import (
    MARGIN,
    SPACING,
    TOP,
    WIDTH,
    Subject,
    faces,
    fitting,
    footer,
    header,
    places,
)
from videoemo.plots._palette import BAND, GREY, INK, WHITE, ink, mix
from videoemo.plots._series import Series
from videoemo.plots._time_axis import time_axis
from videoemo.tables.thumbnails import Thumbnail

__all__ = ["bands"]

LEFT, RIGHT = 172, WIDTH - 118
HEIGHT, PITCH = 60, 70
# A run narrower than this is widened to it, so that a single frame with a face can be seen.
LEAST_PIXELS = 4.0

Scale = Callable[[Points], Points]


def bands(subject: Subject, series: Series, *, notes: list[str]) -> Canvas:
    """A band of probability over time for each class; zones where nothing is known; the faces
    above, tied to their moments.
    """
    shown = fitting(subject.thumbnails, room=RIGHT - LEFT)
    side = shown[0].rgb.shape[0] if shown else 0
    top = TOP + (side + 76 if shown else 20)
    bottom = top + PITCH * len(subject.palette)
    x = _scale(series)
    with new_canvas(width=WIDTH, height=bottom + 116) as sheet:
        header(sheet, subject)
        gaps = x(np.array(series.gaps()).reshape(-1, 2)).tolist()
        for row, (label, colour) in enumerate(subject.palette.items()):
            ground = mix(colour, WHITE, share=0.15) if label == subject.dominant else BAND
            sheet.box(LEFT, top + PITCH * (row + 1) - HEIGHT, RIGHT - LEFT, HEIGHT, colour=ground)
        band_top = top + PITCH - HEIGHT
        sheet.zones(
            [rectangle(left, band_top, right - left, bottom - band_top) for left, right in gaps]
        )
        sheet.text(RIGHT + 16, top - 6, "mean", size=17, colour=GREY)
        timed = time_axis(
            sheet, series.ends, left=LEFT, right=RIGHT, top=top, bottom=bottom, unit_right=LEFT - 52
        )
        for row, (label, colour) in enumerate(subject.palette.items()):
            base, leads = top + PITCH * (row + 1), label == subject.dominant
            sheet.areas(
                _outlines(series, row, base=base),
                colour=mix(colour, WHITE, share=1.0 if leads else 0.6),
                edge=ink(colour),
            )
            sheet.line(
                [(LEFT, base), (RIGHT, base)],
                colour=ink(colour) if leads else GREY,
                width=2 if leads else 1,
            )
            sheet.text(
                LEFT - 16,
                base - 8,
                label,
                colour=ink(colour),
                bold=leads,
                align="right",
                room=LEFT - 16 - MARGIN,
            )
            sheet.text(
                RIGHT + 16, base - 8, f"{subject.mean[row]:.2f}", colour=ink(colour), bold=leads
            )
        _ties(
            sheet,
            subject,
            shown,
            x(np.array([thumbnail.seconds for thumbnail in shown])),
            top=top,
            bottom=bottom,
        )
        averaged = [f"averaged over {series.bin_seconds:.2g} s"] if series.bin_seconds else []
        footer(
            sheet,
            ["band height: probability, 0 to 1", *timed, *notes, *averaged],
            zone=_zone_note(series) if gaps else "",
        )
    return sheet


def _scale(series: Series) -> Scale:
    """From seconds to pixels, times outside the series to its ends."""
    return lambda seconds: np.interp(seconds, series.ends, (LEFT, RIGHT))


def _outlines(series: Series, row: int, *, base: float) -> list[Points]:
    """The area of one class, an outline a run."""
    x = _scale(series)
    outlines = []
    for start, stop in series.runs:
        left, right = x(np.array([series.cells[start, 0], series.cells[stop - 1, 1]])).tolist()
        if right - left < LEAST_PIXELS:
            middle = min(max((left + right) / 2, LEFT + LEAST_PIXELS / 2), RIGHT - LEAST_PIXELS / 2)
            left, right = middle - LEAST_PIXELS / 2, middle + LEAST_PIXELS / 2
        heights = series.probabilities[start:stop, row] * HEIGHT  # (stop - start,)
        xs = np.concatenate([[left, left], x(series.seconds[start:stop]), [right, right]])
        ys = np.concatenate([[0, heights[0]], heights, [heights[-1], 0]])
        outlines.append(np.column_stack([xs.clip(left, right), base - ys]))
    return outlines


def _ties(
    sheet: Canvas,
    subject: Subject,
    shown: Sequence[Thumbnail],
    moments: Points,
    *,
    top: int,
    bottom: int,
) -> None:
    """The faces in a strip, each tied to its moment."""
    if not shown:
        return
    side = shown[0].rgb.shape[0]
    centres = places(
        moments.tolist(), low=LEFT + side / 2, high=RIGHT - side / 2, distance=side * SPACING
    )
    for moment, centre in zip(moments.tolist(), centres, strict=True):
        sheet.line(
            [(centre, TOP + side + 40), (moment, top - 4), (moment, bottom)], colour=INK, alpha=0.35
        )
    faces(sheet, shown, centres, top=TOP + 4, palette=subject.palette)


def _zone_note(series: Series) -> str:
    """What the hatched zones stand for."""
    lacks_face = bool(np.isnan(series.probabilities).any())
    if series.has_holes:
        return "no face or no frame" if lacks_face else "no frame"
    return "no face"

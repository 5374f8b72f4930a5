"""The picture of a video without a timeline: one frame, no face, or no frame."""

from __future__ import annotations

from videoemo.plots._canvas import Canvas, new_canvas, rectangle
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
)
from videoemo.plots._palette import GREY, INK, PALE, ink

__all__ = ["message", "single_frame"]

LEFT, RIGHT = 200, WIDTH - 130
BAR, PITCH = 30, 46


def single_frame(subject: Subject, *, notes: list[str]) -> Canvas:
    """A bar for each class, from 0 to 1, below the faces."""
    shown = fitting(subject.thumbnails, room=WIDTH - 2 * MARGIN)
    side = shown[0].rgb.shape[0] if shown else 0
    top = TOP + (side + 60 if shown else 0)
    bottom = top + PITCH * len(subject.palette)
    with new_canvas(width=WIDTH, height=bottom + 120) as sheet:
        header(sheet, subject)
        faces(
            sheet,
            shown,
            [LEFT + side / 2 + i * side * SPACING for i in range(len(shown))],
            top=TOP + 4,
            palette=subject.palette,
        )
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            x = LEFT + share * (RIGHT - LEFT)
            sheet.line([(x, top), (x, bottom)], colour=PALE)
            sheet.text(x, bottom + 24, f"{share:g}", size=17, colour=GREY, align="center")
        for row, (label, colour) in enumerate(subject.palette.items()):
            y, leads, mean = (
                top + PITCH * row + (PITCH - BAR) / 2,
                label == subject.dominant,
                float(subject.mean[row]),
            )
            sheet.text(
                LEFT - 16,
                y + 22,
                label,
                colour=ink(colour),
                bold=leads,
                align="right",
                room=LEFT - 16 - MARGIN,
            )
            sheet.box(LEFT, y, mean * (RIGHT - LEFT), BAR, colour=colour)
            sheet.text(
                LEFT + mean * (RIGHT - LEFT) + 12,
                y + 22,
                f"{mean:.2f}",
                colour=INK if leads else GREY,
                bold=leads,
            )
        footer(sheet, ["bars: probability, 0 to 1", *notes])
    return sheet


def message(subject: Subject, *, statement: str) -> Canvas:
    """Say plainly that there is nothing to draw."""
    with new_canvas(width=WIDTH, height=400) as sheet:
        header(sheet, subject)
        sheet.zones([rectangle(MARGIN, TOP, WIDTH - 2 * MARGIN, 180)])
        sheet.text(WIDTH / 2, 232, statement, size=34, bold=True, align="center")
        footer(sheet, [])
    return sheet

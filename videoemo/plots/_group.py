"""The picture of a group: who displays what when, and below it all together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.group import ALPHA, FaceAffect, GroupAffect
from videoemo.plots._canvas import Canvas, open_canvas
from videoemo.plots._format import count
from videoemo.plots._frame import MARGIN, WIDTH, Part, footer, title
from videoemo.plots._group_panels import (
    LEFT,
    RIGHT,
    SHARES,
    STRIP,
    VALENCE,
    lines,
    predicted,
    shares,
    valence,
    zones,
)
from videoemo.plots._palette import GREY, INK, PALE, RGB, WARNING, colours, ink
from videoemo.plots._series import Series, time_series
from videoemo.plots._strip import strip
from videoemo.plots._time_axis import time_axis
from videoemo.tables.windows import Window

__all__ = ["group"]

# Rows of persons: their distance, and the side of a face.
TOP, PITCH, FACE = 186, 56, 48
# More persons than this are not told apart at a glance: those seen longest are shown. A glimpse
# shorter than this, in seconds, has no row.
MOST, GLIMPSE = 20, 0.5
# Above each of the group's panels.
ROOM = 40


def group(
    path: Path,
    affect: GroupAffect,
    *,
    name: str,
    portraits: Mapping[int, npt.NDArray[np.uint8]],
    windows: Sequence[Window] = (),
    smoothed: float = 0.0,
    notice: str | None = None,
) -> None:
    """Draw the persons of a video as a PNG: a row each, coloured by the expression displayed;
    below, the shares and the valence of all.

    Parameters
    ----------
    path : Path
        Where the PNG is written.
    affect : GroupAffect
        Of a video in which two persons or more are seen, at two times or more.
    name : str
        The title.
    portraits : mapping of int to ndarray of uint8
        A face of each person, uint8 (48, 48, 3), by track; whoever has none is drawn without.
    windows : sequence of Window, default=()
        What a fitted classifier says of the group over time.
    smoothed : float, default=0.0
        The time constant in seconds with which the probabilities were smoothed along each person's
        track; 0 where they were not.
    notice : str or None
        A warning to show at the top.

    Raises
    ------
    ValueError
        Fewer persons or times, or more classes than colours.
    OutputError
        The picture cannot be written.
    """
    faces, palette = affect.faces, colours(affect.faces.classes)
    persons = faces.persons()
    if not affect.has_picture():
        raise ValueError(
            f"affect: expected two persons or more at two times or more, got {len(persons)} in "
            f"{len(faces.frame)} frames"
        )
    shown = _rows(faces)
    has_valence = bool(np.isfinite(affect.series.valence).any())
    rows = TOP + PITCH * len(shown)
    below = rows + PITCH * bool(windows)
    bottom = below + (2 * ROOM + SHARES + VALENCE if has_valence else 0)
    together = time_series(faces.seconds, lines(affect))
    with open_canvas(path, width=WIDTH, height=bottom + 112) as sheet:
        _head(sheet, affect, name=name, notice=notice, more=len(persons) - len(shown))
        _legend(sheet, palette)
        timed = time_axis(
            sheet,
            together.ends,
            left=LEFT,
            right=RIGHT,
            top=TOP - 6,
            bottom=bottom,
            unit_right=LEFT - 32,
        )
        sheet.text(RIGHT + 16, TOP - 12, "mostly", size=17, colour=GREY)
        if has_valence:
            sheet.text(WIDTH - MARGIN, TOP - 12, "valence", size=17, colour=GREY, align="right")
        for row, person in enumerate(shown):
            _person(
                sheet,
                affect,
                person,
                y=TOP + PITCH * row,
                palette=palette,
                portrait=portraits.get(person),
            )
        if windows:
            predicted(sheet, windows, together, top=rows + ROOM // 4)
        gaps = together.gaps() if has_valence else []
        if has_valence:
            shares(sheet, affect, together, top=below + ROOM)
            zones(sheet, together, gaps, top=below + ROOM, room=ROOM)
            valence(sheet, affect, together, top=below + 2 * ROOM + SHARES)
        notes = [
            *timed,
            "rows: paler where less sure"
            + (f", smoothed along each person's track, {smoothed:g} s" if smoothed else ""),
        ]
        notes += [f"averaged over {together.bin_seconds:.2g} s"] if together.bin_seconds else []
        footer(sheet, notes, zone="no face" if gaps else "")


def _rows(faces: FaceAffect) -> list[int]:
    """The persons who get a row, in the order of their appearance: those seen longest, two
    at least.
    """
    persons = faces.persons()
    frames = np.bincount(
        np.searchsorted(persons, faces.track[faces.track >= 0]), minlength=len(persons)
    )
    long = int((frames * np.median(np.diff(faces.seconds)) >= GLIMPSE).sum())
    picked: list[int] = np.sort(
        persons[np.argsort(-frames, kind="stable")[: min(max(long, 2), MOST)]]
    ).tolist()
    return picked


def _head(sheet: Canvas, affect: GroupAffect, *, name: str, notice: str | None, more: int) -> None:
    """The name; how many persons there are and what is known of them together."""
    right = sheet.width - MARGIN
    warned = (
        sheet.text(right, 56, notice, colour=WARNING, bold=True, align="right", room=640) + 40
        if notice
        else 0
    )
    few = f", {more} of them too briefly for a row" if more else ""
    parts: list[Part] = [
        (count(len(affect.deviations), "person"), INK),
        (f"displaying expressions{few}", GREY),
    ]
    differing = [one.track for one in affect.deviations if one.differs]
    if differing:
        parts += [
            ("·", GREY),
            (
                f"{_named(differing)} differ{'s' if len(differing) == 1 else ''} from the group",
                WARNING,
            ),
        ]
    title(sheet, name, parts, reserved=warned)
    synchronous = sum(pair.p_corrected <= ALPHA for pair in affect.pairs)
    facts = (
        f"{synchronous} of {count(len(affect.pairs), 'pair')} synchronous"
        if affect.pairs
        else "no two persons long enough together to compare"
    )
    sheet.text(right, 94, facts, colour=GREY, align="right")


def _named(persons: Sequence[int]) -> str:
    """`person 3`, `persons 3 and 5`, `4 persons`."""
    if len(persons) > 2:
        return count(len(persons), "person")
    return f"person{'s' if len(persons) > 1 else ''} {' and '.join(map(str, persons))}"


def _legend(sheet: Canvas, palette: Mapping[str, RGB]) -> None:
    """What each colour stands for."""
    x, pitch = float(LEFT), (WIDTH - MARGIN - LEFT) / max(len(palette), 6)
    for label, colour in palette.items():
        sheet.box(x, 128, 18, 18, colour=colour)
        sheet.text(x + 26, 143, label, size=17, colour=ink(colour), room=pitch - 34)
        x += pitch


def _person(
    sheet: Canvas,
    affect: GroupAffect,
    person: int,
    *,
    y: float,
    palette: Mapping[str, RGB],
    portrait: npt.NDArray[np.uint8] | None,
) -> None:
    """A row: the face, the number, the strip, and what is displayed over all."""
    faces, ours = affect.faces, affect.faces.track == person
    probabilities = np.full((len(faces.seconds), len(palette)), np.nan, np.float32)
    probabilities[faces.at[ours]] = faces.probabilities[ours]
    middle = y + FACE / 2
    if portrait is not None:
        sheet.picture(MARGIN, round(y), portrait)
    deviation = next(one for one in affect.deviations if one.track == person)
    sheet.text(
        MARGIN + FACE + 14,
        middle + (-1 if deviation.differs else 7),
        f"person {person}",
        bold=bool(deviation.differs),
    )
    if deviation.differs:
        sheet.text(MARGIN + FACE + 14, middle + 19, "differs", size=16, colour=WARNING)
    sheet.line([(LEFT, middle), (RIGHT, middle)], colour=PALE)
    _seen(
        sheet,
        time_series(faces.seconds, probabilities),
        list(palette.values()),
        top=round(middle - STRIP / 2),
    )
    mostly = int(np.nanmean(probabilities, axis=0).argmax())
    label, colour = list(palette.items())[mostly]
    end = sheet.text(
        RIGHT + 16, middle + 7, label, size=18, colour=ink(colour), bold=True, room=110
    )
    if np.isfinite(deviation.valence):
        sheet.text(
            max(RIGHT + 16 + end + 10, WIDTH - MARGIN),
            middle + 7,
            f"{deviation.valence:+.2f}",
            size=18,
            colour=GREY,
            align="right",
        )


def _seen(sheet: Canvas, seen: Series, palette: Sequence[RGB], *, top: int) -> None:
    """The strip, stretch by stretch, so that the line through the row shows where there is none."""
    painted = strip(seen, palette, width=RIGHT - LEFT, height=STRIP)
    known = (painted[0] < 255).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]])))
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        sheet.picture(LEFT + start, top, painted[:, start:stop])

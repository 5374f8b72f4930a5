"""What pictures share: their title and footer; those of one video also their header and strip
of faces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import numpy.typing as npt

from videoemo.plots._canvas import Canvas, rectangle
from videoemo.plots._palette import GREY, PALE, RGB, WARNING, ink
from videoemo.tables.thumbnails import Thumbnail
from videoemo.tables.videos import LOW_COVERAGE

__all__ = [
    "FOOTER",
    "MARGIN",
    "TOP",
    "WIDTH",
    "Subject",
    "faces",
    "fitting",
    "footer",
    "header",
    "places",
    "sentence",
    "title",
]

WIDTH = 1500
MARGIN = 36
# Below the header.
TOP = 130
FOOTER = "displayed expression, not felt emotion"
# Between words.
SPACE = 9
# Between the left edges of neighbouring thumbnails, over their side.
SPACING = 1.25

Part = tuple[str, RGB]


@dataclass(frozen=True)
class Subject:
    """The video to draw.

    Parameters
    ----------
    name : str
        Its title.
    palette : dict of str to tuple of (float, float, float)
        The colour of each class, in the order of the classes.
    mean : float32 (c,)
        Its mean probability of each class.
    dominant : str
        The class with the highest mean, or empty, or `LOW_COVERAGE`.
    thumbnails : sequence of Thumbnail
        Its faces.
    facts : str
        What was sampled, in words.
    notice : str or None
        A warning, or None.
    """

    name: str
    palette: dict[str, RGB]
    mean: npt.NDArray[np.float32]
    dominant: str
    thumbnails: Sequence[Thumbnail]
    facts: str
    notice: str | None


def header(page: Canvas, subject: Subject) -> None:
    """The video's name and its dominant class at the left, a warning and facts at the right."""
    right = page.width - MARGIN
    warned = (
        page.text(right, 56, subject.notice, colour=WARNING, bold=True, align="right", room=640)
        + 40
        if subject.notice
        else 0
    )
    page.text(right, 94, subject.facts, colour=GREY, align="right")
    dominant = []
    if subject.dominant == LOW_COVERAGE:
        dominant = [
            ("low coverage: too few of the frames have a face to name a dominant expression", GREY)
        ]
    elif subject.dominant:
        mean = subject.mean[list(subject.palette).index(subject.dominant)]
        name = (subject.dominant, ink(subject.palette[subject.dominant]))
        dominant = [("dominant displayed expression:", GREY), name, (f"(mean {mean:.2f})", GREY)]
    title(page, subject.name, dominant, reserved=warned)


def title(page: Canvas, name: str, parts: Iterable[Part], *, reserved: float = 0) -> None:
    """The name, and below it a sentence; `reserved` pixels at the right of the name stay free."""
    page.text(MARGIN, 56, name, size=28, bold=True, room=page.width - 2 * MARGIN - reserved)
    sentence(page, MARGIN, 94, parts)


def sentence(page: Canvas, x: float, y: float, parts: Iterable[Part]) -> None:
    """Words side by side from `x` on; what is not grey is bold."""
    for words, colour in parts:
        x += SPACE + page.text(x, y, words, colour=colour, bold=colour != GREY)


def places(wanted: Sequence[float], *, low: float, high: float, distance: float) -> list[float]:
    """Places as near as possible to the wanted, ascending ones that keep their order and
    `distance`, within `low` to `high`.

    Less the room before each, it is the isotonic regression of the wanted places, by its min-max
    formula (Barlow et al., Statistical Inference under Order Restrictions, 1972).
    """
    n = len(wanted)
    shifted = [x - i * distance for i, x in enumerate(wanted)]
    fitted = [
        max(min(fmean(shifted[j : k + 1]) for k in range(i, n)) for j in range(i + 1))
        for i in range(n)
    ]
    return [
        min(max(x, low), high - (n - 1) * distance) + i * distance for i, x in enumerate(fitted)
    ]


def faces(
    page: Canvas,
    thumbnails: Sequence[Thumbnail],
    centres: Sequence[float],
    *,
    top: int,
    palette: dict[str, RGB],
) -> None:
    """Each face in a frame of its class's colour, its class below."""
    for thumbnail, centre in zip(thumbnails, centres, strict=True):
        side = thumbnail.rgb.shape[0]
        left = round(centre - side / 2)
        page.box(left - 4, top - 4, side + 8, side + 8, colour=palette[thumbnail.label])
        page.picture(left, top, thumbnail.rgb)
        page.text(
            centre,
            top + side + 26,
            thumbnail.label,
            size=17,
            colour=ink(palette[thumbnail.label]),
            align="center",
            room=side * SPACING,
        )


def fitting(thumbnails: Sequence[Thumbnail], *, room: float) -> list[Thumbnail]:
    """Those that find room beside each other, evenly picked where there are more."""
    if not thumbnails:
        return []
    most = int(room // (thumbnails[0].rgb.shape[1] * SPACING))
    picked = np.linspace(0, len(thumbnails) - 1, min(most, len(thumbnails)))
    return [thumbnails[i] for i in np.rint(picked).astype(int)]


def footer(page: Canvas, notes: Sequence[str], *, zone: str = "", caution: str = FOOTER) -> None:
    """What the hatched zones mean, where there are any, and notes at the left; what must never be
    misread at the right.
    """
    x, y = float(MARGIN), page.height - 24
    page.line([(MARGIN, y - 32), (page.width - MARGIN, y - 32)], colour=PALE)
    page.text(page.width - MARGIN, y, caution, size=17, colour=GREY, align="right")
    if zone:
        page.zones([rectangle(x, y - 15, 32, 18)])
        x += 42 + page.text(x + 42, y, zone, size=17, colour=GREY) + 28
    page.text(x, y, "  ·  ".join(notes), size=17, colour=GREY, room=page.width - MARGIN - 360 - x)

"""Numbered boxes drawn into a frame, black and white: no box is itself "the red one"."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.plots import label

__all__ = ["mark_boxes", "mark_faces", "number_picture"]

Picture = npt.NDArray[np.uint8]
Place = tuple[int, int, int, int]  # x1, y1, x2, y2 in px

# In px: of the letters, of the white line, and of the black one about it.
LETTERS, WHITE, BLACK = 20, 2, 2
# How much worse it is to hide another number than as many pixels of a face.
NUMBERS = 10


@cache
def number_picture(number: int) -> Picture:
    """The picture of a number, white on black, uint8 (h, w, 3)."""
    return label([str(number)], size=LETTERS, ground=(0.0, 0.0, 0.0))


def mark_faces(
    rgb: Picture, boxes: npt.NDArray[np.float32], numbers: Sequence[int], *, side: int
) -> Picture:
    """Draw a box with a number about each face, into a copy of a frame.

    Parameters
    ----------
    rgb : uint8 (h, w, 3)
        The frame.
    boxes : float32 (m, 4)
        x1, y1, x2, y2 of the faces in px of the frame.
    numbers : sequence of int
        The number of each, m.
    side : int
        The longest side of what is returned, in px; a smaller frame keeps its size.

    Returns
    -------
    uint8 (h, w, 3)
        The number stands above its box; below or beside it where there is no room, or where it
        would hide a face or another number.
    """
    marked, scale = _scaled(rgb, side)
    places = [_within(box, marked) for box in (boxes * np.float32(scale)).tolist()]
    for place in places:
        _draw(marked, place)
    taken: list[Place] = []
    for place, number in zip(places, numbers, strict=True):
        picture = number_picture(number)
        faces = [other for other in places if other != place]
        found = _room(place, picture, marked, faces, taken)
        taken.append(found)
        x1, y1, x2, y2 = found
        marked[y1:y2, x1:x2] = picture[: y2 - y1, : x2 - x1]
    return marked


def mark_boxes(rgb: Picture, boxes: Sequence[Sequence[float]], *, side: int) -> Picture:
    """Draw boxes without numbers into a copy of a frame; see `mark_faces`."""
    marked, scale = _scaled(rgb, side)
    for box in boxes:
        _draw(marked, _within([edge * scale for edge in box], marked))
    return marked


def _scaled(rgb: Picture, side: int) -> tuple[Picture, float]:
    """A copy that is no larger, and by how much it is smaller."""
    height, width = rgb.shape[:2]
    scale = min(1.0, side / max(height, width))
    if scale == 1:
        return rgb.copy(), scale
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _draw(marked: Picture, place: Place) -> None:
    x1, y1, x2, y2 = place
    cv2.rectangle(marked, (x1, y1), (x2, y2), (0, 0, 0), WHITE + 2 * BLACK)
    cv2.rectangle(marked, (x1, y1), (x2, y2), (255, 255, 255), WHITE)


def _within(box: Sequence[float], picture: Picture) -> Place:
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = (round(edge) for edge in box)
    return (
        min(max(x1, 0), width - 1),
        min(max(y1, 0), height - 1),
        min(max(x2, 0), width - 1),
        min(max(y2, 0), height - 1),
    )


def _room(
    place: Place, picture: Picture, within: Picture, faces: Sequence[Place], taken: Sequence[Place]
) -> Place:
    """Where the number of a box hides least: above it, below, at its right, at its left."""
    (high, wide), (height, width) = picture.shape[:2], within.shape[:2]
    x1, y1, x2, y2 = place
    line = WHITE + BLACK
    corners = [
        (x1, y1 - line - high),
        (x1, y2 + line),
        (x2 - wide, y1 - line - high),
        (x2 - wide, y2 + line),
        (x2 + line, y1),
        (x1 - line - wide, y1),
        (x1, y1),
    ]
    best, least = None, float("inf")
    for x, y in corners:
        left, top = min(max(x, 0), max(0, width - wide)), min(max(y, 0), max(0, height - high))
        here = left, top, min(left + wide, width), min(top + high, height)
        hidden = _common(here, place) + sum(_common(here, face) for face in faces)
        hidden += NUMBERS * sum(_common(here, number) for number in taken)
        if hidden < least:
            best, least = here, hidden
    assert best is not None
    return best


def _common(a: Place, b: Place) -> int:
    """The area that two places share, in square px."""
    return max(0, min(a[2], b[2]) - max(a[0], b[0])) * max(0, min(a[3], b[3]) - max(a[1], b[1]))

"""Boxes as PaliGemma writes them, and whose face one is about."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Box", "read_boxes", "whose_face"]

# y1, x1, y2, x2 in 1,024ths of the picture's sides, and in words what is in the box.
_LOCATION = r"<loc(\d{4})>"
_DETECTED = re.compile(rf"{_LOCATION * 4}([^<>;]*)")
_STEPS = 1024
# From so much intersection over union a box is that of a face; another one is about a face of which
# it holds so large a share, where it holds no second one.
_FACE, _HELD = 0.3, 0.5


@dataclass(frozen=True)
class Box:
    """A place in a picture, in px."""

    x1: float
    y1: float
    x2: float
    y2: float


def read_boxes(text: str, *, width: int, height: int) -> tuple[list[Box], str]:
    """Read the boxes of an answer to `detect ...`.

    Parameters
    ----------
    text : str
        The whole answer, such as `<loc0100><loc0200><loc0500><loc0400> face`; several stand between
        semicolons. An empty one says that nothing is there.
    width, height : int
        Of the picture, in px.

    Returns
    -------
    tuple of list of Box and str
        The boxes; and why there is no answer, empty where there is one. Nothing is guessed: an
        answer with anything else in it is none.
    """
    boxes = []
    for part in text.split(";") if text.strip() else []:
        found = _DETECTED.fullmatch(part.strip())
        if found is None:
            return [], "unparseable"
        y1, x1, y2, x2 = (int(digits) for digits in found.groups()[:4])
        if not (y1 < y2 < _STEPS and x1 < x2 < _STEPS):
            return [], "no box"
        # The last step is the picture's end.
        x, y = width / (_STEPS - 1), height / (_STEPS - 1)
        boxes.append(Box(x1 * x, y1 * y, x2 * x, y2 * y))
    return boxes, ""


def whose_face(box: Box, faces: npt.NDArray[np.float32]) -> tuple[int | None, str]:
    """Which face a box is about: that with the largest intersection over union, where the box is
    one of a face; else, of a whole person, the one that it holds.

    Parameters
    ----------
    box : Box
        In px.
    faces : float32 (m, 4)
        x1, y1, x2, y2 of the faces.

    Returns
    -------
    tuple of (int or None) and str
        The face; and why there is none: `a box without a face`, `a box about several faces`.
    """
    x1, y1, x2, y2 = faces.astype(np.float64).T
    wide = np.clip(np.minimum(x2, box.x2) - np.maximum(x1, box.x1), 0, None)
    high = np.clip(np.minimum(y2, box.y2) - np.maximum(y1, box.y1), 0, None)
    common, area = wide * high, (x2 - x1) * (y2 - y1)
    union = area + (box.x2 - box.x1) * (box.y2 - box.y1) - common
    overlap = common / union
    if len(faces) and overlap.max() >= _FACE:
        return int(overlap.argmax()), ""
    held = np.flatnonzero(common >= _HELD * area)
    if len(held) == 1:
        return int(held[0]), ""
    return None, "a box about several faces" if len(held) else "a box without a face"

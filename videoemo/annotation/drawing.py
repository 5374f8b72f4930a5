"""Marks drawn into frames: boxes, tracks, expressions and, if asked for, their probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.annotation.marks import Mark
from videoemo.plots import MOST_CLASSES, colours, label

__all__ = ["Drawing"]

# The size of letters over the shorter side of the frame, and the least that can be read, in px.
LETTERS, LEAST = 1 / 40, 14
# Of the letters of bars over those of labels, and the least.
SMALLER, LEAST_SMALL = 0.8, 11
# The length of a bar of 1 over the size of its letters.
BAR = 5
# How much of the ground of bars is opaque, and its colour; that of what has none of its own.
OPAQUE, DARK, PLAIN = 0.85, (0.12, 0.12, 0.12), (0.9, 0.9, 0.9)

# By which part of their own size bars hide less elsewhere, where they are moved there.
BETTER = 0.1
# How much worse it is to hide a part of a face than as large a part of other bars.
FACES = 10

Picture = npt.NDArray[np.uint8]
Box = npt.NDArray[np.float32]  # x1, y1, x2, y2


class Drawing:
    """Drawing of marks into the frames of one video.

    Parameters
    ----------
    width, height : int
        Of the frames, in px.
    classes : sequence of str
        The names of the c classes.
    bars : bool
        Whether bars are drawn.
    """

    def __init__(self, width: int, height: int, classes: Sequence[str], *, bars: bool) -> None:
        self._classes = tuple(classes)
        self._palette = (
            colours(self._classes)
            if len(classes) <= MOST_CLASSES
            else dict.fromkeys(self._classes, PLAIN)
        )
        self._letters = max(LEAST, round(LETTERS * min(width, height)))
        self._line = max(2, round(self._letters / 8))
        self._bars = bars
        self._labels: dict[tuple[int, str], Picture] = {}
        self._sides: dict[int, int] = {}  # of its face, on which each track's bars stood last

    def draw(self, rgb: Picture, marks: Iterable[Mark]) -> None:
        """Draw the marks of one frame, uint8 (h, w, 3), in place; later ones lie on earlier."""
        drawn = list(marks)
        for mark in drawn:
            self._draw_box(rgb, mark)
        if self._bars:
            faces, bars = [mark.box for mark in drawn], list[Box]()
            for mark in drawn:
                bars += self._draw_bars(rgb, mark, faces, bars)
        for mark in drawn:
            self._draw_label(rgb, mark)

    def _colour(self, expression: str) -> tuple[float, float, float]:
        return self._palette.get(expression, PLAIN)

    def _draw_box(self, rgb: Picture, mark: Mark) -> None:
        # Dark about it: the colour is seen on a ground of its own, too.
        start, stop = (tuple(np.rint(corner).astype(int).tolist()) for corner in _corners(mark))
        cv2.rectangle(rgb, start, stop, (0, 0, 0), self._line + 2)
        cv2.rectangle(rgb, start, stop, _bytes(self._colour(mark.expression)), self._line)

    def _draw_label(self, rgb: Picture, mark: Mark) -> None:
        words = self._label(mark.track, mark.expression)
        (left, top), (_, bottom) = _corners(mark)
        above = round(top) - words.shape[0] - self._line
        # Where there is no room above the box it is below; of a face that fills the frame, in it.
        below = round(bottom) + self._line
        if above < 0 and below + words.shape[0] <= rgb.shape[0]:
            above = below
        _put(rgb, words, round(left) - self._line, above)

    def _label(self, track: int, expression: str) -> Picture:
        key = track, expression
        if key not in self._labels:
            words = f"{track} {expression}".rstrip()
            self._labels[key] = label([words], size=self._letters, ground=self._colour(expression))
        return self._labels[key]

    @cached_property
    def _names(self) -> Picture:
        """The names beside the bars, and room for these."""
        size = max(LEAST_SMALL, round(SMALLER * self._letters))
        names = label(self._classes, size=size, ground=DARK, bold=False)
        return np.pad(
            names, ((0, 0), (0, BAR * size), (0, 0)), constant_values=round(255 * DARK[0])
        )

    def _draw_bars(
        self, rgb: Picture, mark: Mark, faces: Sequence[Box], bars: Sequence[Box]
    ) -> list[Box]:
        """Draw the bars of a face where they hide least of faces and other bars; give their
        place.
        """
        if np.isnan(mark.probabilities).any():
            return []
        panel = self._panel(mark)
        places = _places_beside(mark, panel, rgb, room=2 * self._line)
        hidden = np.array(
            [
                FACES * sum(_common(place, box) for box in faces)
                + sum(_common(place, box) for box in bars)
                for place in places
            ]
        )
        side = self._sides.get(mark.track, 0)
        # Not to and fro from frame to frame: only where another side is clearly better.
        if hidden[side] > hidden.min() + panel.size / 3 * BETTER:
            side = int(hidden.argmin())
        self._sides[mark.track] = side
        left, top = places[side][:2]
        _put(rgb, panel, round(float(left)), round(float(top)), opaque=OPAQUE)
        return [places[side]]

    def _panel(self, mark: Mark) -> Picture:
        """The names of the classes, and a bar for each one's probability."""
        panel = self._names.copy()
        step = panel.shape[0] // len(self._classes)
        size = max(LEAST_SMALL, round(SMALLER * self._letters))
        start, longest = panel.shape[1] - BAR * size, BAR * size - step // 4
        for i, (name, share) in enumerate(zip(self._classes, mark.probabilities, strict=True)):
            rows = slice(i * step + step // 5, (i + 1) * step - step // 5)
            panel[rows, start : start + longest] = 60
            panel[rows, start : start + round(longest * float(share))] = _bytes(self._colour(name))
        return panel


def _places_beside(mark: Mark, panel: Picture, rgb: Picture, *, room: int) -> list[Box]:
    """Places for a panel at the right of a box, at its left, below and above, in the frame."""
    (left, top), (right, bottom) = _corners(mark)
    height, width = panel.shape[:2]
    corners = [
        (right + room, top),
        (left - room - width, top),
        (left, bottom + room),
        (left, top - room - height),
    ]
    most = np.maximum(np.array(rgb.shape[1::-1]) - (width, height), 0)
    starts = np.clip(np.array(corners), 0, most)
    stops = starts + np.array([width, height])
    return list(np.hstack([starts, stops]).astype(np.float32))


def _common(a: Box, b: Box) -> float:
    """The area that two boxes share, in square px."""
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    return float(np.prod(np.maximum(sides, 0)))


def _corners(mark: Mark) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    return mark.box[:2], mark.box[2:]


def _bytes(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    red, green, blue = (round(255 * part) for part in colour)
    return red, green, blue


def _put(rgb: Picture, picture: Picture, left: int, top: int, *, opaque: float = 1.0) -> None:
    """Put a picture into another, moved so far that it lies in it; cut off where it is larger."""
    height, width = min(picture.shape[0], rgb.shape[0]), min(picture.shape[1], rgb.shape[1])
    top = min(max(top, 0), rgb.shape[0] - height)
    left = min(max(left, 0), rgb.shape[1] - width)
    place = rgb[top : top + height, left : left + width]
    part = picture[:height, :width]
    place[:] = part if opaque == 1 else cv2.addWeighted(place, 1 - opaque, part, opaque, 0)

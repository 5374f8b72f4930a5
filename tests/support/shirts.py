"""Clips of persons in coloured shirts, with the tables that say where their faces are; and a model
that looks at the shirts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from tests.support.results import MadeUp
from tests.support.rows import rows
from videoemo.vlm.marks import number_picture

Picture = npt.NDArray[np.uint8]

SHIRTS = {
    "red": (200, 30, 40),
    "blue": (40, 70, 200),
    "green": (30, 150, 60),
    "yellow": (230, 210, 50),
}
GREY, FACE = (120, 120, 120), (205, 170, 150)
SIDE, APART = 60, 110
STEP = 0.2


@dataclass(frozen=True)
class Person:
    """Somebody in a shirt of one colour.

    Parameters
    ----------
    shirt : str
        One of `SHIRTS`.
    frames : range
        In which the person is there.
    places : mapping of int to int
        The place from the left, 0 at first, from the frame on that is the key.
    """

    shirt: str
    frames: range
    places: Mapping[int, int] = field(default_factory=lambda: {0: 0})

    def place(self, frame: int) -> int:
        return self.places[max(start for start in self.places if start <= frame)]


ALL = range(20)
# Persons who cross, a cut, one person, none, and many.
OTHERS = {
    "cross.mp4": [Person("blue", ALL, {0: 0, 10: 1}), Person("red", ALL, {0: 1, 10: 0})],
    "cut.mp4": [
        Person("red", range(10), {0: 0}),
        Person("blue", range(10), {0: 1}),
        Person("green", range(10, 20), {0: 0}),
        Person("red", range(10, 20), {0: 1}),
    ],
    "one.mp4": [Person("red", ALL, {0: 0})],
    "none.mp4": [Person("red", range(0), {0: 0})],
    "many.mp4": [
        Person("red" if i == 13 else "blue" if i % 2 else "green", ALL, {0: i}) for i in range(15)
    ],
}


def write_people(path: Path, people: Sequence[Person], *, n: int = 20) -> MadeUp:
    """Write a clip of n frames, and give its results, in which each person is a track."""
    width = 2 * (max(p for person in people for p in person.places.values()) * APART + 160) // 2
    height = 270
    given, boxes = list[tuple[int, float, int | None, float]](), list[tuple[float, ...]]()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "16"}
        for i in range(n):
            rgb = np.full((height, width, 3), GREY, np.uint8)
            for track, person in enumerate(people):
                if i not in person.frames:
                    continue
                x, y = 30 + APART * person.place(i) + i % 3, 40 + i % 2
                rgb[y + SIDE : 260, x - 15 : x + SIDE + 15] = SHIRTS[person.shirt]
                rgb[y : y + SIDE, x : x + SIDE] = FACE
                given.append((i, i * STEP, track, 0.9 if track % 2 else 0.2))
                boxes.append((x, y, SIDE, SIDE))
            if not given or given[-1][0] != i:
                given.append((i, i * STEP, None, 0.0))
                boxes.append((np.nan,) * 4)
            for packet in stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    table = rows(given)
    table.boxes[:] = np.array(boxes, np.float32)
    return MadeUp(table, path, size=(width, height))


def look(question: str, rgb: Picture) -> int:
    """The number above or below which the shirt is that the question names; 0 for none.

    Nothing but the question's words and the picture's pixels is used; the words say first which
    numbers there are.
    """
    wanted = next((shirt for shirt in SHIRTS if re.search(rf"\b{shirt}\b", question)), None)
    if wanted is None:
        return 0
    answer, nearest = 0, 60.0
    for number in map(int, re.findall(r"\d", question.split(".")[0])):
        chip = number_picture(number)
        match = cv2.matchTemplate(rgb[:, :, 0], chip[:, :, 0], cv2.TM_CCOEFF_NORMED)
        _, sure, _, (x, y) = cv2.minMaxLoc(match)
        if sure < 0.9:
            continue
        below = rgb[y + chip.shape[0] :, x : x + chip.shape[1]].reshape(-1, 3).astype(int)
        vivid = below[np.ptp(below, axis=1) > 80]
        if len(vivid):
            far = float(np.abs(np.median(vivid, axis=0) - SHIRTS[wanted]).max())
            if far < nearest:
                answer, nearest = number, far
    return answer

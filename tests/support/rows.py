"""A faces table from a few numbers a row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from videoemo.tables.faces import FaceTable

CLASSES = ("happiness", "sadness")


def rows(given: Sequence[tuple[int, float, int | None, float]]) -> FaceTable:
    """One row each: frame, seconds, track (None: no face), probability of happiness. Boxes lie at
    (10 * track, 0) and measure 20 x 30.
    """
    frame = np.array([one[0] for one in given], np.int64)
    seconds = np.array([one[1] for one in given], np.float64)
    found = np.array([one[2] is not None for one in given], np.bool_)
    person = np.array([-1 if one[2] is None else one[2] for one in given], np.int64)
    number = np.array([int((frame[:i] == frame[i]).sum()) for i in range(len(frame))], np.int64)
    nothing = np.where(found, np.float32(0), np.float32(np.nan))
    happy = np.array([one[3] for one in given], np.float32) + nothing
    boxes = np.column_stack([10 * person, 0 * person, 0 * person + 20, 0 * person + 30]).astype(
        np.float32
    )
    return FaceTable(
        frame=frame,
        seconds=seconds,
        face=np.where(found, number, -1),
        track=person,
        boxes=boxes + nothing[:, None],
        scores=np.float32(0.9) + nothing,
        quality=np.tile(np.array([100, 10, -5, 2], np.float32), (len(frame), 1)) + nothing[:, None],
        probabilities=np.column_stack([happy, 1 - happy]),
        classes=CLASSES,
    )

"""A fitted classifier over time: what it says of each window of a video."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from videoemo.tables.faces import FaceTable
from videoemo.tables.frame_weights import TIME_EPSILON
from videoemo.tables.videos import Prediction
from videoemo.tables.windows import ClipPredictor, Window

__all__ = ["sliding_windows"]


# So many descriptors are classified at once: a forest is slow to start, and a long video's
# descriptors are not to be kept.
_AT_ONCE = 64


def sliding_windows(
    classify: ClipPredictor,
    table: FaceTable,
    faces: tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]],
    *,
    length: float,
    step: float,
) -> list[Window]:
    """Classify each window of a video, its faces pooled as those of a whole clip.

    The first window begins with the first frame, each one a step later, and the last is the first
    that reaches the last frame; one in which no frame lies is left out, however many there are
    where a recording pauses for days. Beside the faces given, no more is kept than the
    descriptors of 64 windows.

    Parameters
    ----------
    table : FaceTable
        Says when each frame is.
    faces : tuple of (ndarray of int64, ndarray of float32)
        The frame int64 (m,), ascending, and the vector float32 (m, d) of each face.
    length, step : float
        Of the windows, in seconds.
    """
    starts = table.frame_starts()
    if not len(starts):
        return []
    frame, embedding = faces
    seconds = np.sort(table.seconds[starts])  # a damaged container's times may go back
    when = table.seconds[starts][np.searchsorted(table.frame[starts], frame)]  # (m,)
    order = np.argsort(when, kind="stable")
    begins = seconds[0] + step * _with_frames(seconds - seconds[0], length=length, step=step)
    edges = np.stack([begins, begins + length]) - TIME_EPSILON  # (2, windows)
    n_frames = np.diff(np.searchsorted(seconds, edges), axis=0)[0]
    begins, edges, n_frames = begins[n_frames > 0], edges[:, n_frames > 0], n_frames[n_frames > 0]
    places = np.searchsorted(when[order], edges)
    windows: list[Window] = []
    for first in range(0, len(begins), _AT_ONCE):
        made, described = [], []
        for i in range(first, min(first + _AT_ONCE, len(begins))):
            inside = np.sort(order[slice(*places[:, i])])
            here = frame[inside]
            made.append(
                Window(
                    float(begins[i]),
                    float(begins[i] + length),
                    int(n_frames[i]),
                    len(np.unique(here)),
                    len(here),
                    Prediction(),
                )
            )
            if len(here):
                described.append(classify.describe(here, embedding[inside]))
        said = iter(classify.predictions(np.stack(described)) if described else ())
        windows += [
            replace(window, prediction=next(said)) if window.faces else window for window in made
        ]
    return windows


def _with_frames(
    seconds: npt.NDArray[np.float64], *, length: float, step: float
) -> npt.NDArray[np.int64]:
    """The numbers of the windows in which frames lie, or nearly: one more at either end of each
    stretch of them.

    Parameters
    ----------
    seconds : float64 (n,)
        The times of the frames after the first, ascending.
    """
    # The first and the last window of each frame, (n,); the windows of frames that follow each
    # other closely are one stretch.
    first = np.floor((seconds - length) / step).astype(np.int64)
    last = np.ceil(seconds / step).astype(np.int64)
    begins = np.flatnonzero(np.append(True, first[1:] > last[:-1]))
    ends = np.append(begins[1:], len(seconds)) - 1
    stretches = zip(first[begins].tolist(), last[ends].tolist(), strict=True)
    windows = np.concatenate([np.arange(begin, end + 1) for begin, end in stretches])
    n_windows = _count(float(seconds[-1]), length=length, step=step)
    return windows[(windows >= 0) & (windows < n_windows)]


def _count(duration: float, *, length: float, step: float) -> int:
    """How many windows there are: until one reaches the end, or, where they are further apart than
    they are long, begins after it.
    """
    reaching = (
        2 + math.floor((duration - length) / step + TIME_EPSILON) if duration >= length else 1
    )
    return min(reaching, 1 + math.floor(duration / step + TIME_EPSILON))

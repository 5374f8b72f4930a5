"""Which faces the network has to look at: those that changed since it last did."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.faces.tracking.shots import ShotDetector
from videoemo.records import Faces, Frames
from videoemo.util.arrays import Float32Array, Int64Array
from videoemo.util.boxes import mutual_best_matches

__all__ = ["PATCH", "LastLooks", "Looks", "largest_change", "patch_of"]

# The side of a patch in px: each is the mean of several of the crop's, so that noise counts little.
PATCH = 32
# Of the squares in a patch, of which the one that changes most counts: no larger than a mouth that
# opens a little.
SQUARE = 4


class Looks(NamedTuple):
    """What the network looks at, of m faces.

    Parameters
    ----------
    number : int64 (m,)
        The look that each face is given the outputs of; looks are counted through the video.
    looked_at : bool (m,)
        Whether that look is at the face itself, and not at one before it.
    """

    number: Int64Array
    looked_at: npt.NDArray[np.bool_]


class _Seen(NamedTuple):
    """The faces of one frame, each with its last look.

    Parameters
    ----------
    boxes : float32 (n, 4)
        Where they are now.
    number : int64 (n,)
        The last look at each.
    patches : float32 (n, PATCH, PATCH)
        What was seen in it.
    """

    boxes: Float32Array
    number: Int64Array
    patches: Float32Array


_NOBODY = _Seen(
    np.empty((0, 4), np.float32), np.empty(0, np.int64), np.empty((0, PATCH, PATCH), np.float32)
)


class LastLooks:
    """The last look at each face of a video, frame by frame.

    A face follows the one of the frame before with which it overlaps most, and is compared with
    what that one's last look saw, however many frames ago: small changes add up until they count. A
    face that nobody precedes, as after a cut, is looked at.

    Parameters
    ----------
    threshold : float
        The largest change up to which a face is not looked at again, in grey levels, 0 to 255; see
        `largest_change`.
    """

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._shots = ShotDetector()
        self._before = _NOBODY
        self._next = 0

    def update(self, frames: Frames, faces: Faces, patches: Float32Array) -> Looks:
        """Tell what is looked at in the next frames of the video.

        Parameters
        ----------
        frames : Frames
            The frames.
        faces : Faces
            Their m faces, in the order of the frames.
        patches : float32 (m, PATCH, PATCH)
            What each looks like, see `patch_of`.
        """
        number, looked_at = np.empty(len(faces), np.int64), np.ones(len(faces), np.bool_)
        stops = np.searchsorted(faces.frame, frames.index, side="right").tolist()
        start = 0
        for stop, cut in zip(stops, self._shots.detect(frames.rgb).tolist(), strict=True):
            before = _NOBODY if cut else self._before
            rows = slice(start, stop)
            self._before, looked_at[rows] = self._look(before, faces.boxes[rows], patches[rows])
            number[rows] = self._before.number
            start = stop
        return Looks(number, looked_at)

    def _look(
        self, before: _Seen, boxes: Float32Array, patches: Float32Array
    ) -> tuple[_Seen, npt.NDArray[np.bool_]]:
        """The faces of the next frame, and which of them are looked at."""
        looked_at, number = np.ones(len(boxes), np.bool_), np.empty(len(boxes), np.int64)
        seen = patches.copy()
        for last, now in zip(*mutual_best_matches(before.boxes, boxes), strict=True):
            if largest_change(before.patches[last], patches[now]) <= self._threshold:
                looked_at[now] = False
                number[now], seen[now] = before.number[last], before.patches[last]
        n = int(looked_at.sum())
        number[looked_at] = self._next + np.arange(n)
        self._next += n
        return _Seen(boxes, number, seen), looked_at


def patch_of(grey: Float32Array) -> Float32Array:
    """The patch of a crop: its grey levels (side, side) made small by averaging, float32
    (PATCH, PATCH).
    """
    return np.asarray(cv2.resize(grey, (PATCH, PATCH), interpolation=cv2.INTER_AREA), np.float32)


def largest_change(a: Float32Array, b: Float32Array) -> float:
    """The mean absolute difference of two patches in the square that differs most, wherever it
    lies: a mouth that opens is seen, though most of the face is as it was.

    Parameters
    ----------
    a, b : float32 (PATCH, PATCH)
        Grey levels, 0 to 255.
    """
    total = cv2.integral(cv2.absdiff(a, b))  # of all that is above and to the left
    rows = total[SQUARE:] - total[:-SQUARE]
    squares = rows[:, SQUARE:] - rows[:, :-SQUARE]
    return float(squares.max()) / SQUARE**2

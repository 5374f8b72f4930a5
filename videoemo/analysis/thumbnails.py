"""The faces that stand for a video in its pictures: chosen while it streams by, in
bounded memory.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.tables.thumbnails import Thumbnail

__all__ = ["Portraits", "Thumbnails"]

# A face of `neutral` counts half: a plain expression is shown before a surer absence of one, a
# doubtful one is not.
NEUTRAL_WEIGHT = 0.5


class Thumbnails:
    """Keep, of each part of a video, the face that expresses something most clearly.

    Parameters
    ----------
    duration_seconds : float
        Length of the stretch of video to come, divided evenly into `slots` parts; 0 where there is
        no time (a picture), and then the clearest `slots` faces of all are kept.
    first : float, default=0.0
        The time in seconds at which that stretch begins; faces offered from outside it count to its
        first or last part.
    slots : int, default=8
        The most faces kept.
    side : int, default=84
        The side of a thumbnail in pixels.

    Raises
    ------
    ValueError
        A duration that is negative or no number.
    """

    def __init__(
        self, duration_seconds: float, *, first: float = 0.0, slots: int = 8, side: int = 84
    ) -> None:
        if not (math.isfinite(duration_seconds) and duration_seconds >= 0):
            raise ValueError(
                f"duration_seconds: expected a number of at least 0, got {duration_seconds}"
            )
        self._duration = duration_seconds
        self._first = first
        self._slots = slots
        self._side = side
        self._kept: dict[int, Thumbnail] = {}

    def offer(
        self, seconds: float, crop: npt.NDArray[np.uint8], label: str, probability: float
    ) -> None:
        """Keep the face if it is clearer than the one kept for its part of the video; the earlier
        one stays on a tie.

        Parameters
        ----------
        seconds : float
            The time of its frame.
        crop : uint8 (h, w, 3)
            RGB, of any size; its centre square is shown.
        label, probability : str, float
            Its most probable class.

        Raises
        ------
        ValueError
            A crop of another kind.
        """
        if crop.dtype != np.uint8 or crop.ndim != 3 or crop.shape[2] != 3 or 0 in crop.shape:
            raise ValueError(f"crop: expected uint8 (h, w, 3), got {crop.dtype} {crop.shape}")
        slot = self._slot(seconds)
        if slot not in self._kept or _clearness(label, probability) > self._clearness_of(slot):
            self._kept[slot] = Thumbnail(seconds, _square(crop, self._side), label, probability)

    def chosen(self) -> list[Thumbnail]:
        """The faces kept, sorted by time; of one time, in the order of their slots."""
        return sorted(
            (self._kept[slot] for slot in sorted(self._kept)),
            key=lambda thumbnail: thumbnail.seconds,
        )

    def _slot(self, seconds: float) -> int:
        if self._duration > 0:
            return min(
                max(int((seconds - self._first) / self._duration * self._slots), 0), self._slots - 1
            )
        if len(self._kept) < self._slots:
            return len(self._kept)
        return min(self._kept, key=self._clearness_of)

    def _clearness_of(self, slot: int) -> float:
        return _clearness(self._kept[slot].label, self._kept[slot].probability)


class Portraits:
    """Keep, of each person, the face that is seen best.

    Parameters
    ----------
    side : int, default=48
        The side of a portrait in pixels.
    """

    def __init__(self, *, side: int = 48) -> None:
        self._side = side
        self._kept: dict[int, tuple[float, npt.NDArray[np.uint8]]] = {}

    def offer(self, person: int, crop: npt.NDArray[np.uint8], clearness: float) -> None:
        """Keep the face if it is clearer than the one kept of the person; the earlier one stays on
        a tie.

        Parameters
        ----------
        person : int
            The track.
        crop : uint8 (h, w, 3)
            RGB, of any size; its centre square is shown.
        clearness : float
            The higher the better.
        """
        if person not in self._kept or clearness > self._kept[person][0]:
            self._kept[person] = clearness, _square(crop, self._side)

    def chosen(self) -> dict[int, npt.NDArray[np.uint8]]:
        """The faces, uint8 (side, side, 3), by person."""
        return {person: face for person, (_, face) in self._kept.items()}


def _clearness(label: str, probability: float) -> float:
    return probability * NEUTRAL_WEIGHT if label == "neutral" else probability


def _square(crop: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    height, width, _ = crop.shape
    least = min(height, width)
    top, left = (height - least) // 2, (width - least) // 2
    square = crop[top : top + least, left : left + least]
    how = cv2.INTER_AREA if least > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(square, (side, side), interpolation=how), np.uint8)

"""Thumbnails of each person, until it is known who is seen longest; in bounded memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.analysis.thumbnails import Thumbnails
from videoemo.tables.thumbnails import Thumbnail

__all__ = ["TrackThumbnails"]


class TrackThumbnails:
    """A gallery for each person who may still turn out to be the one seen longest.

    Who has not been seen for `wait` seconds is forgotten, but for the one of most faces so far.

    Parameters
    ----------
    duration_seconds, first : float
        As of `Gallery`.
    wait : float
        In seconds, the tracker's gap.
    """

    def __init__(self, duration_seconds: float, *, first: float, wait: float) -> None:
        self._duration, self._first, self._wait = duration_seconds, first, wait
        self._of: dict[int, Thumbnails] = {}
        self._faces: dict[int, int] = {}
        self._seen: dict[int, float] = {}

    def offer(
        self,
        track: int,
        seconds: float,
        crop: npt.NDArray[np.uint8],
        label: str,
        probability: float,
    ) -> None:
        """As `Gallery.offer`, a face of a person."""
        if track not in self._of:
            self._forget(seconds)
            self._of[track] = Thumbnails(self._duration, first=self._first)
        self._faces[track] = self._faces.get(track, 0) + 1
        self._seen[track] = seconds
        self._of[track].offer(seconds, crop, label, probability)

    def chosen(self, track: int) -> list[Thumbnail]:
        """The faces kept of a person, as `Gallery.chosen`; none of one who was forgotten."""
        return self._of[track].chosen() if track in self._of else []

    def _forget(self, seconds: float) -> None:
        gone = [track for track in self._of if seconds - self._seen[track] > self._wait]
        for track in sorted(gone, key=lambda track: (-self._faces[track], track))[1:]:
            del self._of[track], self._faces[track], self._seen[track]

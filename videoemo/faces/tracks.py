"""Persons: which faces of a video's frames are one person's."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.faces.appearance import Looks, looks, mixed, unlikeness
from videoemo.faces.association import pairs
from videoemo.faces.cuts import Cuts
from videoemo.faces.motion import Motion, born, moved, surprise, updated
from videoemo.faces.reunion import Album
from videoemo.records import Faces, Features, Frames

__all__ = ["Tracker"]

# What speaks against a person not seen before, in nats: that one comes, and that one known goes unseen, each about once in ten frames.
NEWCOMER = 5.0
# A face may be of any size from the smallest looked for to the whole frame: about 30 times, in which all sizes are alike (in logarithm).
SIZES = np.log(30)


@dataclass(frozen=True)
class _Known:
    """The n persons of a shot who may be seen again: number, place, looks, and when each was seen last."""

    track: npt.NDArray[np.int64]
    motion: Motion
    looks: Looks
    seconds: npt.NDArray[np.float64]

    def __getitem__(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> _Known:
        return _Known(self.track[chosen], self.motion[chosen], self.looks[chosen], self.seconds[chosen])

    def __add__(self, other: _Known) -> _Known:
        seconds = np.concatenate([self.seconds, other.seconds])
        return _Known(np.concatenate([self.track, other.track]), self.motion + other.motion, self.looks + other.looks, seconds)


@dataclass(frozen=True)
class _Seen:
    """m faces of some frames.

    Parameters
    ----------
    corner, centre : float64 (m, 2), the first corner and the centre, x and y in px.
    height : float64 (m,), px.
    alone : float64 (m,), what it costs to take each for somebody new, in nats.
    looks : of each.
    """

    corner: npt.NDArray[np.float64]
    centre: npt.NDArray[np.float64]
    height: npt.NDArray[np.float64]
    alone: npt.NDArray[np.float64]
    looks: Looks

    def __getitem__(self, chosen: slice | npt.NDArray[np.intp]) -> _Seen:
        return _Seen(self.corner[chosen], self.centre[chosen], self.height[chosen], self.alone[chosen], self.looks[chosen])


def _seen(faces: Faces, looks: Looks, *, area: int) -> _Seen:
    """Faces of frames of so many square pixels."""
    start, stop = faces.boxes[:, :2].astype(np.float64), faces.boxes[:, 2:].astype(np.float64)
    height = np.maximum(stop[:, 1] - start[:, 1], 1)
    return _Seen(start, (start + stop) / 2, height, np.log(area / height**2) + SIZES + NEWCOMER, looks)


class Tracker:
    """Give each face of a video, batch by batch, the number of its person.

    Persons are numbered from 0 as they appear, those of one frame from left to right. A face is the person's whose place, size, colours and vector
    make it most likely, all faces of a frame weighed together, or else somebody new's. What is kept is bounded: the persons seen within `gap`
    seconds and, with `reid`, the album's.

    Parameters
    ----------
    gap : seconds of the video for which a person who is not seen is waited for, 0 or more; a cut ends the wait.
    reid : least cosine, -1 to 1, at which a new face is taken for a person of an earlier shot; None: never. See `reunion.Album`.
    """

    def __init__(self, *, gap: float, reid: float | None = None) -> None:
        self._gap = gap
        self._cuts = Cuts()
        self._album = None if reid is None else Album(reid)
        self._known: _Known | None = None
        self._next = 0

    def follow(self, frames: Frames, faces: Faces, features: Features) -> npt.NDArray[np.int64]:
        """The persons of the faces found in the next frames of the video.

        Parameters
        ----------
        faces : m faces, those of a frame in any order.
        features : of the m faces.

        Returns
        -------
        int64 (m,).
        """
        order = np.argsort(faces.frame, kind="stable")
        faces, track = faces[order], np.empty(len(faces), np.int64)
        seen = _seen(faces, looks(frames, faces, features.embedding[order]), area=math.prod(frames.rgb.shape[1:3]))
        stops = np.searchsorted(faces.frame, frames.index, side="right").tolist()
        start = 0
        for stop, seconds, cut in zip(stops, frames.seconds.tolist(), self._cuts.of(frames.rgb).tolist(), strict=True):
            if cut and self._known is not None:
                self._leave(np.zeros(len(self._known.track), np.bool_))
            track[order[start:stop]] = self._frame(seen[start:stop], seconds)
            start = stop
        return track

    def _frame(self, seen: _Seen, seconds: float) -> npt.NDArray[np.int64]:
        n = len(seen.alone)
        if self._known is None:
            none = seen[:0]
            self._known = _Known(np.empty(0, np.int64), born(none.centre, none.height), none.looks, np.empty(0))
        self._leave(seconds - self._known.seconds <= self._gap)
        known = self._known
        since = np.maximum(seconds - known.seconds, 0)  # a damaged container's times may go back
        expected = moved(known.motion, since)
        costs = surprise(expected, since, seen.centre, seen.height) + unlikeness(known.looks, seen.looks)
        old, again = pairs(costs, seen.alone)

        track = np.empty(n, np.int64)
        track[again] = known.track[old]
        met, expected, then = seen[again], expected[old], since[old]
        now = _Known(track[again], updated(expected, then, met.centre, met.height), mixed(known.looks[old], met.looks), np.full(len(old), seconds))
        if len(old) < len(known.track):
            now += known[_others(len(known.track), old)]
        if len(old) < n:
            new = _others(n, again)
            new = new[np.lexsort((seen.corner[new, 1], seen.corner[new, 0]))]
            track[new] = self._numbers(seen.looks[new])
            now += _Known(track[new], born(seen.centre[new], seen.height[new]), seen.looks[new], np.full(len(new), seconds))
        self._known = now
        return track

    def _leave(self, stay: npt.NDArray[np.bool_]) -> None:
        """Wait no longer for the persons that do not stay."""
        if self._known is None or stay.all():
            return
        if self._album is not None:
            gone = self._known[~stay]
            self._album.keep(gone.track, gone.looks.vectors)
        self._known = self._known[stay]

    def _numbers(self, seen: Looks) -> npt.NDArray[np.int64]:
        """Of each newcomer, the number: that of a person of an earlier shot, if asked for and alike enough, or the next."""
        found = np.full(len(seen.vectors), -1, np.int64) if self._album is None else self._album.recognise(seen.vectors)
        fresh = found < 0
        found[fresh] = self._next + np.arange(int(fresh.sum()))
        self._next += int(fresh.sum())
        return found


def _others(n: int, chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The numbers from 0 to n - 1 that are not chosen, ascending."""
    left = np.ones(n, np.bool_)
    left[chosen] = False
    return np.flatnonzero(left)

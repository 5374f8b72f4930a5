"""Persons: which faces of a video's frames are one person's."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.appearance import Looks, looks, mixed, unlikeness, vectors
from videoemo.faces.association import pairs
from videoemo.faces.cuts import Cuts
from videoemo.faces.motion import Motion, born, joined, moved, surprise, updated
from videoemo.faces.reunion import Album
from videoemo.records import Faces, Features, Frames

__all__ = ["Tracker"]

# What speaks against a person not seen before, in nats: that one comes, and that one known goes unseen, each about once in ten frames.
NEWCOMER = 5.0
# A face may be of any size from the smallest looked for to the whole frame: about 30 times, in which all sizes are alike (in logarithm).
SIZES = math.log(30)


class _Known(NamedTuple):
    """The n persons of a shot who may be seen again: number, place now, looks, and when each was seen last."""

    track: npt.NDArray[np.int64]
    motion: Motion
    looks: Looks
    seconds: npt.NDArray[np.float64]

    def at(self, chosen: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> _Known:
        """Some of them."""
        return _Known(self.track[chosen], self.motion.at(chosen), self.looks[chosen], self.seconds[chosen])


class _Seen(NamedTuple):
    """m faces of some frames.

    Parameters
    ----------
    corner, centre : float64 (m, 2), the first corner and the centre, x and y in px.
    height : float64 (m,), px.
    looks : of each.
    """

    corner: npt.NDArray[np.float64]
    centre: npt.NDArray[np.float64]
    height: npt.NDArray[np.float64]
    looks: Looks

    def at(self, chosen: slice | npt.NDArray[np.intp]) -> _Seen:
        """Some of them."""
        return _Seen(self.corner[chosen], self.centre[chosen], self.height[chosen], self.looks[chosen])


def _seen(faces: Faces, looks: Looks) -> _Seen:
    start, stop = faces.boxes[:, :2].astype(np.float64), faces.boxes[:, 2:].astype(np.float64)
    return _Seen(start, (start + stop) / 2, np.maximum(stop[:, 1] - start[:, 1], 1), looks)


def _both(one: _Known, other: _Known) -> _Known:
    """All of them."""
    return _Known(
        np.concatenate([one.track, other.track]),
        joined(one.motion, other.motion),
        np.concatenate([one.looks, other.looks]),
        np.concatenate([one.seconds, other.seconds]),
    )


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
        self._now = 0.0  # seconds, of the frame before
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
        seen = _seen(faces, looks(frames, faces, features.embedding[order]))
        alone = math.log(math.prod(frames.rgb.shape[1:3])) + SIZES + NEWCOMER  # what it costs to take a face for somebody new, in nats
        stops = np.searchsorted(faces.frame, frames.index, side="right").tolist()
        start = 0
        for stop, seconds, cut in zip(stops, frames.seconds.tolist(), self._cuts.of(frames.rgb).tolist(), strict=True):
            if cut and self._known is not None:
                self._leave(np.zeros(len(self._known.track), np.bool_))
            track[order[start:stop]] = self._frame(seen.at(slice(start, stop)), seconds, alone)
            start = stop
        return track

    def _frame(self, seen: _Seen, seconds: float, alone: float) -> npt.NDArray[np.int64]:
        n = len(seen.height)
        if self._known is None:
            none = seen.at(slice(0))
            self._known = _Known(np.empty(0, np.int64), born(none.centre, none.height), none.looks, np.empty(0))
        self._leave(seconds - self._known.seconds <= self._gap)
        known, step = self._known, max(seconds - self._now, 0)  # a damaged container's times may go back
        self._now = seconds
        since = np.maximum(seconds - known.seconds, 0)
        expected = moved(known.motion, step)
        costs = surprise(expected, since, seen.centre, seen.height) + unlikeness(known.looks, seen.looks)
        old, again = pairs(costs, alone)

        track = np.empty(n, np.int64)
        track[again] = known.track[old]
        met = seen.at(again)
        motion = updated(expected.at(old), since[old], met.centre, met.height)
        now = _Known(track[again], motion, mixed(known.looks[old], met.looks), np.full(len(old), seconds))
        if len(old) < len(known.track):
            now = _both(now, known._replace(motion=expected).at(_others(len(known.track), old)))
        if len(old) < n:
            new = _others(n, again)
            new = new[np.lexsort((seen.corner[new, 1], seen.corner[new, 0]))]
            track[new] = self._numbers(seen.looks[new])
            now = _both(now, _Known(track[new], born(seen.centre[new], seen.height[new]), seen.looks[new], np.full(len(new), seconds)))
        self._known = now
        return track

    def _leave(self, stay: npt.NDArray[np.bool_]) -> None:
        """Wait no longer for the persons that do not stay."""
        if self._known is None or stay.all():
            return
        if self._album is not None:
            self._album.keep(self._known.track[~stay], vectors(self._known.looks[~stay]))
        self._known = self._known.at(stay)

    def _numbers(self, seen: Looks) -> npt.NDArray[np.int64]:
        """Of each newcomer, the number: that of a person of an earlier shot, if asked for and alike enough, or the next."""
        found = np.full(len(seen), -1, np.int64) if self._album is None else self._album.recognise(vectors(seen))
        fresh = found < 0
        found[fresh] = self._next + np.arange(int(fresh.sum()))
        self._next += int(fresh.sum())
        return found


def _others(n: int, chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The numbers from 0 to n - 1 that are not chosen, ascending."""
    left = np.ones(n, np.bool_)
    left[chosen] = False
    return np.flatnonzero(left)

"""Faces followed from frame to frame: whole frames are searched now and then, and those between near the faces found before and after.

What was found at both ends of a stretch is looked for on the way from one place to the other, what was found at one end where it was.
So a face that comes or goes within a stretch is found, unless it is there at neither end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.cascade import joined, search_everywhere, search_near
from videoemo.faces.nearby import Places
from videoemo.faces.networks import FloatArray, Networks
from videoemo.faces.search import Search
from videoemo.faces.suppression import of_union
from videoemo.records import Faces, Frames

__all__ = ["follow"]

# What O-Net takes for a face with at least this probability is looked for in the frames beside: it may be surer there.
DOUBTFUL = 0.1
# Seconds: times of frames are rounded to their container's clock.
CLOCK = 1e-3


def follow(batches: Iterable[Frames], *, networks: Networks, search: Search, full_search: float) -> Iterator[tuple[Frames, Faces]]:
    """The faces of a video's frames.

    Parameters
    ----------
    batches : of frames, in order; the faces do not depend on how they are batched.
    networks : P-, R- and O-Net.
    full_search : seconds; so long after a frame that was searched whole the next one is. The first and the last frame are, too.

    Yields
    ------
    Frames and their faces, as `find` gives them; the frames are all of those given, in order, in batches of their own.
    """
    stretch = _Stretch(networks, search, full_search)
    for batch in batches:
        if stretch.held and stretch.held[0].rgb.shape[1:] != batch.rgb.shape[1:]:
            yield from stretch.end()
            stretch = _Stretch(networks, search, full_search)
        yield from stretch.take(batch)
    yield from stretch.end()


class _Searched(NamedTuple):
    """A frame that was searched whole: its faces, the doubtful ones among them, and its time."""

    faces: Faces
    seconds: float


class _Stretch:
    """What came since the last frame that was searched whole."""

    def __init__(self, networks: Networks, search: Search, full_search: float) -> None:
        self.held: list[Frames] = []  # the frames after it
        self._last = _Searched(joined([]), -np.inf)
        self._networks, self._search, self._full_search = networks, search, full_search

    def take(self, batch: Frames) -> Iterator[tuple[Frames, Faces]]:
        """Add a batch; yield what can be told then."""
        self.held.append(batch)
        due = self._due(batch.seconds)
        if len(due):
            yield from self._tell(due)

    def end(self) -> Iterator[tuple[Frames, Faces]]:
        """What is left, whose last frame is searched whole."""
        if self.held:
            yield from self._tell(np.array([len(self.held[-1]) - 1]))

    def _due(self, seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
        """Which frames of a batch are to be searched whole."""
        due, last = [], self._last.seconds
        for i, now in enumerate(seconds.tolist()):
            if now - last >= self._full_search - CLOCK:
                due.append(i)
                last = now
        return np.array(due, np.intp)

    def _tell(self, due: npt.NDArray[np.intp]) -> Iterator[tuple[Frames, Faces]]:
        """The faces of all frames held, up to the last one of those of the last batch that are due; the rest is held."""
        *before, batch = self.held
        parts = [*before, batch[: due[-1] + 1]]
        self.held = [batch[due[-1] + 1 :]] if due[-1] + 1 < len(batch) else []
        pictures = [rgb for part in parts for rgb in part.rgb]
        index, seconds = (np.concatenate([getattr(part, name) for part in parts]) for name in ("index", "seconds"))
        stops = len(index) - 1 - due[-1] + due
        whole = self._search_whole([pictures[i] for i in stops], index[stops])
        ends = [self._last, *(_Searched(whole[whole.frame == index[stop]], float(seconds[stop])) for stop in stops)]
        self._last = ends[-1]
        starts = np.append(-1, stops[:-1])
        near = [
            _between(first, last, np.arange(start + 1, stop), seconds)
            for first, last, start, stop in zip(ends[:-1], ends[1:], starts, stops, strict=True)
        ]
        places = Places(*(np.concatenate(part) for part in zip(*near, strict=True)))
        sure = whole[whole.scores > self._search.thresholds[2]]
        found = joined([sure, search_near(pictures, index, places, self._networks, self._search)])
        for part in parts:
            here = np.flatnonzero((found.frame >= part.index[0]) & (found.frame <= part.index[-1]))
            yield part, found[here[np.argsort(found.frame[here], kind="stable")]]

    def _search_whole(self, pictures: list[npt.NDArray[np.uint8]], index: npt.NDArray[np.int64]) -> Faces:
        floor = min(DOUBTFUL, self._search.thresholds[2])
        return search_everywhere(pictures, index, self._networks, self._search, floor=floor)


def _between(first: _Searched, last: _Searched, frame: npt.NDArray[np.intp], seconds: npt.NDArray[np.float64]) -> Places:
    """Where faces are expected in the frames between two that were searched whole.

    Parameters
    ----------
    frame : (k,), the places of the frames.
    seconds : (n,), the times of all.
    """
    a, b = first.faces.boxes, last.faces.boxes
    i, j = _same(a, b)
    share = ((seconds[frame] - first.seconds) / (last.seconds - first.seconds)).astype(np.float32) if len(i) else np.empty(0, np.float32)
    moving = a[i] + share[:, None, None] * (b[j] - a[i]) if len(i) else np.empty((len(frame), 0, 4), np.float32)  # (k, pairs, 4)
    still = np.concatenate([np.delete(a, i, axis=0), np.delete(b, j, axis=0)])
    boxes = np.concatenate([moving, np.broadcast_to(still, (len(frame), *still.shape))], axis=1)  # (k, places, 4)
    return Places(boxes.reshape(-1, 4), np.repeat(frame, boxes.shape[1]))


def _same(a: FloatArray, b: FloatArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pairs of boxes of (n, 4) and (m, 4) that are each other's best match."""
    if not len(a) or not len(b):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    n, m = len(a), len(b)
    overlap = of_union(np.repeat(a, m, axis=0), np.tile(b, (n, 1))).reshape(n, m)
    best = overlap.argmax(axis=1)
    i = np.flatnonzero((overlap.argmax(axis=0)[best] == np.arange(n)) & (overlap.max(axis=1) > 0))
    return i, best[i]

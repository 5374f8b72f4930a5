"""Faces followed from frame to frame: whole frames are searched now and then, and those between near the faces found before and after.

What was found at both ends of a stretch is looked for on the way from one place to the other, what was found at one end where it was.
So a face that comes or goes within a stretch is found, unless it is there at neither end.
"""

from __future__ import annotations

import itertools
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

__all__ = ["Searched", "search_between", "search_now_and_then"]

# What O-Net takes for a face with at least this probability is looked for in the frames beside: it may be surer there.
DOUBTFUL = 0.2
# Seconds: times of frames are rounded to their container's clock.
CLOCK = 1e-3


class Searched(NamedTuple):
    """Some frames, of which some were searched whole.

    Parameters
    ----------
    frames : n of them.
    whole : rising places of those that were searched, intp (k,).
    faces : theirs, the doubtful ones among them.
    last : whether no more frames come of this size; its last frame was searched then.
    """

    frames: Frames
    whole: npt.NDArray[np.intp]
    faces: Faces
    last: bool


def search_now_and_then(batches: Iterable[Frames], *, networks: Networks, search: Search, full_search: float) -> Iterator[Searched]:
    """The first step of following: whole frames are searched now and then.

    Parameters
    ----------
    batches : of a video's frames, in order.
    networks : P-, R- and O-Net.
    full_search : seconds; so long after a frame that was searched whole the next one is. The first and the last frame are, too.
    """
    floor, when = min(DOUBTFUL, search.thresholds[2]), -np.inf
    for batch, last in _with_ends(batches):
        whole = []
        for i, now in enumerate(batch.seconds.tolist()):
            if now - when >= full_search - CLOCK or (last and i == len(batch) - 1):
                whole.append(i)
                when = now
        faces = search_everywhere([batch.rgb[i] for i in whole], batch.index[whole], networks, search, floor=floor)
        yield Searched(batch, np.array(whole, np.intp), faces, last)
        if last:
            when = -np.inf


def search_between(parts: Iterable[Searched], *, networks: Networks, search: Search) -> Iterator[tuple[Frames, Faces]]:
    """The second step: the frames between are searched near the faces found before and after.

    Yields
    ------
    All the frames, in order, in batches of their own, and their faces, as `find` gives them.
    """
    before, held = _End(joined([]), -np.inf), list[Frames]()
    for part in parts:
        if len(part.whole):
            stop = int(part.whole[-1]) + 1
            ends = [_End(part.faces[part.faces.frame == part.frames.index[i]], float(part.frames.seconds[i])) for i in part.whole]
            together = [*held, part.frames[:stop]]
            near = _near(together, [before, *ends], networks, search)
            found = joined([part.faces[part.faces.scores > search.thresholds[2]], near])
            for frames in together:
                here = np.flatnonzero((found.frame >= frames.index[0]) & (found.frame <= frames.index[-1]))
                yield frames, found[here[np.argsort(found.frame[here], kind="stable")]]
            before, held = ends[-1], [part.frames[stop:]] if stop < len(part.frames) else []
        else:
            held.append(part.frames)
        if part.last:
            before = _End(joined([]), -np.inf)


class _End(NamedTuple):
    """A frame that was searched whole: its faces, the doubtful ones among them, and its time."""

    faces: Faces
    seconds: float


def _with_ends(batches: Iterable[Frames]) -> Iterator[tuple[Frames, bool]]:
    """Each batch, and whether the next one has another size, or there is none."""
    held: Frames | None = None
    for batch in batches:
        if held is not None:
            yield held, held.rgb.shape[1:] != batch.rgb.shape[1:]
        held = batch
    if held is not None:
        yield held, True


def _near(together: list[Frames], ends: list[_End], networks: Networks, search: Search) -> Faces:
    """The faces of the frames between ends; the last frame is the last end's."""
    pictures = [rgb for frames in together for rgb in frames.rgb]
    index, seconds = (np.concatenate([getattr(frames, name) for frames in together]) for name in ("index", "seconds"))
    stretches = [
        _between(first, last, np.flatnonzero((seconds > first.seconds) & (seconds < last.seconds)), seconds)
        for first, last in itertools.pairwise(ends)
    ]
    return search_near(pictures, index, Places(*(np.concatenate(part) for part in zip(*stretches, strict=True))), networks, search)


def _between(first: _End, last: _End, frame: npt.NDArray[np.intp], seconds: npt.NDArray[np.float64]) -> Places:
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

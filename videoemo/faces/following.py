"""Faces followed from frame to frame: whole frames are searched now and then, and those between near the faces found before and after.

What was found at both ends of a stretch is looked for on the way from one place to the other, what was found at one end where it was.
So a face that comes or goes within a stretch is found, unless it is there at neither end.

Which frames are searched whole (`now_and_then`) and where faces are expected in the others (`between`) is said here; the searches themselves
(`search_whole`, `search_stretch`) depend on nothing but what they are given, and may be done elsewhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from videoemo.faces.cascade import joined, search_everywhere, search_near
from videoemo.faces.nearby import Places
from videoemo.faces.networks import Networks
from videoemo.faces.overlap import partners
from videoemo.faces.search import Search
from videoemo.records import Faces, Frames

__all__ = ["Planned", "Stretch", "Whole", "between", "now_and_then", "search_stretch", "search_whole"]

# What O-Net takes for a face with at least this probability is looked for in the frames beside: it may be surer there.
DOUBTFUL = 0.2
# Seconds: times of frames are rounded to their container's clock.
CLOCK = 1e-3
# Pixels of the frames of a stretch that goes beyond one part: six of 1080p, 54 of 360p. More at a time is no faster.
MAX_PIXELS = 3 << 22
# Where no more than so many are still to come, stretches are short, so that all who look at them are done at about the same time.
ENDING_PIXELS = 1 << 23
LAST_PIXELS = 1 << 21


class Whole(NamedTuple):
    """Some frames, and the rising places of those that are to be searched whole, intp (k,), one or more."""

    frames: Frames
    places: npt.NDArray[np.intp]


class Planned(NamedTuple):
    """Some frames, of which some are to be searched whole.

    Parameters
    ----------
    before : frames of which none is.
    whole : those after them.
    last : whether no more frames come of this size; the last of `whole` is searched then.
    n_left : how many frames are still to come, at most.
    """

    before: tuple[Frames, ...]
    whole: Whole
    last: bool
    n_left: int


class Stretch(NamedTuple):
    """Frames of which it is known where faces may be.

    Parameters
    ----------
    parts : n frames in all, one after the other.
    found : faces of those that were searched whole.
    places : where faces are expected in the others; `places.frame` counts through the n.
    """

    parts: tuple[Frames, ...]
    found: Faces
    places: Places


def now_and_then(batches: Iterable[Frames], *, full_search: float, n_frames: int) -> Iterator[Planned]:
    """The first step of following: which frames are searched whole.

    Parameters
    ----------
    batches : of a video's frames, in order.
    full_search : seconds; so long after a frame that was searched whole the next one is. The first and the last frame are, too.
    n_frames : how many frames come, at most.
    """
    when, before, n_left = -np.inf, list[Frames](), n_frames
    for frames, last in _with_ends(batches):
        n_left -= len(frames)
        places = []
        for i, now in enumerate(frames.seconds.tolist()):
            if now - when >= full_search - CLOCK or (last and i == len(frames) - 1):
                places.append(i)
                when = now
        if places:
            yield Planned(tuple(before), Whole(frames, np.array(places, np.intp)), last, n_left)
            before = []
        else:
            before.append(frames)
        if last:
            when = -np.inf


def search_whole(whole: Whole, *, networks: Networks, search: Search) -> Faces:
    """The faces of the frames that are to be searched whole, the doubtful ones among them."""
    frames, places = whole
    floor = min(DOUBTFUL, search.thresholds[2])
    return search_everywhere([frames.rgb[i] for i in places], frames.index[places], networks, search, floor=floor)


def between(searched: Iterable[tuple[Planned, Faces]], *, threshold: float) -> Iterator[Stretch]:
    """The second step: where faces are expected in the frames between those that were searched whole.

    Parameters
    ----------
    searched : what was planned, in order, with what `search_whole` found in it.
    threshold : the last of `Search.thresholds`: what is surer is a face.

    Yields
    ------
    All the frames, in order, in parts of their own.
    """
    end, held = _End(joined([]), -np.inf), list[Frames]()
    for (before, (frames, whole), last, n_left), faces in searched:
        stop = int(whole[-1]) + 1
        ends = [_End(faces[faces.frame == frames.index[i]], float(frames.seconds[i])) for i in whole]
        parts = [*held, *before, frames[:stop]]
        ending = last or n_left * _pixels(frames) <= ENDING_PIXELS
        if ending:
            parts = [piece for part in parts for piece in _pieces(part)]
        most = LAST_PIXELS if ending else MAX_PIXELS
        yield from _stretches(parts, faces[faces.scores > threshold], _expected(parts, [end, *ends]), most=most)
        held = [frames[stop:]] if stop < len(frames) else []
        end = _End(joined([]), -np.inf) if last else ends[-1]


def search_stretch(stretch: Stretch, *, networks: Networks, search: Search) -> list[Faces]:
    """The faces of each part of a stretch, as `find` gives them."""
    pictures = [rgb for part in stretch.parts for rgb in part.rgb]
    index = np.concatenate([part.index for part in stretch.parts])
    faces = joined([stretch.found, search_near(pictures, index, stretch.places, networks, search)])
    here = [np.flatnonzero((faces.frame >= part.index[0]) & (faces.frame <= part.index[-1])) for part in stretch.parts]
    return [faces[chosen[np.argsort(faces.frame[chosen], kind="stable")]] for chosen in here]


class _End(NamedTuple):
    """A frame that was searched whole: its faces, the doubtful ones among them, and its time."""

    faces: Faces
    seconds: float


def _stretches(parts: list[Frames], found: Faces, places: Places, *, most: int) -> Iterator[Stretch]:
    """Parts of one size with what is known of them, as many together as have no more than so many pixels."""
    some: list[Frames] = []
    start = 0
    for part in parts:
        n = sum(map(len, some))
        if some and (n + len(part)) * _pixels(part) > most:
            yield _stretch(some, found, places, start=start)
            some, start = [], start + n
        some.append(part)
    yield _stretch(some, found, places, start=start)


def _pixels(frames: Frames) -> int:
    """Of one frame."""
    height, width = frames.rgb.shape[1:3]
    return int(height * width)


def _pieces(frames: Frames) -> Iterator[Frames]:
    """Some frames in short pieces."""
    length = max(1, LAST_PIXELS // max(1, _pixels(frames)))
    for start in range(0, len(frames), length):
        yield frames[start : start + length]


def _stretch(parts: list[Frames], found: Faces, places: Places, *, start: int) -> Stretch:
    """Some parts, and what of all is theirs; `places.frame` counts their frames from `start`."""
    here = np.flatnonzero((places.frame >= start) & (places.frame < start + sum(map(len, parts))))
    theirs = np.flatnonzero((found.frame >= parts[0].index[0]) & (found.frame <= parts[-1].index[-1]))
    return Stretch(tuple(parts), found[theirs], Places(places.boxes[here], places.frame[here] - start))


def _with_ends(batches: Iterable[Frames]) -> Iterator[tuple[Frames, bool]]:
    """All frames, and whether they are the last of their size. Only the last frame of a batch waits for the next batch, which tells."""
    held: Frames | None = None
    for batch in batches:
        if held is not None:
            yield held, held.rgb.shape[1:] != batch.rgb.shape[1:]
        if len(batch) > 1:
            yield batch[:-1], False
        held = batch[-1:]
    if held is not None:
        yield held, True


def _expected(parts: list[Frames], ends: list[_End]) -> Places:
    """Where faces are expected in the frames between ends; the last frame is the last end's."""
    seconds = np.concatenate([part.seconds for part in parts])
    stretches = [
        _between(first, last, np.flatnonzero((seconds > first.seconds) & (seconds < last.seconds)), seconds)
        for first, last in itertools.pairwise(ends)
    ]
    return Places(*(np.concatenate(part) for part in zip(*stretches, strict=True)))


def _between(first: _End, last: _End, frame: npt.NDArray[np.intp], seconds: npt.NDArray[np.float64]) -> Places:
    """Where faces are expected in the frames between two that were searched whole.

    Parameters
    ----------
    frame : (k,), the places of the frames.
    seconds : (n,), the times of all.
    """
    a, b = first.faces.boxes, last.faces.boxes
    i, j = partners(a, b)
    share = ((seconds[frame] - first.seconds) / (last.seconds - first.seconds)).astype(np.float32) if len(i) else np.empty(0, np.float32)
    moving = a[i] + share[:, None, None] * (b[j] - a[i]) if len(i) else np.empty((len(frame), 0, 4), np.float32)  # (k, pairs, 4)
    still = np.concatenate([np.delete(a, i, axis=0), np.delete(b, j, axis=0)])
    boxes = np.concatenate([moving, np.broadcast_to(still, (len(frame), *still.shape))], axis=1)  # (k, places, 4)
    return Places(boxes.reshape(-1, 4), np.repeat(frame, boxes.shape[1]))

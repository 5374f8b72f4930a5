"""Faces in frames by MTCNN: P-Net everywhere or near some places, R- and O-Net, over parts of bounded size, and the order of what comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from videoemo.faces.nearby import Places, propose_near, rectangles
from videoemo.faces.networks import Networks
from videoemo.faces.pooling import Tables, summed
from videoemo.faces.search import ORDERS, Search
from videoemo.faces.selection import areas
from videoemo.faces.stages import Candidates, confirm, contend, propose, refine
from videoemo.records import Faces, Frames

__all__ = ["find", "joined", "search_everywhere", "search_near"]

# Pixels looked at together: 32 MB of summed-area tables, one frame of 1080p, nine of 360p; more does not fit a processor's cache.
MAX_PIXELS = 1 << 21

Pictures = Sequence[npt.NDArray[np.uint8]]


def find(
    frames: Frames,
    *,
    networks: Networks,
    min_face: float = 40,
    thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7),
    factor: float = 0.709,
    order: str = "size",
) -> Faces:
    """Find the faces in some frames, each searched whole.

    Parameters
    ----------
    frames : any number of frames: memory stays bounded, and the faces of a frame do not depend on the others.
    networks : P-, R- and O-Net.
    min_face, thresholds, factor, order : see `Search`.

    Returns
    -------
    Faces, in the order of the frames; boxes end at the edge of the frame; `crops` is None.

    Raises
    ------
    InputError : an argument out of range.
    """
    return search_everywhere(list(frames.rgb), frames.index, networks, Search(min_face, thresholds, factor, order))


def search_everywhere(pictures: Pictures, index: npt.NDArray[np.int64], networks: Networks, search: Search, *, floor: float | None = None) -> Faces:
    """The faces of whole pictures.

    Parameters
    ----------
    pictures : uint8 (h, w, 3), all of one size.
    index : int64 (n,), the frame each is of.
    floor : in place of the last threshold.
    """
    if not len(pictures):
        return joined([])
    height, width, _ = pictures[0].shape
    scales = search.scales(width=width, height=height)
    n_together = max(1, MAX_PIXELS // max(1, height * width))
    found = []
    for start in range(0, len(pictures) if scales else 0, n_together):
        tables = summed(pictures[start : start + n_together])
        candidates = propose(tables, pnet=networks.pnet, scales=scales, threshold=search.thresholds[0])
        found.append(_judged(tables, candidates, index[start : start + n_together], networks, search, floor))
    return joined(found)


def search_near(pictures: Pictures, index: npt.NDArray[np.int64], places: Places, networks: Networks, search: Search) -> Faces:
    """The faces of pictures near some places, by rising `places.frame`; everywhere else there are none."""
    found = []
    for part in _parts(pictures, places):
        height, width, _ = pictures[0].shape
        scales = search.scales(width=width, height=height)
        tables = summed(pictures, rectangles=rectangles(part, width=width, height=height), picture=part.frame)
        candidates = propose_near(tables, part, pnet=networks.pnet, scales=scales, threshold=search.thresholds[0])
        found.append(_judged(tables, candidates, index, networks, search, None))
    return joined(found)


def joined(parts: Sequence[Faces]) -> Faces:
    """Faces one after the other."""
    none = Faces(np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty((0, 5, 2), np.float32), np.empty(0, np.int64))
    parts = [none, *parts]
    return Faces(
        boxes=np.concatenate([part.boxes for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
        landmarks=np.concatenate([part.landmarks for part in parts]),
        frame=np.concatenate([part.frame for part in parts]),
    )


def _judged(tables: Tables, candidates: Candidates, index: npt.NDArray[np.int64], networks: Networks, search: Search, floor: float | None) -> Faces:
    candidates = refine(tables, candidates, rnet=networks.rnet, threshold=search.thresholds[1])
    threshold = search.thresholds[2] if floor is None else floor
    if networks.rough_onet is not None:
        candidates = contend(tables, candidates, onet=networks.rough_onet, threshold=threshold)
    (boxes, scores, place, _), landmarks = confirm(tables, candidates, onet=networks.onet, threshold=threshold)
    boxes = np.clip(boxes, 0, np.array([tables.width, tables.height] * 2, np.float32))
    faces = Faces(boxes, scores, landmarks, index[place])
    ranked = np.lexsort((-ORDERS[search.order](faces), place))
    return faces[ranked[areas(faces)[ranked] > 0]]


def _parts(pictures: Pictures, places: Places) -> Iterator[Places]:
    """The places of some frames at a time, so that what is looked at of them together has a bounded size."""
    if not len(places.frame):
        return
    height, width, _ = pictures[0].shape
    left, top, right, bottom = rectangles(places, width=width, height=height).T
    first = np.unique(places.frame, return_index=True)[1]
    pixels = np.add.reduceat((right - left) * (bottom - top), first)  # of each frame
    so_far, start = 0, 0
    for n, begin in zip(pixels.tolist(), first.tolist(), strict=True):
        if so_far and so_far + n > MAX_PIXELS:
            yield Places(places.boxes[start:begin], places.frame[start:begin])
            so_far, start = 0, begin
        so_far += n
    yield Places(places.boxes[start:], places.frame[start:])

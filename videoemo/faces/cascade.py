"""Faces in frames by MTCNN: P-Net everywhere or near some places, R- and O-Net, and the order of what comes out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from videoemo.faces.nearby import Places, astray, propose_near
from videoemo.faces.networks import IntArray, Networks
from videoemo.faces.overlap import partners
from videoemo.faces.pooling import Pictures
from videoemo.faces.search import ORDERS, Search
from videoemo.faces.selection import areas
from videoemo.faces.stages import Candidates, confirm, contend, look, propose, refine
from videoemo.records import Faces, Frames

__all__ = ["find", "joined", "search_everywhere", "search_near"]

# Pixels of frames searched whole together, one frame of 1080p, nine of 360p; more is no faster.
MAX_PIXELS = 1 << 21


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


def search_everywhere(pictures: Pictures, index: IntArray, networks: Networks, search: Search, *, floor: float | None = None) -> Faces:
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
        some = pictures[start : start + n_together]
        candidates = propose(some, pnet=networks.pnet, scales=scales, threshold=search.thresholds[0])
        found.append(_judged(some, candidates, index[start : start + n_together], networks, search, floor))
    return joined(found)


def search_near(pictures: Pictures, index: IntArray, places: Places, networks: Networks, search: Search) -> Faces:
    """The faces of pictures, numbered by the rising `index`, near some places; everywhere else there are none.

    What is found away from where it was expected is looked for once more, about where it was found.
    """
    if not len(places.frame):
        return joined([])
    faces = _near(pictures, index, places, networks, search)
    found = Places(faces.boxes, np.searchsorted(index, faces.frame))
    away = np.flatnonzero(astray(found, places))
    if not len(away):
        return faces
    around = Places(found.boxes[away], found.frame[away])
    faces = _renewed(faces, away, _near(pictures, index, around, networks, search))
    return _ranked(faces, faces.frame, search)


def _near(pictures: Pictures, index: IntArray, places: Places, networks: Networks, search: Search) -> Faces:
    height, width, _ = pictures[0].shape
    scales = search.scales(width=width, height=height)
    candidates = propose_near(pictures, places, pnet=networks.pnet, scales=scales, threshold=search.thresholds[0])
    return _judged(pictures, candidates, index, networks, search, None)


def _renewed(faces: Faces, away: npt.NDArray[np.intp], again: Faces) -> Faces:
    """The faces, those `away` as they were found on a second look, where that shows them."""
    chosen = np.arange(len(faces))
    for frame in np.unique(faces.frame[away]):
        old, new = away[faces.frame[away] == frame], np.flatnonzero(again.frame == frame)
        i, j = partners(faces.boxes[old], again.boxes[new])
        chosen[old[i]] = len(faces) + new[j]
    return joined([faces, again])[chosen]


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


def _judged(pictures: Pictures, candidates: Candidates, index: IntArray, networks: Networks, search: Search, floor: float | None) -> Faces:
    candidates = refine(pictures, candidates, rnet=networks.rnet, threshold=search.thresholds[1])
    threshold = search.thresholds[2] if floor is None else floor
    seen = look(pictures, candidates)
    if networks.rough_onet is not None:
        seen = contend(seen, onet=networks.rough_onet, threshold=threshold)
    (boxes, scores, place), landmarks = confirm(seen, onet=networks.onet, threshold=threshold)
    height, width, _ = pictures[0].shape
    boxes = np.clip(boxes, 0, np.array([width, height] * 2, np.float32))
    there = _ranked(Faces(boxes, scores, landmarks, index[place]), place, search)
    return there[areas(there) > 0]


def _ranked(faces: Faces, place: IntArray, search: Search) -> Faces:
    """By rising place of the frame, in each by the order asked for."""
    return faces[np.lexsort((-ORDERS[search.order](faces), place))]

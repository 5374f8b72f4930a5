"""Re-identification by a network that knows persons, run on as few faces as will do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from videoemo.faces.tracking.appearance import Appearance
from videoemo.faces.tracking.reid import MAX_TRACKS, number_new, recognise
from videoemo.records import Faces, Frames

__all__ = ["Identifier", "Identity", "IdentityGallery"]

Crop = npt.NDArray[np.uint8]

# A track keeps its 1st, 4th, 16th, 64th ... face: different moments, and of an hour no more than
# nine.
_STEP = 4


class Identifier(Protocol):
    """A network that knows persons.

    Attributes
    ----------
    length : int
        Of an embedding.
    """

    @property
    def length(self) -> int: ...

    def crop(self, frames: Frames, faces: Faces) -> Sequence[Crop]:
        """Crops of m faces as the network wants them, uint8 (h, w, 3), which may be kept."""

    def embed(self, crops: Sequence[Crop]) -> npt.NDArray[np.float64]:
        """Their embeddings, (m, d), rows of length 1."""


class Identity(NamedTuple):
    """What is known of who the person of a track is.

    Parameters
    ----------
    n_faces : int
        How many faces were embedded.
    embedding : float64 (d,)
        The direction of the mean of their embeddings, of length 1.
    """

    n_faces: int
    embedding: npt.NDArray[np.float64]


@dataclass
class _Person:
    """The person of a track: how often seen, the crops not embedded yet, the sum of the others."""

    n_seen: int = 0
    next_kept: int = _STEP  # the first face of a track is kept in any case
    crops: list[Crop] = field(default_factory=list)
    n_embedded: int = 0
    total: npt.NDArray[np.float64] | None = None

    def add(self, embeddings: npt.NDArray[np.float64]) -> None:
        """Add the embeddings of some faces."""
        self.n_embedded += len(embeddings)
        self.total = embeddings.sum(axis=0) + (0 if self.total is None else self.total)

    def identity(self) -> Identity:
        """What is known, once all kept faces were embedded."""
        assert self.total is not None
        length = max(float(np.linalg.norm(self.total)), np.finfo(float).tiny)
        return Identity(self.n_embedded, self.total / length)


class IdentityGallery:
    """Gallery of persons whose tracks ended, who are recognised by a network of its own.

    The network runs only when somebody may have come back: when a face begins a track and some
    track has ended. Then that face is embedded and, once for each track that ended, the few of its
    faces that were kept. In a shot that nobody leaves it never runs.

    Parameters
    ----------
    min_cosine : float
        The least cosine, -1 to 1, of a face's embedding and a person's at which they are taken for
        the same person's.
    identifier : Identifier
        The network.
    """

    def __init__(self, min_cosine: float, identifier: Identifier) -> None:
        self._min_cosine = min_cosine
        self._identifier = identifier
        self._persons: dict[int, _Person] = {}
        self._ended: list[int] = []

    def begin(
        self, frames: Frames, faces: Faces, appearance: Appearance, *, free: int
    ) -> npt.NDArray[np.int64]:
        """Number the tracks that new faces begin; who is recognised leaves the gallery."""
        crops = self._identifier.crop(frames, faces)
        if not (crops and self._ended):
            numbers = number_new(np.full(len(crops), -1, np.int64), free)
            for number, crop in zip(numbers.tolist(), crops, strict=True):
                self._see(number).crops.append(crop)
            return numbers
        known = np.stack([one.embedding for one in self.identities(self._ended)])
        new = self._identifier.embed(crops)
        found = np.full(len(crops), -1, np.int64)
        ended, faces_found = recognise(known, new, self._min_cosine)
        found[faces_found] = np.array(self._ended)[ended]
        numbers = number_new(found, free)
        for number, embedding in zip(numbers.tolist(), new, strict=True):
            self._see(number).add(embedding[None])
        self._ended = [number for number in self._ended if number not in set(found.tolist())]
        return numbers

    def follow(self, frames: Frames, faces: Faces, track: npt.NDArray[np.int64]) -> None:
        """Keep the faces of active tracks whose turn it is."""
        kept = []
        for face, number in enumerate(track.tolist()):
            person = self._see(number)
            if person.n_seen == person.next_kept:
                kept.append((face, person))
        if not kept:
            return
        rows, persons = zip(*kept, strict=True)
        crops = self._identifier.crop(frames, faces[np.array(rows)])
        for person, crop in zip(persons, crops, strict=True):
            person.crops.append(crop)
            person.next_kept *= _STEP

    def end(self, track: npt.NDArray[np.int64], appearance: Appearance) -> None:
        """Add tracks that ended."""
        self._ended = [*self._ended, *track.tolist()][-MAX_TRACKS:]

    @property
    def length(self) -> int:
        """Length of an embedding."""
        return self._identifier.length

    def identities(self, numbers: Iterable[int]) -> list[Identity]:
        """Identities of the persons of some tracks; what they have kept is embedded at once."""
        persons = [self._persons[number] for number in numbers]
        waiting = [person for person in persons if person.crops]
        if waiting:
            embedded = self._identifier.embed([crop for one in waiting for crop in one.crops])
            start = 0
            for person in waiting:
                stop = start + len(person.crops)
                person.add(embedded[start:stop])
                person.crops, start = [], stop
        return [person.identity() for person in persons]

    def _see(self, number: int) -> _Person:
        person = self._persons.setdefault(number, _Person())
        person.n_seen += 1
        return person

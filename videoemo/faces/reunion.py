"""Persons of earlier shots, recognised by their faces' vectors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.faces.association import pairs

__all__ = ["Album"]

# As many persons are remembered, those who left last; more would only be taken for one another.
MOST = 256


class Album:
    """Remember the vectors of persons who left, and recognise them.

    An extractor of expressions is trained to tell expressions apart and to overlook who shows them: two smiling persons may be more alike to it than
    one person smiling and sad. On the labelled clip of tests/data eval/tracking.py prints how far the cosines of one person's faces and of different
    persons' overlap. Expect wrong reunions in groups; a face-identification network as extractor would do better.

    Parameters
    ----------
    least : cosine, -1 to 1, from which two vectors are taken for one person's.
    """

    def __init__(self, least: float) -> None:
        self._least = least
        self._track = np.empty(0, np.int64)
        self._vectors: npt.NDArray[np.float64] | None = None

    def keep(self, track: npt.NDArray[np.int64], vectors: npt.NDArray[np.float64]) -> None:
        """Remember n persons, by number (n,) and vector (n, d) of length 1."""
        known = vectors[:0] if self._vectors is None else self._vectors
        self._track = np.concatenate([self._track, track])[-MOST:]
        self._vectors = np.concatenate([known, vectors])[-MOST:]

    def recognise(self, vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """The number of each of m faces' persons, who then are no longer in the album; -1 for those not in it."""
        found = np.full(len(vectors), -1, np.int64)
        if self._vectors is None:
            return found
        old, again = pairs(1 - self._vectors @ vectors.T, float(np.nextafter(1 - self._least, np.inf)))
        found[again] = self._track[old]
        stay = np.setdiff1d(np.arange(len(self._track)), old)
        self._track, self._vectors = self._track[stay], self._vectors[stay]
        return found

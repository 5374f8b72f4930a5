"""Re-identification of persons of earlier shots by their embeddings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.faces.tracking.assignment import assign

__all__ = ["ReidGallery"]

# The most tracks that are kept, those that ended last; more would only be confused.
MAX_TRACKS = 256


class ReidGallery:
    """Gallery of the embeddings of tracks that ended, for re-identification.

    An extractor of expressions is trained to distinguish expressions whoever shows them: two
    smiling persons may be more alike to it than one person smiling and sad. On the labelled clip of
    tests/data eval/tracking.py prints how far the cosines of one person's faces and of different
    persons' overlap. Expect wrong matches in groups; a face-identification network as extractor
    would do better.

    Parameters
    ----------
    min_cosine : float
        The least cosine, -1 to 1, at which two embeddings are taken for one person's.
    """

    def __init__(self, min_cosine: float) -> None:
        self._min_cosine = min_cosine
        self._track = np.empty(0, np.int64)
        self._embeddings: npt.NDArray[np.float64] | None = None

    def add(self, track: npt.NDArray[np.int64], embeddings: npt.NDArray[np.float64]) -> None:
        """Add tracks that ended.

        Parameters
        ----------
        track : int64 (n,)
            Their numbers.
        embeddings : float64 (n, d)
            Rows of length 1.
        """
        known = embeddings[:0] if self._embeddings is None else self._embeddings
        self._track = np.concatenate([self._track, track])[-MAX_TRACKS:]
        self._embeddings = np.concatenate([known, embeddings])[-MAX_TRACKS:]

    def match(self, embeddings: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Match faces with tracks of the gallery; those matched leave it.

        Parameters
        ----------
        embeddings : float64 (m, d)
            Of the faces, rows of length 1.

        Returns
        -------
        int64 (m,)
            The number of each face's track; -1 without a match.
        """
        found = np.full(len(embeddings), -1, np.int64)
        if self._embeddings is None:
            return found
        unmatched_cost = float(np.nextafter(1 - self._min_cosine, np.inf))
        tracks, faces = assign(1 - self._embeddings @ embeddings.T, unmatched_cost)
        found[faces] = self._track[tracks]
        rest = np.setdiff1d(np.arange(len(self._track)), tracks)
        self._track, self._embeddings = self._track[rest], self._embeddings[rest]
        return found

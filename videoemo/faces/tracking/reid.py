"""Re-identification: who of the persons whose tracks have ended has come back."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from videoemo.faces.tracking.appearance import Appearance, embeddings_of
from videoemo.faces.tracking.assignment import assign
from videoemo.records import Faces, Frames

__all__ = ["MAX_TRACKS", "AppearanceGallery", "Reid", "number_new", "recognise"]

# The most tracks that are kept, those that ended last; more would only be confused.
MAX_TRACKS = 256


class Reid(Protocol):
    """Re-identifies persons whose tracks have ended."""

    def begin(
        self, frames: Frames, faces: Faces, appearance: Appearance, *, free: int
    ) -> npt.NDArray[np.int64]:
        """Number the tracks that new faces begin.

        Parameters
        ----------
        frames : Frames
            Every frame that `faces.frame` names.
        faces : Faces
            m faces of one frame.
        appearance : float64 (m, 64 + d)
            Theirs.
        free : int
            The next number that no track has.

        Returns
        -------
        int64 (m,)
            The number of the ended track of the same person, which goes on; where there is none,
            the next free one.
        """

    def follow(self, frames: Frames, faces: Faces, track: npt.NDArray[np.int64]) -> None:
        """Note further faces of active tracks.

        Parameters
        ----------
        frames : Frames
            Every frame that `faces.frame` names.
        faces : Faces
            m faces of one frame.
        track : int64 (m,)
            The numbers of their tracks.
        """

    def end(self, track: npt.NDArray[np.int64], appearance: Appearance) -> None:
        """Note tracks that have ended.

        Parameters
        ----------
        track : int64 (n,)
            Their numbers.
        appearance : float64 (n, 64 + d)
            Theirs.
        """


class AppearanceGallery:
    """Gallery of the extractor's embeddings of tracks that ended.

    An extractor of expressions is trained to distinguish expressions whoever shows them: two
    smiling persons may be more alike to it than one person smiling and sad. On labelled clips
    eval/tracking.py prints how far the cosines of one person's faces and of different persons'
    overlap, beside those of a network that knows persons, as `IdentityGallery` has.

    Parameters
    ----------
    min_cosine : float
        The least cosine, -1 to 1, at which two embeddings are taken for one person's.
    """

    def __init__(self, min_cosine: float) -> None:
        self._min_cosine = min_cosine
        self._track = np.empty(0, np.int64)
        self._embeddings: npt.NDArray[np.float64] | None = None

    def begin(
        self, frames: Frames, faces: Faces, appearance: Appearance, *, free: int
    ) -> npt.NDArray[np.int64]:
        """Number the tracks that new faces begin; those that are recognised leave the gallery."""
        found = np.full(len(appearance), -1, np.int64)
        if self._embeddings is not None:
            tracks, new = recognise(self._embeddings, embeddings_of(appearance), self._min_cosine)
            found[new] = self._track[tracks]
            rest = np.setdiff1d(np.arange(len(self._track)), tracks)
            self._track, self._embeddings = self._track[rest], self._embeddings[rest]
        return number_new(found, free)

    def follow(self, frames: Frames, faces: Faces, track: npt.NDArray[np.int64]) -> None:
        """Do nothing: the appearance of a track is kept up to date with it."""

    def end(self, track: npt.NDArray[np.int64], appearance: Appearance) -> None:
        """Add tracks that ended."""
        embeddings = embeddings_of(appearance)
        known = embeddings[:0] if self._embeddings is None else self._embeddings
        self._track = np.concatenate([self._track, track])[-MAX_TRACKS:]
        self._embeddings = np.concatenate([known, embeddings])[-MAX_TRACKS:]


def recognise(
    known: npt.NDArray[np.float64], new: npt.NDArray[np.float64], min_cosine: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Match persons by their embeddings, each once, so that all cosines together are highest.

    Parameters
    ----------
    known : float64 (n, d)
        Rows of length 1.
    new : float64 (m, d)
        Rows of length 1.
    min_cosine : float
        The least cosine of a match.

    Returns
    -------
    tuple of (ndarray of intp, ndarray of intp)
        The rows of `known` (k,), ascending, and the row of `new` that each matches.
    """
    return assign(1 - known @ new.T, float(np.nextafter(1 - min_cosine, np.inf)))


def number_new(found: npt.NDArray[np.int64], free: int) -> npt.NDArray[np.int64]:
    """Give those without a number, which have -1, the next free ones, in their order."""
    new = found < 0
    return np.where(new, free + np.cumsum(new) - 1, found)

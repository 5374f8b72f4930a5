"""The embedding of a video's faces, kept until its end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from videoemo.records import Faces, Features

__all__ = ["EmbeddingBuffer"]


class EmbeddingBuffer:
    """Collect the frame, the person and the embedding of each face.

    Parameters
    ----------
    length : int
        Of a embedding.
    """

    def __init__(self, length: int) -> None:
        self._frame, self._track = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        self._embedding = [np.empty((0, length), np.float32)]

    def add(self, faces: Faces, features: Features) -> None:
        """Add the faces of the next frames, whose persons are known."""
        assert faces.track is not None
        self._frame.append(faces.frame)
        self._track.append(faces.track)
        self._embedding.append(features.embedding)

    @property
    def track(self) -> npt.NDArray[np.int64]:
        """The person of each face, int64 (m,)."""
        return np.concatenate(self._track)

    def of(
        self, person: int | None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The frames int64 (m,), ascending, persons int64 (m,), and embedding float32 (m, d) of all
        faces, or of one person's.
        """
        frame, track, embedding = (
            np.concatenate(self._frame),
            self.track,
            np.concatenate(self._embedding),
        )
        theirs = np.full(len(track), person is None) | (track == person)
        return frame[theirs], track[theirs], embedding[theirs]

"""Face identifier: a network that knows persons, at work on single faces of frames.

It runs in the process that tracks, since it is asked for a face now and then, and waited for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.faces.crop import crop_faces
from videoemo.inference.extractor import Extractor
from videoemo.records import Faces, Frames

__all__ = ["FaceIdentifier"]


@dataclass(frozen=True)
class FaceIdentifier:
    """A network for re-identification, see `faces.tracking.identity.Identifier`.

    Parameters
    ----------
    extractor : Extractor
        Of which nothing but the embedding is used.
    """

    extractor: Extractor

    @property
    def length(self) -> int:
        """Length of an embedding."""
        return self.extractor.card.embedding

    def crop(self, frames: Frames, faces: Faces) -> Sequence[npt.NDArray[np.uint8]]:
        """Crops of m faces as the network wants them, uint8 (h, w, 3).

        They are copies: a view would keep its whole frame in memory.
        """
        card = self.extractor.card
        cropped = crop_faces(
            frames,
            faces,
            kind=card.crop,
            size=card.input_size,
            scale=card.crop_scale,
            align=card.align,
        )
        return [crop.copy() for crop in cropped.crops or ()]

    def embed(self, crops: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float64]:
        """Their embeddings, (m, d), rows of length 1."""
        rows = self.extractor(crops).embedding.astype(np.float64)
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: npt.NDArray[np.float64] = rows / np.maximum(length, np.finfo(float).tiny)
        return unit

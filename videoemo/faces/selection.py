"""Which of the faces found are kept."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from videoemo.errors import InputError
from videoemo.faces.networks import FloatArray
from videoemo.records import Faces

__all__ = ["SELECTIONS", "areas", "select"]


def select(faces: Faces, which: str) -> Faces:
    """Keep one face a frame, or all.

    Parameters
    ----------
    faces : in any order, which is kept.
    which : "largest", the largest box of each frame; "score", the highest score of each frame, of equals the first; "all"; or "track:longest", for
        which all are kept until the video's end shows whose they are.

    Raises
    ------
    InputError : another `which`.
    """
    if which not in SELECTIONS:
        raise InputError(f"faces cannot be selected by {which!r}: give one of {', '.join(SELECTIONS)}")
    return SELECTIONS[which](faces)


def areas(faces: Faces) -> FloatArray:
    """The areas of the boxes, float32 (m,), in square pixels."""
    sides = faces.boxes[:, 2:] - faces.boxes[:, :2]  # (m, 2)
    area: FloatArray = sides[:, 0] * sides[:, 1]
    return area


def _first_by(faces: Faces, rank: FloatArray) -> Faces:
    best_first = np.lexsort((-rank, faces.frame))
    _, first = np.unique(faces.frame[best_first], return_index=True)
    return faces[np.sort(best_first[first])]


SELECTIONS: dict[str, Callable[[Faces], Faces]] = {
    "largest": lambda faces: _first_by(faces, areas(faces)),
    "score": lambda faces: _first_by(faces, faces.scores),
    "all": lambda faces: faces,
    "track:longest": lambda faces: faces,
}

"""Selection of faces: one face a frame, or all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from videoemo.errors import InputError
from videoemo.records import Faces
from videoemo.util.arrays import Float32Array
from videoemo.util.boxes import area

__all__ = ["SELECTIONS", "select_faces"]


def select_faces(faces: Faces, which: str) -> Faces:
    """Select one face a frame, or all.

    Parameters
    ----------
    faces : Faces
        In any order, which is kept.
    which : str
        "largest", the largest box of each frame; "score", the highest score of each frame, of
        equal ones the first; "all"; or "track:longest", for which all are kept, since only the
        whole video shows which track is the longest.

    Raises
    ------
    InputError
        An unknown selection.
    """
    if which not in SELECTIONS:
        raise InputError(
            f"faces cannot be selected by {which!r}: give one of {', '.join(SELECTIONS)}"
        )
    return SELECTIONS[which](faces)


def _highest(faces: Faces, rank: Float32Array) -> Faces:
    """Select the face of the highest rank of each frame."""
    best_first = np.lexsort((-rank, faces.frame))
    _, first = np.unique(faces.frame[best_first], return_index=True)
    return faces[np.sort(best_first[first])]


SELECTIONS: dict[str, Callable[[Faces], Faces]] = {
    "largest": lambda faces: _highest(faces, area(faces.boxes)),
    "score": lambda faces: _highest(faces, faces.scores),
    "all": lambda faces: faces,
    "track:longest": lambda faces: faces,
}

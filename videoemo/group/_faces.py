"""The faces of a video as the group's statistics want them: which frame, which person, how
pleasant, which class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.labels import VALENCE
from videoemo.records import check_shapes
from videoemo.tables.faces import FaceTable
from videoemo.util.arrays import Float64Array, Int64Array

__all__ = ["FaceAffect", "face_affect", "valence_of"]


@dataclass(frozen=True)
class FaceAffect:
    """What m faces of n sampled frames display.

    Parameters
    ----------
    frame : int64 (n,)
        The index of each sampled frame, in the order of time.
    seconds : float64 (n,)
        Its presentation time, ascending.
    at : int64 (m,)
        Which of the n frames each face is in, ascending.
    track : int64 (m,)
        Its track; -1 where it has none.
    valence : float64 (m,)
        -1 to 1; NaN where it is not known.
    probabilities : float32 (m, c)
        Of each class.
    classes : tuple of str
        c names.
    """

    frame: Int64Array
    seconds: Float64Array
    at: Int64Array
    track: Int64Array
    valence: Float64Array
    probabilities: npt.NDArray[np.float32]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        n, m = len(self.frame), len(self.at)
        shapes = {
            "seconds": (n,),
            "track": (m,),
            "valence": (m,),
            "probabilities": (m, len(self.classes)),
        }
        check_shapes(self, shapes)

    @property
    def best(self) -> npt.NDArray[np.intp]:
        """The most probable class of each face, (m,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    def persons(self) -> Int64Array:
        """The persons, ascending: in the order in which they appear."""
        return np.unique(self.track[self.track >= 0])


def face_affect(table: FaceTable) -> FaceAffect:
    """The faces of a table; the network's own valence where it gives one."""
    starts = table.frame_starts()
    # A damaged container's times may go back.
    order = np.argsort(table.seconds[starts], kind="stable")
    at = np.repeat(np.argsort(order), np.diff(starts, append=len(table.frame)))  # (rows,)
    rows = np.argsort(at, kind="stable")
    # A face that somebody added by hand has no probabilities.
    rows = rows[~np.isnan(table.probabilities[rows]).any(axis=1)]
    probabilities = table.probabilities[rows]
    own = table.values.get("valence")
    valence = (
        valence_of(probabilities, table.classes) if own is None else own[rows].astype(np.float64)
    )
    return FaceAffect(
        table.frame[starts][order],
        table.seconds[starts][order],
        at[rows],
        table.track[rows],
        valence,
        probabilities,
        table.classes,
    )


def valence_of(probabilities: npt.NDArray[np.float32], classes: Sequence[str]) -> Float64Array:
    """The expected valence under the class probabilities, by `labels.VALENCE`: (m,), -1 to 1; NaN
    where a class is none of those.
    """
    of_class = np.array([VALENCE.get(name, np.nan) for name in classes])
    return np.asarray(probabilities.astype(np.float64) @ of_class)

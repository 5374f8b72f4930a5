"""The faces of a video as the group's statistics want them: which frame, which person, how pleasant, which class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from videoemo.labels import VALENCE
from videoemo.tables import FaceTable

__all__ = ["Floats", "Ints", "Shown", "shown", "valence_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shown:
    """What m faces of n sampled frames display.

    Parameters
    ----------
    frame : int64 (n,), the index of each sampled frame, in the order of time.
    seconds : float64 (n,), its presentation time, ascending.
    at : int64 (m,), which of the n frames each face is in, ascending.
    person : int64 (m,), its track; -1 where it has none.
    valence : float64 (m,), -1 to 1; NaN where it is not known.
    probabilities : float32 (m, c).
    classes : c names.
    """

    frame: Ints
    seconds: Floats
    at: Ints
    person: Ints
    valence: Floats
    probabilities: npt.NDArray[np.float32]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        n, m = len(self.frame), len(self.at)
        shapes = {"seconds": (n,), "person": (m,), "valence": (m,), "probabilities": (m, len(self.classes))}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"Shown.{name}: expected {shape}, got {getattr(self, name).shape}")

    @property
    def best(self) -> npt.NDArray[np.intp]:
        """The most probable class of each face, (m,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    def persons(self) -> Ints:
        """The persons, ascending: in the order in which they appear."""
        return np.unique(self.person[self.person >= 0])


def shown(table: FaceTable) -> Shown:
    """The faces of a table; the network's own valence where it gives one."""
    starts = table.frame_starts()
    order = np.argsort(table.seconds[starts], kind="stable")  # a damaged container's times may go back
    at = np.repeat(np.argsort(order), np.diff(starts, append=len(table.frame)))  # (rows,)
    rows = np.argsort(at, kind="stable")
    rows = rows[table.face[rows] >= 0]
    probabilities = table.probabilities[rows]
    valence = valence_of(probabilities, table.classes) if table.affect is None else table.affect[rows, 0].astype(np.float64)
    return Shown(table.frame[starts][order], table.seconds[starts][order], at[rows], table.track[rows], valence, probabilities, table.classes)


def valence_of(probabilities: npt.NDArray[np.float32], classes: Sequence[str]) -> Floats:
    """The expected valence under the class probabilities, by `labels.VALENCE`: (m,), -1 to 1; NaN where a class is none of those."""
    of_class = np.array([VALENCE.get(name, np.nan) for name in classes])
    return np.asarray(probabilities.astype(np.float64) @ of_class)

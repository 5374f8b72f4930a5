"""What is looked for, and how finely."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from videoemo.errors import InputError
from videoemo.faces.networks import FloatArray
from videoemo.faces.selection import areas
from videoemo.faces.stages import WINDOW
from videoemo.records import Faces

__all__ = ["ORDERS", "Search"]

ORDERS: dict[str, Callable[[Faces], FloatArray]] = {"size": areas, "score": attrgetter("scores")}


@dataclass(frozen=True)
class Search:
    """How faces are looked for.

    Parameters
    ----------
    min_face : the smallest face looked for in px, 12 or more.
    thresholds : the smallest probability of a face after P-, R- and O-Net, each 0 to 1.
    factor : the size of a level of the pyramid over that of the one before, 0.1 to 0.95.
    order : of the faces of a frame: "size", the largest box first, or "score", the highest score first.

    Raises
    ------
    InputError : an argument out of range.
    """

    min_face: float = 40
    thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7)
    factor: float = 0.709
    order: str = "size"

    def __post_init__(self) -> None:
        if not WINDOW <= self.min_face < np.inf:
            raise InputError(f"the smallest face is {self.min_face} px: give {WINDOW} px or more, such as 20 or 40")
        if len(self.thresholds) != 3 or not all(0 <= threshold <= 1 for threshold in self.thresholds):
            raise InputError(f"the thresholds are {self.thresholds}: give three numbers from 0 to 1, such as 0.6, 0.7, 0.7")
        if not 0.1 <= self.factor <= 0.95:
            raise InputError(f"the pyramid's factor is {self.factor}: give a number from 0.1 to 0.95, such as 0.709")
        if self.order not in ORDERS:
            raise InputError(f"faces cannot be ordered by {self.order!r}: give one of {', '.join(ORDERS)}")

    def scales(self, *, width: int, height: int) -> list[float]:
        """Scales at which faces from `min_face` px up to the frame's shorter side fill P-Net's window; none when the frame is too small."""
        scale = WINDOW / self.min_face
        side = min(width, height) * scale
        scales = []
        while side >= WINDOW:
            scales.append(scale)
            scale *= self.factor
            side *= self.factor
        return scales

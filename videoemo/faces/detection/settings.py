"""Settings of the face detector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from videoemo.errors import InputError
from videoemo.faces.detection.stages import WINDOW
from videoemo.records import Faces
from videoemo.util.arrays import Float32Array
from videoemo.util.boxes import area

__all__ = ["ORDERS", "DetectionSettings"]

# By what the faces of a frame are ordered, highest first.
ORDERS: dict[str, Callable[[Faces], Float32Array]] = {
    "size": lambda faces: area(faces.boxes),
    "score": attrgetter("scores"),
}


@dataclass(frozen=True)
class DetectionSettings:
    """Settings of the face detector.

    Parameters
    ----------
    min_face : float, default=40
        The smallest face searched for in px, 12 or more.
    thresholds : tuple of (float, float, float), default=(0.6, 0.7, 0.7)
        The smallest probability of a face after P-, R- and O-Net, each 0 to 1.
    factor : float, default=0.709
        The size of a level of the pyramid over that of the one before, 0.1 to 0.95.
    order : str, default="size"
        Of the faces of a frame: "size", the largest box first, or "score", the highest score first.

    Raises
    ------
    InputError
        An argument out of range.
    """

    min_face: float = 40
    thresholds: tuple[float, float, float] = (0.6, 0.7, 0.7)
    factor: float = 0.709
    order: str = "size"

    def __post_init__(self) -> None:
        if not WINDOW <= self.min_face < np.inf:
            raise InputError(
                f"the smallest face is {self.min_face} px: give {WINDOW} px or more, such as 20 "
                "or 40"
            )
        if len(self.thresholds) != 3 or not all(
            0 <= threshold <= 1 for threshold in self.thresholds
        ):
            raise InputError(
                f"the thresholds are {self.thresholds}: give three numbers from 0 to 1, such as "
                "0.6, 0.7, 0.7"
            )
        if not 0.1 <= self.factor <= 0.95:
            raise InputError(
                f"the pyramid's factor is {self.factor}: give a number from 0.1 to 0.95, such "
                "as 0.709"
            )
        if self.order not in ORDERS:
            raise InputError(
                f"faces cannot be ordered by {self.order!r}: give one of {', '.join(ORDERS)}"
            )

    def scales(self, *, width: int, height: int) -> list[float]:
        """Scales of the image pyramid.

        At them faces from `min_face` px up to the frame's shorter side fill P-Net's window.

        Parameters
        ----------
        width, height : int
            Of the frame, in px.

        Returns
        -------
        list of float
            Falling; empty where the frame is too small.
        """
        scale = WINDOW / self.min_face
        side = min(width, height) * scale
        scales = []
        while side >= WINDOW:
            scales.append(scale)
            scale *= self.factor
            side *= self.factor
        return scales

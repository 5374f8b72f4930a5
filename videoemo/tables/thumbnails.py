"""A face that stands for a moment of a video in its pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Thumbnail"]


@dataclass(frozen=True, repr=False)
class Thumbnail:
    """A face to show.

    Parameters
    ----------
    seconds : float
        The time of its frame.
    rgb : uint8 (side, side, 3)
        The picture.
    label : str
        The class it is shown for.
    probability : float
        Of that class, 0 to 1.
    """

    seconds: float
    rgb: npt.NDArray[np.uint8]
    label: str
    probability: float

    def __repr__(self) -> str:
        return (
            f"Thumbnail({self.label} {self.probability:.2f} at {self.seconds:.3f} "
            f"s, {self.rgb.dtype}{list(self.rgb.shape)})"
        )

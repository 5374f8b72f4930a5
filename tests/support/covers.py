"""Faces of one size, and what covers one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from videoemo.annotation.covering import Covers

# Its frame, its track, the left side of its box.
Face = tuple[int, int, float]


def boxes(faces: Sequence[Face]) -> npt.NDArray[np.float32]:
    """20 x 30 px, 100 px from the top."""
    return np.array([(left, 100, left + 20, 130) for _, _, left in faces], np.float32).reshape(
        -1, 4
    )


def one(*, sure: bool = True, spared: bool = False, left: float = 50) -> Covers:
    flags = (np.array([True]), np.array([sure]), np.array([spared]))
    return Covers(np.zeros(1, np.int64), boxes([(0, 0, left)]), *flags)

"""How a stored frame is turned and mirrored to be presented."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["AS_STORED", "Turn", "turn_of", "upright"]


class Turn(NamedTuple):
    """Swap the axes, then mirror left and right, then top and bottom."""

    swap: bool = False
    left_right: bool = False
    top_bottom: bool = False

    @property
    def rotation(self) -> int:
        """Degrees counter-clockwise, what is left being a mirror image left to right."""
        return {(False, False): 0, (True, False): 90, (False, True): 180, (True, True): 270}[self.swap, self._half]

    @property
    def mirrored(self) -> bool:
        """Whether a mirror image is left once it is rotated."""
        return self.swap ^ self.left_right ^ self.top_bottom

    @property
    def _half(self) -> bool:
        return self.left_right if self.swap else self.top_bottom


AS_STORED = Turn()


def turn_of(frame: Any) -> Turn:
    """The turn that a decoded frame's display matrix asks for, to the nearest right angle."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return AS_STORED
    # Rows a b u, c d v, x y w: a stored point (x, y), y down, is presented at (ax + cy, bx + dy).
    (a, b, _), (c, d, _), _ = np.frombuffer(matrix, np.int32).reshape(3, 3).tolist()
    if abs(b) > abs(a):
        return Turn(swap=True, left_right=c < 0, top_bottom=b < 0)
    return Turn(left_right=a < 0, top_bottom=d < 0)


def upright(rgb: npt.NDArray[np.uint8], turn: Turn) -> npt.NDArray[np.uint8]:
    """A view of the frame (h, w, 3) as it is to be presented."""
    if turn.swap:
        rgb = rgb.swapaxes(0, 1)
    return rgb[:: -1 if turn.top_bottom else 1, :: -1 if turn.left_right else 1]

"""Where one shot ends and the next begins."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Cuts"]

Picture = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

# A frame is looked at through this many pixels, rows and columns, taken from it evenly; a block of 4 x 4 of them is averaged.
ROWS, COLUMNS, BLOCK = 36, 64, 4
BITS = 3  # of each colour channel
# Differences from 0 to 1; eval/tracking.py counts the cuts that they miss and make up on real clips.
OTHER_COLOURS = 0.25
OTHER_LAYOUT, OUT_OF_LINE = 0.09, 4.0
# A block has changed by so much, and so large a share of them must have: one who comes or goes leaves the rest of the picture as it was.
CHANGED, HALF = 0.05, 0.5
# The memory of how much frames usually differ: the share of the latest, and how many there must have been.
FRESH, ENOUGH = 0.2, 3


class Cuts:
    """Tell of each frame of a video, in order, whether a new shot begins with it.

    It does where the colours are others than in the frame before, or where their layout is another and changes out of line with the frames before
    (four times as much as usual), and both in half of the picture or more. A camera's flash looks the same; a slow fade is no cut, and a cut
    between two dark scenes may be missed. Fast motion in frames taken seconds apart is none.
    """

    def __init__(self) -> None:
        self._colours: Floats | None = None
        self._layout: Floats | None = None
        self._usual = 0.0
        self._n = 0

    def at(self, rgb: Picture) -> bool:
        """Whether a shot begins with this frame, uint8 (h, w, 3); of the first frame of all it is not said."""
        colours, layout = _look(rgb)
        before = self._colours, self._layout
        self._colours, self._layout = colours, layout
        if before[0] is None or before[1] is None:
            return False
        change = np.abs(layout - before[1]).mean(axis=2)  # of each block
        moved, widely = float(change.mean()), float((change > CHANGED).mean()) >= HALF
        recoloured = 1 - float(np.minimum(colours, before[0]).sum())
        jump = self._n >= ENOUGH and moved >= OTHER_LAYOUT and moved >= OUT_OF_LINE * self._usual
        if widely and (recoloured >= OTHER_COLOURS or jump):
            self._usual, self._n = 0.0, 0
            return True
        self._n += 1
        self._usual += (moved - self._usual) * max(FRESH, 1 / self._n)
        return False


def _look(rgb: Picture) -> tuple[Floats, Floats]:
    """The share of each colour (512,), and the mean colour of each block, (rows, columns, 3), 0 to 1."""
    small = np.asarray(cv2.resize(rgb, (COLUMNS, ROWS), interpolation=cv2.INTER_NEAREST), np.uint8)  # (36, 64, 3)
    red, green, blue = np.moveaxis(small >> (8 - BITS), 2, 0).astype(np.int16)
    code = (red << 2 * BITS) | (green << BITS) | blue
    blocks = cv2.resize(small, (COLUMNS // BLOCK, ROWS // BLOCK), interpolation=cv2.INTER_AREA) / 255
    return np.bincount(code.ravel(), minlength=2 ** (3 * BITS)) / code.size, blocks

"""Where one shot ends and the next begins."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Cuts"]

Pictures = npt.NDArray[np.uint8]
Looks = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]

# A frame is looked at through this many pixels, rows and columns, taken from it evenly; a block of 4 x 4 of them is averaged.
ROWS, COLUMNS, BLOCK = 36, 64, 4
LEVELS = 8  # of each colour channel
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
        self._before: Looks | None = None
        self._usual = 0.0
        self._n = 0

    def of(self, rgb: Pictures) -> npt.NDArray[np.bool_]:
        """With which of the next frames, uint8 (n, h, w, 3), a shot begins, bool (n,); of the first frame of all it is not said."""
        cut = np.zeros(len(rgb), np.bool_)
        if not len(rgb):
            return cut
        looks = [_look(frame) for frame in rgb]
        first = int(self._before is None)
        seen = looks if self._before is None else [self._before, *looks]
        self._before = looks[-1]
        colours, layout = (np.array(part) for part in zip(*seen, strict=True))  # (k + 1, 8, 8, 8), (k + 1, 9, 16, 3)
        recoloured = 1 - np.minimum(colours[1:], colours[:-1]).sum(axis=(1, 2, 3)) / (ROWS * COLUMNS)
        change = np.abs(layout[1:] - layout[:-1]).mean(axis=3)  # of each block
        moved, widely = change.mean(axis=(1, 2)), (change > CHANGED).mean(axis=(1, 2)) >= HALF
        cut[first:] = [self._at(*each) for each in zip(recoloured.tolist(), moved.tolist(), widely.tolist(), strict=True)]
        return cut

    def _at(self, recoloured: float, moved: float, widely: bool) -> bool:
        """Whether a shot begins with a frame that differs so from the one before."""
        jump = self._n >= ENOUGH and moved >= OTHER_LAYOUT and moved >= OUT_OF_LINE * self._usual
        if widely and (recoloured >= OTHER_COLOURS or jump):
            self._usual, self._n = 0.0, 0
            return True
        self._n += 1
        self._usual += (moved - self._usual) * max(FRESH, 1 / self._n)
        return False


def _look(rgb: Pictures) -> Looks:
    """The number of pixels of each colour (8, 8, 8), and the mean colour of each block, (rows, columns, 3), 0 to 1."""
    small = np.asarray(cv2.resize(rgb, (COLUMNS, ROWS), interpolation=cv2.INTER_NEAREST), np.uint8)  # (36, 64, 3)
    colours = cv2.calcHist([small], [0, 1, 2], None, [LEVELS] * 3, [0, 256] * 3)
    blocks = cv2.resize(small, (COLUMNS // BLOCK, ROWS // BLOCK), interpolation=cv2.INTER_AREA)
    return np.asarray(colours, np.float32), np.asarray(blocks, np.float32) / np.float32(255)

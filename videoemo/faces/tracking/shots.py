"""Shot boundary detection (hard cuts)."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["ShotDetector"]

Pictures = npt.NDArray[np.uint8]
Signature = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]

# A frame is sampled at this many pixels, rows and columns, evenly; a block of 4 x 4 of them is
# averaged.
ROWS, COLUMNS, BLOCK = 36, 64, 4
LEVELS = 8  # of each colour channel
# Differences from 0 to 1, and a factor; eval/tracking.py counts missed and false cuts on real
# clips.
COLOUR_THRESHOLD = 0.25
LAYOUT_THRESHOLD, LAYOUT_FACTOR = 0.09, 4.0
# The change of a block, 0 to 1, and the share of the blocks that must have changed: a person who
# comes or goes leaves the rest of the picture as it was.
BLOCK_THRESHOLD, CHANGED_SHARE = 0.05, 0.5
# Of the moving average of the layout's change: the share of the latest frame, and the fewest frames
# it must rest on.
UPDATE_SHARE, MIN_FRAMES = 0.2, 3


class ShotDetector:
    """Shot boundary detector for consecutive batches of frames.

    A shot begins where the colour histogram differs from that of the frame before, or where the
    layout of the colours does, four times as much as it did on average in the frames before; and
    where in either case half of the picture or more has changed. A camera's flash is taken for a
    cut; a slow fade is not, and a cut between two dark scenes may be missed. Fast motion in frames
    taken seconds apart is no cut.
    """

    def __init__(self) -> None:
        self._previous: Signature | None = None
        self._mean_change = 0.0
        self._n = 0

    def detect(self, rgb: Pictures) -> npt.NDArray[np.bool_]:
        """Detect the first frames of shots among the next frames of a video.

        Parameters
        ----------
        rgb : uint8 (n, h, w, 3)
            The frames.

        Returns
        -------
        bool (n,)
            Whether a shot begins with each; False for the first frame of the video.
        """
        cut = np.zeros(len(rgb), np.bool_)
        if not len(rgb):
            return cut
        signatures = [_signature(frame) for frame in rgb]
        first = int(self._previous is None)
        compared = signatures if self._previous is None else [self._previous, *signatures]
        self._previous = signatures[-1]
        # (k + 1, 8, 8, 8), (k + 1, 9, 16, 3)
        colours, layout = (np.array(part) for part in zip(*compared, strict=True))
        common = np.minimum(colours[1:], colours[:-1]).sum(axis=(1, 2, 3))
        recoloured = 1 - common / (ROWS * COLUMNS)
        change = np.abs(layout[1:] - layout[:-1]).mean(axis=3)  # of each block
        widely = (change > BLOCK_THRESHOLD).mean(axis=(1, 2)) >= CHANGED_SHARE
        mean_change = change.mean(axis=(1, 2))
        cut[first:] = [
            self._is_cut(*each)
            for each in zip(recoloured.tolist(), mean_change.tolist(), widely.tolist(), strict=True)
        ]
        return cut

    def _is_cut(self, recoloured: float, change: float, widely: bool) -> bool:
        """Whether a shot begins with a frame that differs so from the one before."""
        jump = (
            self._n >= MIN_FRAMES
            and change >= LAYOUT_THRESHOLD
            and change >= LAYOUT_FACTOR * self._mean_change
        )
        if widely and (recoloured >= COLOUR_THRESHOLD or jump):
            self._mean_change, self._n = 0.0, 0
            return True
        self._n += 1
        self._mean_change += (change - self._mean_change) * max(UPDATE_SHARE, 1 / self._n)
        return False


def _signature(rgb: Pictures) -> Signature:
    """Colour histogram (8, 8, 8) in pixels, and the mean colour of each block, (rows, columns, 3),
    0 to 1.
    """
    # (36, 64, 3)
    small = np.asarray(cv2.resize(rgb, (COLUMNS, ROWS), interpolation=cv2.INTER_NEAREST), np.uint8)
    colours = cv2.calcHist([small], [0, 1, 2], None, [LEVELS] * 3, [0, 256] * 3)
    blocks = cv2.resize(small, (COLUMNS // BLOCK, ROWS // BLOCK), interpolation=cv2.INTER_AREA)
    return np.asarray(colours, np.float32), np.asarray(blocks, np.float32) / np.float32(255)

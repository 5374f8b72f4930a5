"""The three networks of the cascade, as an engine gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["FloatArray", "IntArray", "Networks", "ONet", "PNet", "RNet"]

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
PNet = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
RNet = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
ONet = Callable[[FloatArray], tuple[FloatArray, FloatArray, FloatArray]]


@dataclass(frozen=True)
class Networks:
    """P-, R- and O-Net of MTCNN: functions of RGB pictures, float32 (n, 3, height, width), -1 to 1, that give float32 arrays.

    Box offsets are fractions of the window's width and height, in the order x1, y1, x2, y2.

    Parameters
    ----------
    pnet : pictures of 12 px or more -> offsets (n, 4, h, w) and face probability (n, h, w) of 12 px windows, 2 px apart.
    rnet : pictures of 24 px -> offsets (n, 4) and face probability (n,).
    onet : pictures of 48 px -> offsets (n, 4), face probability (n,) and landmarks (n, 10), fractions of the box: five x, then five y.
    rough_onet : O-Net in less precision and less time, which says where O-Net itself need look; None where it looks at all.
    """

    pnet: PNet
    rnet: RNet
    onet: ONet
    rough_onet: ONet | None = None

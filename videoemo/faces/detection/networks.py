"""The three networks of MTCNN, as callables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from videoemo.util.arrays import Float32Array

__all__ = ["Networks", "ONet", "PNet", "RNet"]

PNet = Callable[[Float32Array], tuple[Float32Array, Float32Array]]
RNet = Callable[[Float32Array], tuple[Float32Array, Float32Array]]
ONet = Callable[[Float32Array], tuple[Float32Array, Float32Array, Float32Array]]


@dataclass(frozen=True)
class Networks:
    """P-, R- and O-Net of MTCNN.

    Each takes RGB pictures, float32 (n, 3, height, width), -1 to 1, and gives float32 arrays. Box
    offsets are fractions of the window's width and height, in the order x1, y1, x2, y2.

    Parameters
    ----------
    pnet : callable
        Pictures of 12 px or more -> offsets (n, 4, h, w) and face probability (n, h, w) of 12 px
        windows, 2 px apart.
    rnet : callable
        Pictures of 24 px -> offsets (n, 4) and face probability (n,).
    onet : callable
        Pictures of 48 px -> offsets (n, 4), face probability (n,) and landmarks (n, 10), fractions
        of the box: five x, then five y.
    rough_onet : callable or None
        O-Net in lower precision and less time, which rules out candidates before O-Net itself; None
        where O-Net gets all of them.
    """

    pnet: PNet
    rnet: RNet
    onet: ONet
    rough_onet: ONet | None = None

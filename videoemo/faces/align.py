"""Face alignment: landmarks brought to ArcFace's template by a similarity transform."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.util.arrays import Float32Array

__all__ = ["TEMPLATE", "TEMPLATE_SIZE", "align_face", "similarity"]

# insightface, python-package/insightface/utils/face_align.py, `arcface_dst`: left eye, right eye,
# nose, left and right corner of the mouth in a picture of 112 x 112.
TEMPLATE = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
TEMPLATE_SIZE = 112


def align_face(
    rgb: npt.NDArray[np.uint8], landmarks: Float32Array, *, size: int
) -> npt.NDArray[np.uint8]:
    """Align a face to ArcFace's template, scaled to size x size.

    Parameters
    ----------
    rgb : uint8 (h, w, 3)
        The frame; beyond it the nearest pixel is repeated.
    landmarks : float32 (5, 2)
        x and y in px.
    size : int
        The side of the aligned face in px.

    Returns
    -------
    uint8 (size, size, 3)
        The face, RGB.
    """
    transform = similarity(landmarks, TEMPLATE * (size / TEMPLATE_SIZE))
    # A face larger than its crop is sampled finely, one sample per pixel of the frame, and then
    # averaged; sampled coarsely it would alias.
    shrink = 1 / max(math.hypot(*transform[0, :2]), size / max(rgb.shape))
    fine = max(1, math.ceil(shrink))
    transform = transform * fine
    transform[:, 2] += (fine - 1) / 2  # The centre of the first pixel lies at 0 in both grids.
    picture = cv2.warpAffine(
        rgb,
        transform,
        (size * fine, size * fine),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA).astype(
        np.uint8, copy=False
    )


def similarity(
    source: npt.NDArray[np.floating], target: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Similarity transform (rotation, scale and shift) between point sets, by least squares.

    Umeyama (1991). In the plane, with points as complex numbers, that is the linear regression
    target = a * source + b.

    Parameters
    ----------
    source, target : float (n, 2)
        n points each, x and y.

    Returns
    -------
    float64 (2, 3)
        The matrix, to be applied to (x, y, 1).
    """
    z, w = (points.astype(np.float64) @ np.array([1, 1j]) for points in (source, target))
    spread = np.sum(np.abs(z - z.mean()) ** 2)
    a = np.vdot(z - z.mean(), w - w.mean()) / max(spread, np.finfo(float).tiny)
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])

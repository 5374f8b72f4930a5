"""Face quality: sharpness, and head pose (yaw, pitch and roll)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from videoemo.faces.align import TEMPLATE
from videoemo.faces.resize import resize_crop
from videoemo.util.arrays import Float32Array

__all__ = ["face_quality", "grey_crop", "laplacian_variance"]

# Crops are resized to this size as for a network, so that the sharpness is that of the network's
# input, whatever the size of the face in the frame.
SIDE = 64
_LEVELS = np.arange(256, dtype=np.float32)[None]
# A mean face in the units of ArcFace's template, whose eyes are 35 apart, made symmetric; x to the
# right and y down in the picture, z towards the camera. Nose and mouth lie 15 and 1 before the
# eyes, in the proportion of 135 and 10 to 450 between the outer corners of the eyes (90 mm; pupils
# 63 mm) of the six-point model of S. Mallick, "Head pose estimation using OpenCV and dlib", 2016.
_DEPTH = np.array([0.0, 0.0, 15.0, 1.0, 1.0])
_MIRRORED = TEMPLATE[[1, 0, 2, 4, 3]] * [-1, 1] + [2 * TEMPLATE[:, 0].mean(), 0]
MODEL = np.column_stack([(TEMPLATE + _MIRRORED) / 2, _DEPTH])
MODEL = MODEL - MODEL.mean(axis=0)  # (5, 3)
_INVERSE = np.linalg.pinv(MODEL)  # (3, 5)


def face_quality(landmarks: Float32Array, sharpness: Sequence[float]) -> Float32Array:
    """Quality of m faces: sharpness, yaw, pitch and roll.

    Parameters
    ----------
    landmarks : float32 (m, 5, 2)
        As `Faces.landmarks`.
    sharpness : sequence of float
        Of each face, see `laplacian_variance`.

    Returns
    -------
    float32 (m, 4)
        The columns of `records.QUALITY`: the sharpness; yaw, pitch and roll in degrees: to the
        right as seen in the picture, upwards, and clockwise are positive. The angles are rough:
        they rest on five points, and on the nose for all depth.
    """
    return np.column_stack([np.array(sharpness, np.float32), *_pose(landmarks).T]).astype(
        np.float32
    )


def grey_crop(crop: npt.NDArray[np.uint8]) -> Float32Array:
    """A crop in grey and small, as its sharpness is measured: levels from 0 to 255, float32
    (64, 64).

    Parameters
    ----------
    crop : uint8 (h, w, 3)
        RGB, of any size.

    Raises
    ------
    ValueError
        A crop of another shape or type than uint8 (h, w, 3).
    """
    grey = np.empty((SIDE, SIDE), np.float32)
    resize_crop(crop, _LEVELS, grey[None])
    return grey


def laplacian_variance(grey: Float32Array) -> float:
    """Variance of the Laplacian of a crop, a measure of sharpness (Pech-Pacheco et al., ICPR 2000).

    A blurred face has some tens, a sharp one hundreds.

    Parameters
    ----------
    grey : float32 (64, 64)
        What `grey_crop` makes of it.
    """
    _, deviation = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_32F))
    return float(deviation[0, 0] ** 2)


def _pose(landmarks: Float32Array) -> npt.NDArray[np.float64]:
    """Yaw, pitch and roll of faces, (m, 3) in degrees, from their landmarks (m, 5, 2).

    Pose from orthography and scaling (DeMenthon and Davis, IJCV 1995): the best linear map of the
    model, a mean face, to the picture, and of its rows the nearest ones of one length at a right
    angle.
    """
    points = landmarks.astype(np.float64)
    rows = np.swapaxes(_INVERSE @ (points - points.mean(axis=1, keepdims=True)), 1, 2)  # (m, 2, 3)
    left, _, right = np.linalg.svd(rows, full_matrices=False)
    first, second = np.moveaxis(left @ right, 1, 0)  # (m, 3) each, of length 1
    # The picture's depth in the face's own axes: its last number is how far the face looks at
    # the camera.
    ahead = np.cross(first, second)
    yaw = np.arctan2(first[:, 2], ahead[:, 2])
    pitch = np.arcsin(np.clip(-second[:, 2], -1, 1))
    roll = np.arctan2(second[:, 0], second[:, 1])
    degrees: npt.NDArray[np.float64] = np.degrees(np.column_stack([yaw, pitch, roll]))
    return degrees

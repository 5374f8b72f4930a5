from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from videoemo.faces.quality import MODEL, face_quality, grey_crop, laplacian_variance


def turned(yaw: float, pitch: float, roll: float) -> npt.NDArray[np.float32]:
    """The model's five points, rolled, then pitched, then turned, and seen from afar,
    float32 (1, 5, 2).
    """
    (sy, sp, sr), (cy, cp, cr) = (
        np.sin(np.radians([yaw, pitch, roll])),
        np.cos(np.radians([yaw, pitch, roll])),
    )
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    seen = (MODEL @ (about_y @ about_x @ about_z).T)[None, :, :2] * 1.7 + [300, 200]
    points: npt.NDArray[np.float32] = seen.astype(np.float32)
    return points


@pytest.mark.parametrize(
    "angles",
    [(0, 0, 0), (35, 0, 0), (-60, 0, 0), (0, 25, 0), (0, 0, -30), (30, 20, 10), (-40, -15, 20)],
    ids=str,
)
def test_the_angles_are_those_the_face_was_turned_by(angles: tuple[float, float, float]) -> None:
    np.testing.assert_allclose(face_quality(turned(*angles), [9.0])[0, 1:], angles, atol=0.1)


@pytest.mark.parametrize(
    ("column", "moved", "by"),
    [(1, [2], (6, 0)), (2, [2], (0, -6)), (3, [1, 4], (0, 8))],
    ids=[
        "a nose to the right is a face turned right",
        "a nose higher up looks up",
        "a lower right side is turned clockwise",
    ],
)
def test_the_signs_are_as_seen_in_the_picture(
    column: int, moved: list[int], by: tuple[int, int]
) -> None:
    points = turned(0, 0, 0)
    points[0, moved] += by
    assert face_quality(points, [9.0])[0, column] > 3


def test_a_blurred_face_is_less_sharp() -> None:
    crop = np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    blurred = cv2.GaussianBlur(crop, (0, 0), 3).astype(np.uint8)
    assert laplacian_variance(grey_crop(blurred)) < laplacian_variance(grey_crop(crop)) / 10


def test_a_flat_crop_has_no_sharpness() -> None:
    assert laplacian_variance(grey_crop(np.full((30, 40, 3), 99, np.uint8))) == 0


def test_sharpness_comes_first() -> None:
    np.testing.assert_array_equal(
        face_quality(np.repeat(turned(0, 0, 0), 2, axis=0), [3.0, 4.0])[:, 0], [3, 4]
    )


def test_no_faces_have_no_quality() -> None:
    assert face_quality(np.empty((0, 5, 2), np.float32), []).shape == (0, 4)

"""Aligned faces come out as ArcFace's template has them."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from videoemo.faces.align import TEMPLATE, align_face, similarity

Points = npt.NDArray[np.float64]


def tilted(points: Points, *, degrees: float, scale: float, shift: tuple[float, float]) -> Points:
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    moved: Points = scale * points @ turn + np.array(shift)
    return moved


def dotted(points: Points, *, height: int, width: int, radius: float) -> npt.NDArray[np.uint8]:
    """A black picture with a white disc about each point."""
    y, x = np.mgrid[:height, :width]
    distance = np.hypot(x[..., None] - points[:, 0], y[..., None] - points[:, 1]).min(axis=-1)
    return np.repeat((255 * (distance <= radius)).astype(np.uint8)[..., None], 3, axis=2)


def test_a_tilted_scaled_shifted_template_is_brought_back() -> None:
    source = tilted(TEMPLATE, degrees=35, scale=2.5, shift=(300, -40))
    transform = similarity(source, TEMPLATE)
    np.testing.assert_allclose(source @ transform[:, :2].T + transform[:, 2], TEMPLATE, atol=1e-9)


def test_no_other_similarity_brings_the_points_nearer() -> None:
    rng = np.random.default_rng(2)
    source = TEMPLATE + rng.normal(scale=5, size=(5, 2))

    def miss(transform: Points) -> float:
        return float(np.sum((source @ transform[:, :2].T + transform[:, 2] - TEMPLATE) ** 2))

    best = similarity(source, TEMPLATE)
    for angle, shift in rng.normal(scale=0.01, size=(20, 2)):
        turn = np.array([[1, -angle], [angle, 1]])
        assert miss(turn @ best + np.array([[0, 0, shift], [0, 0, shift]])) > miss(best)


def test_it_never_mirrors() -> None:
    mirrored = TEMPLATE * [-1, 1]
    assert np.linalg.det(similarity(mirrored, TEMPLATE)[:, :2]) > 0


@pytest.mark.parametrize("degrees", [-40, 0, 25])
@pytest.mark.parametrize("scale", [0.6, 1.0, 4.0])
def test_discs_at_tilted_landmarks_come_out_at_the_template(degrees: float, scale: float) -> None:
    landmarks = tilted(TEMPLATE, degrees=degrees, scale=scale, shift=(150, 250))
    picture = align_face(
        dotted(landmarks, height=800, width=800, radius=4 * scale),
        landmarks.astype(np.float32),
        size=112,
    )
    y, x = np.mgrid[:112, :112]
    for point in TEMPLATE:
        near = picture[..., 0] * (np.hypot(x - point[0], y - point[1]) < 7)
        centre = [np.average(x, weights=near), np.average(y, weights=near)]
        np.testing.assert_allclose(centre, point, atol=0.35)


@pytest.mark.parametrize("size", [48, 224])
def test_the_template_grows_with_the_size(size: int) -> None:
    landmarks = TEMPLATE * (size / 112)
    picture = np.random.default_rng(3).integers(0, 256, (size, size, 3), np.uint8)
    np.testing.assert_array_equal(
        align_face(picture, landmarks.astype(np.float64).astype(np.float32), size=size), picture
    )


def test_a_large_face_is_averaged_and_does_not_alias() -> None:
    # Stripes one pixel wide are grey from afar; sampled every eighth pixel they would come out
    # black or white.
    stripes = np.zeros((1000, 1000, 3), np.uint8)
    stripes[:, ::2] = 255
    picture = align_face(stripes, (8 * TEMPLATE + 50).astype(np.float32), size=112)
    assert 120 <= picture.min() <= picture.max() <= 135


def test_beyond_the_frame_its_edge_is_repeated() -> None:
    white = np.full((30, 30, 3), 255, np.uint8)
    assert (align_face(white, (TEMPLATE - 60).astype(np.float32), size=112) == 255).all()


def test_landmarks_that_coincide_still_give_a_crop() -> None:
    picture = np.full((50, 50, 3), 9, np.uint8)
    assert (align_face(picture, np.full((5, 2), 20, np.float32), size=112) == 9).all()

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from videoemo.faces.tracking.shots import ShotDetector

Picture = npt.NDArray[np.uint8]


def scene(seed: int, *, width: int = 640, height: int = 180) -> Picture:
    """A smooth random picture."""
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 14, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def detected_cuts(pictures: list[Picture]) -> list[int]:
    """The frames with which a shot begins; it does not matter how many are shown at once."""
    one_by_one, some, rgb = ShotDetector(), ShotDetector(), np.stack(pictures)
    detected = np.concatenate([one_by_one.detect(frame[None]) for frame in rgb])
    np.testing.assert_array_equal(
        detected, np.concatenate([some.detect(rgb[i : i + 4]) for i in range(0, len(rgb), 4)])
    )
    return np.flatnonzero(detected).tolist()


def test_a_new_scene_is_a_cut() -> None:
    assert detected_cuts([scene(0)] * 5 + [scene(1)] * 5 + [scene(2)] * 5) == [5, 10]


def test_a_cut_right_after_the_first_frame_is_seen() -> None:
    dark, bright = np.full((90, 160, 3), 40, np.uint8), np.full((90, 160, 3), 200, np.uint8)
    assert detected_cuts([dark, bright, bright]) == [1]


def test_another_view_of_the_same_colours_is_a_cut() -> None:
    one = scene(3)
    assert detected_cuts([one] * 6 + [one[::-1, ::-1].copy()] * 3) == [6]


def test_a_pan_is_no_cut() -> None:
    wide = scene(4, width=960)
    assert detected_cuts([wide[:, 6 * i : 6 * i + 320] for i in range(60)]) == []


def test_motion_that_goes_on_is_no_cut_however_fast() -> None:
    one = scene(7)
    assert detected_cuts([np.roll(one, 60 * i, axis=1) for i in range(30)]) == []


def test_one_who_goes_close_to_the_camera_is_no_cut() -> None:
    backdrop = scene(8)
    close = backdrop.copy()
    close[:, 200:450] = 20
    assert detected_cuts([close] * 8 + [backdrop] * 8) == []


def test_a_slow_fade_is_no_cut() -> None:
    bright = scene(5)
    assert detected_cuts([(bright * (1 - i / 50)).astype(np.uint8) for i in range(50)]) == []


def test_noise_is_no_cut() -> None:
    rng, calm = np.random.default_rng(0), scene(6).astype(float)
    assert (
        detected_cuts(
            [
                np.clip(calm + rng.normal(0, 8, calm.shape), 0, 255).astype(np.uint8)
                for _ in range(20)
            ]
        )
        == []
    )


@pytest.mark.parametrize("shape", [(1, 1, 3), (17, 23, 3), (1080, 1920, 3)])
def test_frames_of_any_size_are_looked_at(shape: tuple[int, int, int]) -> None:
    black, white = np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8)
    assert detected_cuts([black, white]) == [1]


def test_no_frames_begin_no_shot() -> None:
    assert ShotDetector().detect(np.empty((0, 9, 16, 3), np.uint8)).shape == (0,)

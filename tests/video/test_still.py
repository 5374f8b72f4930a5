"""Frames are left out where nothing changes, and only there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from videoemo.records import Frames
from videoemo.video._still import drop_still_frames


def clip(n: int = 40, *, seconds: float = 0.04) -> Frames:
    """A grey picture of 320 x 180 that never changes."""
    times = np.arange(n, dtype=np.float64) * seconds
    return Frames(np.full((n, 180, 320, 3), 90, np.uint8), times, np.arange(n))


def kept(frames: Frames, *, threshold: float = 4, size: int = 8) -> list[int]:
    frames = Frames(frames.rgb.copy(), frames.seconds, frames.index)
    batches: Iterator[Frames] = (
        frames[start : start + size] for start in range(0, len(frames), size)
    )
    return [
        int(i) for batch in drop_still_frames(batches, threshold=threshold) for i in batch.index
    ]


def test_of_a_still_picture_one_frame_a_second_is_kept() -> None:
    assert kept(clip()) == [0, 25]


def test_those_kept_are_moved_together_where_they_were() -> None:
    frames = clip(30)
    frames.rgb[::2] += np.arange(15, dtype=np.uint8)[:, None, None, None] * 10
    expected = frames.rgb.copy()
    (found,) = drop_still_frames(iter([frames]), threshold=15)
    assert 1 < len(found) < 30
    np.testing.assert_array_equal(found.rgb, expected[found.index])
    np.testing.assert_array_equal(found.seconds, found.index * 0.04)
    assert found.rgb.base is frames.rgb


def test_where_something_small_moves_each_frame_is_kept() -> None:
    frames = clip()
    for i, picture in enumerate(frames.rgb[10:20]):
        picture[90:108, 150 + i : 168 + i] = (255, 255, 255) if i % 2 else (0, 0, 0)
    assert set(range(10, 21)) <= set(kept(frames))
    assert not set(range(1, 10)) & set(kept(frames))


def test_noise_below_the_threshold_does_not_count() -> None:
    frames = clip()
    noise = 2 * np.random.default_rng(0).standard_normal(frames.rgb.shape, np.float32)
    frames.rgb[:] = np.clip(frames.rgb + noise, 0, 255)
    assert kept(frames) == [0, 25]


def test_a_slow_drift_is_noticed_in_the_end() -> None:
    frames = clip()
    frames.rgb[:] += np.arange(40, dtype=np.uint8)[:, None, None, None]
    assert kept(frames)[:4] == [0, 4, 8, 12]


def test_with_0_every_frame_is_kept() -> None:
    assert kept(clip(), threshold=0) == list(range(40))


@pytest.mark.parametrize("size", [1, 7, 40])
def test_batches_make_no_difference(size: int) -> None:
    frames = clip()
    frames.rgb[::3, 50:70, 50:70] = 200
    assert kept(frames, size=size) == kept(frames)


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (9, 9)])
def test_frames_may_be_tiny(shape: tuple[int, int]) -> None:
    times = np.array([0.0, 0.04, 0.08])
    frames = Frames(np.zeros((3, *shape, 3), np.uint8), times, np.arange(3))
    assert kept(frames) == [0]

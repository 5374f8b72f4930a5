from __future__ import annotations

import numpy as np
import pytest

from videoemo.features.pooling import STATS, pool_group, pool_video

VECTORS = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
OF_FRAME = np.array([0, 0, 4, 5, 5, 5, 9])


@pytest.mark.parametrize("statistics", [("mean", "max", "min", "std"), ("std", "mean"), ("max",)])
def test_a_videos_descriptor_is_the_statistics_in_the_order_given(
    statistics: tuple[str, ...],
) -> None:
    by_hand = {
        "mean": VECTORS.mean(0),
        "max": VECTORS.max(0),
        "min": VECTORS.min(0),
        "std": VECTORS.std(0),
    }
    assert np.allclose(
        pool_video(VECTORS, OF_FRAME, statistics),
        np.concatenate([by_hand[name] for name in statistics]),
        atol=1e-6,
    )


def test_a_groups_descriptor_is_over_faces_then_over_frames() -> None:
    frames = [VECTORS[i == OF_FRAME] for i in (0, 4, 5, 9)]
    means = np.stack([faces.mean(0) for faces in frames])
    stds = np.stack([faces.std(0) for faces in frames])
    wanted = np.concatenate([means.mean(0), stds.mean(0), means.std(0), stds.std(0)])
    assert np.allclose(pool_group(VECTORS, OF_FRAME, ("mean", "std")), wanted, atol=1e-6)


def test_without_a_face_the_descriptor_is_zero_and_as_long() -> None:
    nobody = np.empty((0, 3), np.float32)
    assert pool_video(nobody, OF_FRAME[:0], ("mean", "std")).tolist() == [0] * 6
    assert pool_group(nobody, OF_FRAME[:0], ("mean", "std")).tolist() == [0] * 12


def test_one_face_has_no_spread() -> None:
    assert np.array_equal(
        pool_video(VECTORS[:1], OF_FRAME[:1], ("mean", "std")),
        np.concatenate([VECTORS[0], np.zeros(3)]).astype(np.float32),
    )


def test_the_statistics_are_those_of_the_contract() -> None:
    assert set(STATS) == {"mean", "max", "min", "std"}

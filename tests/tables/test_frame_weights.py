from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.rows import rows
from videoemo.tables.frame_weights import frame_weights, weighted_mean
from videoemo.tables.read import read_table
from videoemo.tables.tracks import write_tracks


def weights(*seconds: float, longest: float = 2.0) -> list[float]:
    found: list[float] = frame_weights(np.array(seconds, np.float64), longest=longest).tolist()
    return found


def test_a_frame_weighs_the_time_until_the_next_and_the_last_a_typical_step() -> None:
    assert weights(0, 0.1, 0.2, 1.2) == pytest.approx([0.1, 0.1, 1.0, 0.1])


def test_a_pause_weighs_no_more_than_a_person_is_waited_for() -> None:
    assert weights(0, 1, 86400, 86401) == pytest.approx([1, 2, 1, 1])


def test_frames_that_are_all_far_apart_weigh_the_same() -> None:
    assert weights(0, 60, 120, 180) == [60] * 4


def test_equal_and_falling_times_weigh_nothing() -> None:
    assert weights(0, 1, 1, 0.5, 1.5) == pytest.approx([1, 0, 0, 1, 0.5])


@pytest.mark.parametrize("seconds", [(), (3.0,)])
def test_less_than_two_frames_weigh_one(seconds: tuple[float, ...]) -> None:
    assert weights(*seconds) == [1.0] * len(seconds)


def test_the_mean_follows_the_weights() -> None:
    values = np.array([[0.0, 1.0], [1.0, 0.0]], np.float32)
    assert weighted_mean(values, np.array([3.0, 1.0])).tolist() == [0.25, 0.75]
    assert weighted_mean(values, None).tolist() == [0.5, 0.5]
    assert weighted_mean(values, np.zeros(2)).tolist() == [0.5, 0.5]


def test_means_by_time_decide_what_is_dominant_in_a_video_and_of_a_person(tmp_path: Path) -> None:
    # A second at 10 frames a second, happy; then five, a second apart, sad.
    dense = [(i, i / 10, 0, 1.0) for i in range(10)]
    table = rows([*dense, *((10 + i, 1.0 + i, 0, 0.0) for i in range(5))])
    weights = table.weights(longest=2.0)
    assert table.mean()[0] == pytest.approx(10 / 15)
    assert table.mean(weights)[0] == pytest.approx(1.0 / 5.1)
    for given, dominant in ((None, "happiness"), (weights, "sadness")):
        write_tracks(table, tmp_path / "tracks.csv", series=table, weights=given)
        assert read_table(tmp_path / "tracks.csv")["dominant"].tolist() == [dominant]

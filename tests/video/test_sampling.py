"""Which frames are wanted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from videoemo.errors import InputError
from videoemo.video._sampling import sample

SECONDS = np.arange(10) / 10  # 0.0, 0.1, ... 0.9
UNEVEN = np.array([0.0, 0.1, 0.15, 0.9, 1.0, 2.5])


def test_every_frame_is_wanted_by_default() -> None:
    assert sample(SECONDS).tolist() == list(range(10))


def test_every_counts_from_the_first_frame_of_the_range() -> None:
    assert sample(SECONDS, every=3, start=0.2).tolist() == [2, 5, 8]


@pytest.mark.parametrize(
    ("seconds", "fps", "indices"),
    [
        pytest.param(SECONDS, 5, [0, 2, 4, 6, 8], id="evenly"),
        pytest.param(SECONDS, 4, [0, 3, 5, 8], id="the frame at or after each tick"),
        pytest.param(SECONDS, 1000, list(range(10)), id="each frame at most once"),
        pytest.param(UNEVEN, 1, [0, 4, 5], id="a gap gives one frame, not one a tick"),
        pytest.param(SECONDS + 7.3, 5, [0, 2, 4, 6, 8], id="a clock that does not start at 0"),
        pytest.param(SECONDS, 0.1, [0], id="slower than the video is long"),
    ],
)
def test_fps_takes_the_first_frame_at_or_after_each_tick(
    seconds: Any, fps: float, indices: list[int]
) -> None:
    assert sample(seconds, fps=fps).tolist() == indices


def test_fps_agrees_with_the_definition_on_uneven_times() -> None:
    seconds = np.sort(np.random.default_rng(0).uniform(0, 60, 500))
    ticks = seconds[0] + np.arange(0, 600) / 7
    first_after = np.searchsorted(seconds, ticks)
    assert sample(seconds, fps=7).tolist() == np.unique(first_after[first_after < 500]).tolist()


def test_fps_is_not_thrown_off_by_rounding() -> None:
    seconds = np.arange(30 * 3600) * 1001 / 30000
    assert len(sample(seconds, fps=30000 / 1001)) == len(seconds)


def test_fps_counts_from_the_first_frame_of_the_range() -> None:
    assert sample(SECONDS, fps=5, start=0.3).tolist() == [3, 5, 7, 9]


def test_the_range_holds_its_start_and_not_its_end() -> None:
    assert sample(SECONDS, start=0.2, end=0.5).tolist() == [2, 3, 4]


def test_a_range_without_frames_gives_none() -> None:
    assert sample(SECONDS, start=5, fps=2).shape == (0,)


def test_indices_are_int64() -> None:
    assert {
        sample(SECONDS).dtype,
        sample(SECONDS, fps=3).dtype,
        sample(SECONDS, start=9).dtype,
    } == {np.dtype(np.int64)}


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({"every": 0}, "at least 1"),
        ({"every": 2.0}, "whole number"),
        ({"every": True}, "whole number"),
        ({"fps": 0}, "above 0"),
        ({"fps": float("nan")}, "above 0"),
        ({"fps": 1, "every": 2}, "one of the two"),
        ({"start": float("inf")}, "seconds"),
        ({"start": 2, "end": 2}, "after the start"),
    ],
    ids=str,
)
def test_values_out_of_range_are_refused_with_what_is_allowed(
    options: dict[str, Any], allowed: str
) -> None:
    with pytest.raises(InputError, match=allowed):
        sample(SECONDS, **options)

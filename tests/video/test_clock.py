"""Times repaired, as numbers alone."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from videoemo.video.times.clock import Clock, repair_clock

NAN = float("nan")


def repair(given: list[float], *, step: float = 1.0) -> Clock:
    times = np.array(given, np.float64)
    return repair_clock(times, step=step, durations=np.zeros(len(times)))


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ([5, 6, 9, 10], [5, 6, 9, 10]),
        ([NAN, NAN, 5, 6, 7], [3, 4, 5, 6, 7]),
        ([5, NAN, 7, 8, 9], [5, 6, 7, 8, 9]),
        ([5, 6, 7, NAN, NAN], [5, 6, 7, 8, 9]),
        ([NAN, NAN, NAN], [0, 1, 2]),
        # Not beyond a later one, nor up to it where it is late.
        ([0, 1, 2, NAN, 3, 4, 5], [0, 1, 2, 2.5, 3, 4, 5]),
        ([0, 1, 2, NAN, 60, 61, 62], [0, 1, 2, 3, 60, 61, 62]),
        ([0, 1, 1, 2, 3], [0, 1, 1.5, 2, 3]),
        # A few are wrong.
        ([0, 1, 2, 9000, 4, 5, 6], [0, 1, 2, 3, 4, 5, 6]),
        ([0, 1, 2, 9000, 9001, 9002, 9003, 9004, 8, 9], list(range(10))),
        ([5, 6, 7, 0, 9, 10, 11], [5, 6, 7, 8, 9, 10, 11]),
        ([100, 101, 102, 0, 1, 2, 3, 4, 5, 109, 110], list(range(100, 111))),
        ([9000, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5]),
        ([0, 1, 2, 1e300, 4], [0, 1, 2, 3, 4]),
        ([0, 1, 2, 9000, 2, 3, 4], [0, 1, 2, 7 / 3, 8 / 3, 3, 4]),
        ([0, 1, 2, 1.9, 3, 4], [0, 1, 2, 2.5, 3, 4]),
    ],
)
def test_times_that_are_missing_or_wrong_are_filled_in(
    given: list[float], right: list[float]
) -> None:
    clock = repair(given)
    assert_allclose(clock.seconds, right)
    assert clock.n_restarts == 0


@pytest.mark.parametrize(
    ("given", "right", "n"),
    [
        ([*range(10), *range(10)], list(range(20)), 1),
        ([*range(10), *range(30)], list(range(40)), 1),
        ([*range(10), *range(5, 30)], list(range(35)), 1),
        ([*range(50, 60), *range(10), *range(20)], list(range(50, 90)), 2),
        ([*range(10), NAN, NAN, *range(10)], list(range(22)), 1),
    ],
)
def test_a_clock_that_begins_anew_goes_on(given: list[float], right: list[float], n: int) -> None:
    clock = repair(given)
    assert_allclose(clock.seconds, right)
    assert clock.n_restarts == n


def test_it_goes_on_where_the_frame_before_ended() -> None:
    times = np.array([*range(10), *range(10)], np.float64)
    durations = np.where(np.arange(20) == 9, 0.25, 1.0)
    assert repair_clock(times, step=1.0, durations=durations).seconds[10] == 9.25


def test_which_times_were_not_used_is_told() -> None:
    assert_array_equal(
        repair([0, 1, 1, 9000, 4, NAN, 6]).misplaced,
        [False, False, True, True, False, False, False],
    )


def test_times_always_ascend() -> None:
    rng = np.random.default_rng(0)
    for _ in range(300):
        given = np.cumsum(rng.choice([1, 1, 1, 0, -1, 5, -30, 40, 1e9, -1e9], rng.integers(40)))
        given = np.where(rng.random(len(given)) < 0.1, rng.choice([NAN, 1e300, -np.inf]), given)
        step = float(rng.choice([1e-3, 1.0, 1e3]))
        seconds = repair_clock(given, step=step, durations=np.zeros(len(given))).seconds
        assert len(seconds) == len(given)
        assert np.all(np.isfinite(seconds))
        assert np.all(np.diff(seconds) > 0)

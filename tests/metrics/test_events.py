"""Events that were coded and found."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from videoemo.metrics.events import matched_events, precision_recall


def times(*given: tuple[int, int]) -> npt.NDArray[np.int64]:
    return np.array(given, np.int64).reshape(-1, 2)


@pytest.mark.parametrize(
    ("coded", "found", "n"),
    [
        ([(0, 10)], [(0, 10)], 1),
        ([(0, 10)], [(5, 10)], 1),
        ([(0, 10)], [(6, 10)], 0),
        ([(0, 10)], [(0, 5), (5, 10)], 1),
        ([(0, 10), (20, 30)], [(1, 9), (21, 31)], 2),
        ([(0, 10)], [], 0),
        ([], [], 0),
    ],
    ids=["same", "half", "less", "once", "two", "none found", "none"],
)
def test_events_are_the_same_from_half_of_their_union_on(
    coded: list[tuple[int, int]], found: list[tuple[int, int]], n: int
) -> None:
    assert matched_events(times(*coded), times(*found), overlap=0.5) == n


def test_as_many_events_as_can_be_are_matched() -> None:
    # The first of those coded could take the only one that is left to the second.
    coded, found = times((0, 10), (2, 12)), times((1, 11), (-4, 8))
    assert matched_events(coded, found, overlap=0.4) == 2


def test_precision_and_recall_are_not_known_without_events() -> None:
    shares = precision_recall(np.array([[3.0, 4, 6], [0, 0, 5], [0, 0, 0]]))
    np.testing.assert_array_equal(shares, [[0.5, 0.75], [0, np.nan], [np.nan, np.nan]])

from __future__ import annotations

import numpy as np
import pytest

from videoemo.metrics.identity import (
    identification,
    known_and_asked,
    verification,
    verification_threshold,
)


def test_one_photograph_of_each_is_known_and_all_others_are_asked() -> None:
    people = np.array([3, 3, 1, 1, 1, 2, 2])
    seen = set()
    for seed in range(20):
        known, asked = known_and_asked(people, np.random.default_rng(seed))
        assert sorted(people[known].tolist()) == [1, 2, 3]
        assert sorted([*known.tolist(), *asked.tolist()]) == list(range(7))
        seen.add(tuple(sorted(known.tolist())))
    assert len(seen) > 5


def test_the_nearest_by_direction_is_taken() -> None:
    vectors = np.array([[1, 0], [0, 1], [9, 1], [0.1, 0.01], [1, 9]], np.float32)
    people = np.array([0, 1, 0, 1, 1])
    # Photograph 3 points the way of person 0.
    found = identification(vectors, people, np.array([0, 1]), np.array([2, 3, 4]))
    assert found == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("similarity", "same", "threshold"),
    [
        ([0.1, 0.2, 0.6, 0.8], [False, False, True, True], 0.4),
        ([0.1, 0.3, 0.3, 0.8], [False, False, True, True], 0.2),  # a tie cannot be parted
        ([0.1, 0.2], [True, True], 0.1),
    ],
)
def test_the_threshold_parts_best(
    similarity: list[float], same: list[bool], threshold: float
) -> None:
    found = verification_threshold(np.array(similarity), np.array(same))
    assert found == pytest.approx(threshold)


def test_a_threshold_above_all_calls_none_the_same() -> None:
    similarity = np.array([0.1, 0.2])
    assert not (similarity >= verification_threshold(similarity, np.zeros(2, bool))).any()


def test_a_fold_is_judged_by_the_threshold_of_the_others() -> None:
    # In the second fold all are 0.5 more alike: the first's threshold calls them all the same.
    similarity = np.array([0.1, 0.4, 0.6, 0.9])
    same = np.array([False, True, False, True])
    folds = np.array([0, 0, 1, 1])
    assert verification(similarity, same, folds).tolist() == [0.5, 0.5]

from __future__ import annotations

import numpy as np
import pytest

from videoemo.metrics.shares import share_difference, share_estimate


def test_a_share_has_its_value_and_an_interval_within_0_and_1() -> None:
    found = share_estimate(np.arange(50) < 40, np.arange(50))
    assert found.value == pytest.approx(0.8)
    # Wilson's own is 0.670 to 0.888; Student's t is a little wider.
    assert float(found.low) == pytest.approx(0.665, abs=0.006)
    assert float(found.high) == pytest.approx(0.89, abs=0.006)


def test_all_right_is_told_from_few_people_with_less_certainty_than_from_many() -> None:
    few, many = (share_estimate(np.ones(n, bool), np.arange(n)) for n in (5, 500))
    assert few.low < 0.6 < 0.99 < many.low
    assert few.high == many.high == 1


def test_many_faces_of_few_people_count_as_few() -> None:
    people = np.repeat(np.arange(10), 20)
    of_people = share_estimate(people < 8, people)
    of_faces = share_estimate(people < 8, np.arange(200))
    assert of_people.high - of_people.low > 3 * (of_faces.high - of_faces.low)


@pytest.mark.parametrize("n", [7, 50])
@pytest.mark.parametrize("share", [0.5, 0.95])
def test_the_interval_holds_the_true_share_about_as_often_as_it_says(n: int, share: float) -> None:
    rng = np.random.default_rng(0)
    people = np.repeat(np.arange(n), 4)
    held = 0
    for _ in range(300):
        of_person = rng.beta(2 * share, 2 - 2 * share, n)  # the four faces of a person are alike
        found = share_estimate(rng.random(4 * n) < of_person[people], people)
        held += int(found.low <= share <= found.high)
    assert held >= 0.93 * 300


def test_nobody_and_one_person_have_no_interval() -> None:
    assert np.isnan(share_estimate(np.empty(0, bool), np.empty(0, np.int64)).value)
    assert np.isnan(share_estimate(np.ones(3, bool), np.zeros(3, np.int64)).low)


def test_a_difference_is_newcombes() -> None:
    a, b = (share_estimate(np.arange(n) < k, np.arange(n)) for k, n in ((56, 70), (48, 80)))
    found = share_difference(a, b)
    assert found.value == pytest.approx(0.2)
    # Newcombe 1998, table II, row (a): 0.0524 to 0.3339 with z.
    assert float(found.low) == pytest.approx(0.0524, abs=0.01)
    assert float(found.high) == pytest.approx(0.3339, abs=0.01)

"""Nobody keeps a number, nor a place among the numbers."""

from __future__ import annotations

from collections import Counter

import pytest

from eval.finding import HABITS, found_by_habit
from videoemo.config.finding import load_finding
from videoemo.vlm.numbering import MOST_NUMBERS, draw_numbers


@pytest.mark.parametrize(("n", "most"), [(1, 1), (2, 1), (3, 1), (5, 2), (MOST_NUMBERS, 1)])
def test_in_six_pictures_nobody_keeps_a_number(n: int, most: int) -> None:
    drawn = draw_numbers([range(n)] * 6)
    assert max(Counter(pair for one in drawn for pair in one.items()).values()) == most
    for one in drawn:
        assert sorted(one) == list(range(n))
        assert list(one.values()) == sorted(set(one.values()))
        assert set(one.values()) <= set(range(1, MOST_NUMBERS + 1))


def test_the_lowest_and_the_highest_number_go_round() -> None:
    drawn = draw_numbers([range(3)] * 6)
    for place in (0, -1):
        assert set(Counter(list(one)[place] for one in drawn).values()) == {2}


def test_the_lowest_number_goes_round_whoever_is_alone_elsewhere() -> None:
    drawn = draw_numbers([[0, 1], [0], [0], [0, 1]])
    assert {next(iter(drawn[i])) for i in (0, 3)} == {0, 1}


def test_the_same_pictures_have_the_same_numbers() -> None:
    shown = [[3, 7], [7, 9, 3], [9]]
    assert draw_numbers(shown) == draw_numbers(shown)


def test_no_pictures_have_no_numbers() -> None:
    assert draw_numbers([]) == []


@pytest.mark.parametrize("name", ["always 2", "the lowest", "the second", "the highest"])
def test_a_favourite_finds_somebody_in_less_than_one_run_in_a_hundred(name: str) -> None:
    ours = load_finding().votes
    shares = found_by_habit(HABITS[name], 200, shares=[ours.min_share], min_votes=ours.min_votes)
    assert shares[0] < 0.01

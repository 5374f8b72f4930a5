"""Numbers of persons in pictures, drawn anew for each, so that a favourite number names nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

__all__ = ["MOST_NUMBERS", "draw_numbers"]

# Numbers of one digit: each can be read where it is small, and none is part of another.
MOST_NUMBERS = 9


def draw_numbers(shown: Sequence[Sequence[int]]) -> list[dict[int, int]]:
    """Draw the numbers of persons in pictures, such that nobody keeps one.

    They are from 1 to 9, and not always the lowest: of three persons, one may be 2, 5 and 8. As
    seldom as may be somebody has a number twice, or a place among those of a picture, counted from
    the lowest, the highest or the middle. So who always gives the same number, or always the lowest
    one shown, names everybody in turn. The same pictures get the same numbers.

    Parameters
    ----------
    shown : sequence of sequence of int
        The tracks that are shown in each picture, at most `MOST_NUMBERS`.

    Returns
    -------
    list of dict of int to int
        The number of each track in each picture, in the order of the numbers.
    """
    rng = np.random.default_rng(0)
    had, ranked = Counter[tuple[int, int]](), Counter[tuple[int, str, int]]()
    drawn: list[dict[int, int]] = [{} for _ in shown]
    # Those with few persons first: with one there is no choice, and the others make up for it.
    for i in sorted(range(len(shown)), key=lambda i: len(shown[i])):
        tracks = _in_order(rng.permutation(sorted(shown[i])), ranked)
        numbers = _fewest_again(tracks, had, rng)
        drawn[i] = dict(zip(tracks, numbers, strict=True))
        for rank, (track, number) in enumerate(drawn[i].items()):
            had[track, number] += 1
            ranked.update((track, *place) for place in _places(rank, len(tracks)))
    return drawn


def _places(rank: int, n: int) -> list[tuple[str, int]]:
    """The place of a rank among n, counted from each of three ends."""
    return [("lowest", rank), ("highest", n - 1 - rank), ("middle", rank - n // 2)]


def _in_order(tracks: npt.NDArray[np.int64], ranked: Counter[tuple[int, str, int]]) -> list[int]:
    """The tracks in the order of their numbers to be: each where it was least often."""
    n = len(tracks)
    again = [
        [
            sum(ranked[track, end, place] ** 2 for end, place in _places(rank, n))
            for track in tracks.tolist()
        ]
        for rank in range(n)
    ]
    _, order = linear_sum_assignment(np.array(again).reshape(n, n))
    return [int(tracks[i]) for i in order]


def _fewest_again(
    tracks: Sequence[int], had: Counter[tuple[int, int]], rng: np.random.Generator
) -> tuple[int, ...]:
    """Ascending numbers, such that as few tracks as possible have one again."""
    every = list(combinations(range(1, MOST_NUMBERS + 1), len(tracks)))
    again = [sum(had[pair] ** 2 for pair in zip(tracks, numbers, strict=True)) for numbers in every]
    best = np.flatnonzero(np.array(again) == min(again))
    return every[int(rng.choice(best))]

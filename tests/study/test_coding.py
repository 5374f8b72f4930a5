"""Spans of time, and what of them is in the cells of a grid."""

from __future__ import annotations

import numpy as np

from videoemo.study.coding import Grid, Spans, events, joined, spans

GRID = Grid(first=1, n=4, step=100)  # from 100 to 500 ms


def of(*given: tuple[int, int, float]) -> Spans:
    return spans(given, shortest=100)


def rows(given: Spans) -> list[tuple[float, ...]]:
    return [*zip(given.start.tolist(), given.stop.tolist(), given.value.tolist(), strict=True)]


def test_a_cell_has_the_category_that_has_most_of_it() -> None:
    given = of((0, 260, 1), (260, 290, 2), (310, 320, 0))
    np.testing.assert_array_equal(GRID.category(given, 3), [1, 1, 0, np.nan])


def test_a_cell_in_which_two_are_displayed_at_once_has_none() -> None:
    given = of((100, 300, 1), (200, 300, 2))
    np.testing.assert_array_equal(GRID.category(given, 3), [1, np.nan, np.nan, np.nan])


def test_nothing_has_no_category() -> None:
    assert np.isnan(GRID.category(of(), 3)).all()
    assert np.isnan(GRID.mean(of())).all()


def test_a_mean_is_over_time() -> None:
    np.testing.assert_allclose(
        GRID.mean(of((100, 175, 0.4), (175, 300, -0.4))), [0.2, -0.4, np.nan, np.nan]
    )


def test_spans_of_one_value_that_touch_are_one() -> None:
    given = of((0, 100, 1), (101, 200, 1), (200, 300, 2), (290, 400, 2), (500, 600, 1))
    assert rows(joined(given)) == [(0, 200, 1), (200, 400, 2), (500, 600, 1)]


def test_what_has_no_length_lasts_a_cell() -> None:
    assert rows(of((0, 0, 1))) == [(0, 100, 1)]


def test_events_count_where_the_other_says_something() -> None:
    given, other = of((0, 100, 1), (100, 200, 1), (300, 400, 2)), of((150, 400, 0))
    assert events(given, other, 1).tolist() == [[100, 200]]
    assert events(given, other, 2).tolist() == [[300, 400]]
    assert events(given, other, 0).tolist() == []

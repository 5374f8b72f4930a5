"""Evenly spaced means: edges of cells, uneven times, and where nobody is seen."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.rows import rows
from videoemo.errors import InputError
from videoemo.exports.track_grid import TrackGrid, track_grids
from videoemo.tables.faces import FaceTable

NAN = float("nan")


def grids(table: FaceTable, rate: float, *, longest: float = 2.0) -> list[TrackGrid]:
    return list(track_grids(table, rate, longest=longest))


def happy(table: FaceTable, rate: float, *, longest: float = 2.0) -> list[float]:
    (grid,) = grids(table, rate, longest=longest)
    assert np.allclose(np.diff(grid.seconds), 1 / rate)
    means: list[float] = grid.values[:, 0].round(6).tolist()
    return means


def seen(*given: tuple[float, float | None]) -> FaceTable:
    """One person in frames at these seconds, or nobody, with this probability of happiness."""
    return rows(
        [
            (frame, second, None if share is None else 0, share or 0.0)
            for frame, (second, share) in enumerate(given)
        ]
    )


def test_frames_of_a_cell_are_averaged() -> None:
    table = seen((0.0, 1.0), (0.25, 0.0), (0.5, 1.0), (0.75, 1.0))
    assert happy(table, 2.0) == [0.5, 1.0]


def test_a_frame_fills_the_cells_in_which_it_is_shown() -> None:
    assert happy(seen((0.0, 1.0), (1.0, 0.0)), 4.0) == [1, 1, 1, 1, 0, 0, 0, 0]


def test_a_frame_across_an_edge_counts_on_either_side_for_its_time() -> None:
    table = seen((0.0, 1.0), (0.3, 0.0), (0.6, 0.0))
    assert happy(table, 5.0) == [1.0, 0.5, 0.0, 0.0, 0.0]


def test_uneven_frames_count_for_as_long_as_they_are_shown() -> None:
    table = seen((0.0, 1.0), (0.1, 0.0), (0.9, 0.5), (1.0, 0.5))
    assert happy(table, 1.0, longest=1.0)[0] == pytest.approx(0.1 + 0.8 * 0 + 0.1 * 0.5)


def test_cells_in_which_nobody_is_seen_are_empty_and_those_before_and_after_are_left_out() -> None:
    table = seen((0.0, None), (0.1, 1.0), (0.2, None), (0.3, None), (0.4, 0.0), (0.5, None))
    (grid,) = grids(table, 10.0)
    assert grid.seconds.round(6).tolist() == [0.1, 0.2, 0.3, 0.4]
    assert np.array_equal(grid.values[:, 0], [1, NAN, NAN, 0], equal_nan=True)


@pytest.mark.parametrize("rate", [7.0, 10.0, 24.0, 25.0, 29.97, 60.0])
def test_no_cell_is_filled_by_rounding(rate: float) -> None:
    """A person who is seen for exactly n cells has n of them, wherever they lie."""
    for first in range(0, 300, 7):
        table = seen(*((k / rate, 1.0 if first <= k < first + 3 else None) for k in range(310)))
        (grid,) = grids(table, rate)
        assert len(grid.values) == 3
        assert grid.seconds[0] == pytest.approx(first / rate)


def test_the_pause_of_a_recording_is_empty_after_the_longest_step() -> None:
    table = seen((0.0, 1.0), (0.5, 1.0), (1.0, 1.0), (6.0, 1.0), (6.5, 1.0))
    means = happy(table, 1.0, longest=2.0)
    assert np.array_equal(means, [1, 1, 1, NAN, NAN, NAN, 1], equal_nan=True)


def test_all_persons_have_one_grid() -> None:
    table = rows([(0, 5.0, 0, 1.0), (1, 5.03, 0, 1.0), (1, 5.03, 1, 0.2), (2, 5.06, 1, 0.2)])
    zero, one = grids(table, 100.0)
    assert (zero.track, one.track) == (0, 1)
    apart = (one.seconds[0] - zero.seconds[0]) * 100
    assert (zero.seconds[0], apart) == (5.0, pytest.approx(round(apart)))


def test_a_picture_fills_one_cell() -> None:
    assert happy(seen((0.0, 0.7)), 10.0) == [pytest.approx(0.7)]


def test_a_video_without_a_face_has_no_grid() -> None:
    assert grids(seen((0.0, None), (1.0, None)), 10.0) == []
    assert grids(rows([]), 10.0) == []


def test_faces_without_probabilities_are_left_out() -> None:
    table = seen((0.0, 1.0), (0.1, 1.0), (0.2, 1.0))
    table.probabilities[1] = np.nan
    assert np.array_equal(happy(table, 10.0), [1, NAN, 1], equal_nan=True)


@pytest.mark.parametrize("rate", [0.0, -1.0, NAN, float("inf"), 1e9])
def test_a_rate_that_nobody_can_mean_is_refused(rate: float) -> None:
    with pytest.raises(InputError, match=r"a grid of .* Hz: give a number"):
        grids(seen((0.0, 1.0)), rate)


def test_more_cells_than_fit_are_refused() -> None:
    with pytest.raises(InputError, match="cells, allowed are"):
        grids(seen((0.0, 1.0), (1e6, 1.0)), 1000.0)

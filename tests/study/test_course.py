"""Courses: cells from the onset, gaps, several videos of a unit, and the grid."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from tests.support.units import Numbers, observation
from videoemo.study.course import Courses, courses
from videoemo.study.units import Observation
from videoemo.util.arrays import Float64Array

GONE = math.nan


def units(
    seconds: Numbers,
    happiness: Mapping[str, Sequence[float]],
    *,
    baseline: float | None = None,
) -> list[Observation]:
    """Observations of units whose conditions are the first letters of their names."""
    return [
        observation(name, name[0], seconds, values, baseline=baseline)
        for name, values in happiness.items()
    ]


def of(made: Courses, unit: str) -> Float64Array:
    """What a unit displays of happiness in each cell."""
    return made.values[made.units.index(unit), :, 0]


def four(values: Sequence[float]) -> dict[str, Sequence[float]]:
    return dict.fromkeys(("a1", "a2", "b1", "b2"), values)


def test_cells_begin_at_the_onset_and_hold_means_by_time() -> None:
    # Frames of 0.2 s from 0.3 s before the onset on, in cells of 0.5 s.
    seconds = np.arange(6) * 0.2 - 0.3
    made = courses(units(seconds, four([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])), step=0.5)
    np.testing.assert_allclose(made.seconds, [-0.5, 0, 0.5])
    first = (0.2 * 0.1 + 0.1 * 0.2) / 0.3
    second = (0.1 * 0.2 + 0.2 * 0.3 + 0.2 * 0.4) / 0.5
    third = (0.2 * 0.5 + 0.2 * 0.6) / 0.4
    np.testing.assert_allclose(of(made, "a1"), [first, second, third], rtol=1e-6)
    assert made.names == ("happiness", "sadness", "valence")
    assert (made.units, made.conditions) == (("a1", "a2", "b1", "b2"), ("a", "a", "b", "b"))


def test_slow_frames_fill_the_cells_that_they_are_shown_in() -> None:
    made = courses(units([0, 1, 2], four([0.1, 0.5, 0.9])), step=0.5)
    np.testing.assert_allclose(of(made, "a1"), [0.1, 0.1, 0.5, 0.5, 0.9, 0.9], rtol=1e-6)


def test_a_short_gap_is_filled_evenly_and_a_long_one_is_not_known() -> None:
    # A person who is not seen is waited for two seconds.
    for missing, filled in ((2, True), (3, False)):
        values = [0.2, *[GONE] * missing, 0.8, 0.8]
        happiness = four([0.5] * len(values)) | {"a1": values}
        made = of(courses(units(np.arange(len(values)), happiness), step=1), "a1")
        between = 0.2 + 0.6 * np.arange(1, missing + 1) / (missing + 1)
        expected = between if filled else np.full(missing, np.nan)
        np.testing.assert_allclose(made, [0.2, *expected, 0.8, 0.8], rtol=1e-6)


def test_nothing_is_made_up_before_the_first_and_after_the_last_face() -> None:
    happiness = four([0.5] * 6) | {"a1": [GONE, 0.5, 0.5, 0.5, 0.5, GONE], "a3": [0.5] * 6}
    made = courses(units(np.arange(6), happiness), step=1)
    assert np.isnan(of(made, "a1")).tolist() == [True, False, False, False, False, True]


def test_the_grid_ends_where_a_condition_has_fewer_than_two_units() -> None:
    happiness = four([0.5] * 6) | {"a1": [GONE, *[0.5] * 5], "b2": [*[0.5] * 4, GONE, GONE]}
    made = courses(units(np.arange(6) - 2, happiness), step=1)
    np.testing.assert_allclose(made.seconds, [-1, 0, 1])


def test_where_no_time_is_known_of_two_units_in_each_there_is_no_cell() -> None:
    happiness = four([0.5, 0.5]) | {"a1": [0.5, GONE], "a2": [GONE, 0.5]}
    made = courses(units([0, 1], happiness), step=1)
    assert made.values.shape == (4, 0, 3)


def test_several_videos_of_a_unit_in_a_condition_are_averaged() -> None:
    seconds = [0.0, 1.0]
    found = [
        *units(seconds, four([0.5, 0.5])),
        observation("a1", "a", seconds, [0.9, GONE]),
        observation("a1", "b", seconds, [0.1, 0.1]),
    ]
    made = courses(found, step=1)
    np.testing.assert_allclose(of(made, "a1"), [0.7, 0.5], rtol=1e-6)
    assert list(zip(made.units, made.conditions, strict=True))[-1] == ("a1", "b")


def test_a_baseline_is_subtracted() -> None:
    made = courses(units([0, 1], four([0.5, 0.7]), baseline=0.4), step=1)
    np.testing.assert_allclose(of(made, "b2"), [0.1, 0.3], atol=1e-6)


def test_a_picture_is_one_cell() -> None:
    made = courses(units([0], four([0.7])), step=0.1)
    np.testing.assert_allclose(made.seconds, [0])
    np.testing.assert_allclose(of(made, "a1"), [0.7], rtol=1e-6)


def test_courses_with_two_rows_of_one_unit_and_condition_are_refused() -> None:
    with pytest.raises(ValueError, match="one row a unit and condition"):
        Courses(np.zeros(1), ("x",), np.zeros((2, 1, 1)), ("p", "p"), ("a", "a"))

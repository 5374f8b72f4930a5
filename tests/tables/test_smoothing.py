from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.rows import CLASSES, rows
from videoemo.tables.smoothing import smooth


def test_a_flicker_gets_smaller_and_its_neighbours_take_it_up() -> None:
    flicker = rows([(i, 0.04 * i, 0, 1.0 if i == 5 else 0.0) for i in range(11)])
    course = smooth(flicker, 0.1).probabilities[:, 0]
    assert course[5] == course.max() < 0.5
    assert (course[:5] > 0).all()
    np.testing.assert_allclose(course, course[::-1], atol=1e-6)  # nothing comes late


def test_the_weights_fall_with_time_as_the_time_constant_says() -> None:
    two = rows([(0, 0.0, 0, 1.0), (1, 0.3, 0, 0.0)])
    share = np.exp(-0.3 / 0.2)
    np.testing.assert_allclose(
        smooth(two, 0.2).probabilities[:, 0], [1 / (1 + share), share / (1 + share)], atol=1e-6
    )


def test_tracks_do_not_mix() -> None:
    two = rows([(i // 2, 0.04 * (i // 2), i % 2, float(i % 2)) for i in range(20)])
    np.testing.assert_array_equal(smooth(two, 1.0).probabilities, two.probabilities)


def test_a_video_of_hours_is_smoothed_as_a_short_one() -> None:
    hours = rows([(i, 0.04 * i + 7200 * (i >= 10), i % 2, float(i % 2)) for i in range(20)])
    np.testing.assert_array_equal(smooth(hours, 0.2).probabilities, hours.probabilities)


def test_what_lies_before_a_long_gap_does_not_reach_beyond_it() -> None:
    apart = rows([(0, 0.0, 0, 1.0), (1, 0.04, None, 0.0), (250, 10.0, 0, 0.0)])
    smoothed = smooth(apart, 0.2).probabilities[:, 0]
    assert smoothed[[0, 2]].tolist() == pytest.approx([1, 0], abs=1e-6)
    assert np.isnan(smoothed[1])  # nothing is made up


def test_probabilities_still_sum_to_one_and_the_table_says_that_it_is_smoothed() -> None:
    rng = np.random.default_rng(0)
    smoothed = smooth(
        rows([(i, 0.04 * i, int(rng.integers(3)), float(rng.random())) for i in range(40)]), 0.2
    )
    np.testing.assert_allclose(smoothed.probabilities.sum(axis=1), 1, atol=1e-6)
    assert smoothed.to_arrow().schema.metadata == {b"smoothed_seconds": b"0.2"}
    assert smoothed.classes == CLASSES


def test_values_are_smoothed_with_the_probabilities() -> None:
    flicker = rows([(i, 0.04 * i, 0, float(i == 5)) for i in range(11)])
    happiness = flicker.probabilities[:, 0]
    smoothed = smooth(replace(flicker, values={"one": happiness, "other": -happiness}), 0.1)
    np.testing.assert_array_equal(smoothed.values["one"], smoothed.probabilities[:, 0])
    np.testing.assert_array_equal(smoothed.values["other"], -smoothed.probabilities[:, 0])


def test_a_time_constant_of_zero_changes_nothing() -> None:
    table = rows([(0, 0.0, 0, 1.0), (1, 0.04, 0, 0.0)])
    assert smooth(table, 0.0) is table
    assert table.to_arrow().schema.metadata is None

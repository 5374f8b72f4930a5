"""Made-up studies, and what is found in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eval.study import COURSE, averaged, no_difference, truth
from eval.support.studies import (
    CASES,
    CLASSES,
    HAPPINESS,
    MEASURES,
    STEP,
    WHOLLY_SEEN,
    Case,
    draw,
    measures,
)
from tests.support.units import observation
from videoemo.study.course import courses
from videoemo.study.measures import measures as study_measures
from videoemo.study.series import Series
from videoemo.study.units import Observation
from videoemo.tables.expressions import Episode
from videoemo.util.arrays import Float64Array

NAMES = ("happiness", "sadness", "surprise", "neutral", "valence")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_study_has_the_units_and_the_gaps_of_its_case(case: Case) -> None:
    study = draw(case, np.random.default_rng(0))
    assert (len(study.a), len(study.b)) == (case.n, case.m)
    for of_units, seen, longest in (
        (study.a, case.seen_a, case.longest_a),
        (study.b, case.seen_b, case.longest_b),
    ):
        shares = (~np.isnan(of_units)).all(2).mean(1)
        assert shares.max() <= min(seen[1], longest[1])
        assert (shares.min() == 1) == (seen[0] == longest[0] == 1)


def test_what_is_tested_has_the_same_expectation_in_both_conditions() -> None:
    for case in CASES:
        study = draw(replace(case, n=4000, m=4000), np.random.default_rng(0))
        a, b = measures(study.a), measures(study.b)
        for name in case.tested:
            error = np.sqrt(np.nanvar(a[name]) / 4000 + np.nanvar(b[name]) / 4000)
            assert abs(np.nanmean(a[name]) - np.nanmean(b[name])) < 4 * error, (case.name, name)


def test_an_effect_stands_where_it_was_put() -> None:
    (case, _) = WHOLLY_SEEN
    study = draw(replace(case, n=4000, m=4000), np.random.default_rng(0), effect=1.5)
    difference = study.a[:, :, HAPPINESS].mean(0) - study.b[:, :, HAPPINESS].mean(0)
    assert (difference[40:70] > 0.1).all()
    assert np.abs(np.delete(difference, np.s_[40:70])).max() < 0.05


def test_measures_of_a_course_that_is_known_by_hand() -> None:
    course = np.full((1, 5, 4), np.nan)
    course[0, :4] = [[0.1, 0.3, 0, -1], [0.6, 0, 0, 1], [0.8, 0, 0, 1], [0.3, 0.4, 0, 0]]
    found = measures(course)
    assert [found[name].item() for name in MEASURES] == pytest.approx([0.45, 0.5, 0.8, 0.1, 0.25])


def test_measures_and_courses_are_those_of_a_comparison() -> None:
    made_up = draw(CASES[1], np.random.default_rng(0)).a
    observations = [observed(f"p{i}", course) for i, course in enumerate(made_up)]
    theirs, ours = study_measures(observations), measures(made_up)
    for name in MEASURES:
        column = theirs.names.index(name.replace(" ", "_"))
        np.testing.assert_allclose(theirs.values[:, column], ours[name], rtol=1e-5)
    grid = courses(observations, step=STEP)
    np.testing.assert_allclose(
        grid.values[:, :, [0, 1, 2, 4]], made_up[:, : len(grid.seconds)], rtol=1e-5, atol=1e-7
    )


def observed(unit: str, course: Float64Array) -> Observation:
    """A unit of whom a frame is sampled at each point."""
    seconds = np.arange(len(course), dtype=np.float64) * STEP
    neutral = 1 - course[:, :CLASSES].sum(1, keepdims=True)
    values = np.concatenate([course[:, :CLASSES], neutral, course[:, CLASSES:]], axis=1)
    episodes = [
        Episode(0, NAMES[row[:4].argmax()], start, start + STEP, 1, 1.0)
        for start, row in zip(seconds.tolist(), values, strict=True)
        if not np.isnan(row).any()
    ]
    series = Series(
        seconds,
        seconds + STEP,
        NAMES,
        values.astype(np.float32),
        values.astype(np.float32),
        None,
        0.0,
    )
    return replace(
        observation(unit, "a", [0.0], [0.0]),
        seconds=len(course) * STEP,
        series=series,
        episodes=tuple(episodes),
    )


def test_a_few_studies_are_judged_in_every_point() -> None:
    case = CASES[1]
    figures = averaged(no_difference, case, *truth(case), studies=3, jobs=1)
    assert {row for row, _ in figures} >= {*case.tested, COURSE}
    assert all(0 <= share <= 1 for share in figures.values())

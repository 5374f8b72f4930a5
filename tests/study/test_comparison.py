"""Conditions compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from videoemo.config.comparing import load_comparing
from videoemo.study.comparison import Comparison, compare_courses, compare_measures, course_bands
from videoemo.study.course import Courses
from videoemo.study.measures import Measures

SETTINGS = replace(load_comparing().statistics, permutations=500, resamples=200)
Values = Mapping[str, Mapping[str, float]]


def measured(*named: Values, paired: bool = False) -> list[Comparison]:
    """Measures m0, m1, ... of units, by condition."""
    conditions = list(named[0])
    rows = [(condition, unit) for condition in conditions for unit in named[0][condition]]
    values = np.array([[one[condition][unit] for one in named] for condition, unit in rows])
    given = Measures(
        names=tuple(f"mean_m{i}" for i in range(len(named))),
        values=values,
        units=tuple(unit for _, unit in rows),
        conditions=tuple(condition for condition, _ in rows),
        coverage=np.ones(len(rows)),
    )
    return compare_measures(given, conditions, paired=paired, settings=SETTINGS)


def units(values: Sequence[float], *, letter: str = "u") -> dict[str, float]:
    return {f"{letter}{i}": value for i, value in enumerate(values)}


def test_the_difference_is_the_second_condition_less_the_first() -> None:
    (one,) = measured({"a": units([1, 2, 3, 4]), "b": units([11, 12, 13, 14], letter="v")})
    assert (one.a, one.b, one.n_a, one.n_b) == ("a", "b", 4, 4)
    assert (one.mean_a, one.mean_b, one.difference) == (2.5, 12.5, 10)
    assert one.low < 10 < one.high
    assert (one.hedges_g > 0, one.cliffs_delta, one.note) == (True, 1, "")
    assert one.p == pytest.approx(2 / 70)  # of all arrangements the observed one and its mirror


def test_pairs_are_of_the_units_in_both_conditions_wherever_they_stand() -> None:
    first = {"u0": 1.0, "u1": 5.0, "u2": 9.0, "lone": 100.0}
    (one,) = measured({"a": first, "b": {"u2": 9.5, "u0": 1.9, "u1": 5.4}}, paired=True)
    assert (one.n_a, one.n_b) == (3, 3)
    assert one.mean_a == 5
    assert one.difference == pytest.approx(0.6)


def test_a_unit_without_a_value_does_not_count_for_that_measure() -> None:
    (one,) = measured({"a": units([1, np.nan, 3]), "b": units([5, 6, 8.5], letter="v")})
    assert (one.n_a, one.n_b, one.mean_a) == (2, 3, 2)
    (one,) = measured({"a": units([1, np.nan, 3]), "b": units([5, 6, 8.5])}, paired=True)
    assert (one.n_a, one.n_b, one.mean_b) == (2, 2, 6.75)


@pytest.mark.parametrize(
    ("a", "b", "paired", "note"),
    [
        ([0, 0, 0], [0, 0, 0], False, "the same in all units"),
        ([0, 0, 0], [0, 0, 0], True, "the same in all units"),
        ([1, 1, 1], [2, 2, 2], False, "the same in all units of each condition"),
        ([1, 2, 3], [2, 3, 4], True, "the difference is the same in all pairs"),
        ([1, np.nan, np.nan], [2, 3, 4], False, "fewer than 2 units with a value"),
        ([1, np.nan, 3], [np.nan, 3, 4], True, "fewer than 2 pairs of values"),
        ([np.nan] * 3, [np.nan] * 3, False, "fewer than 2 units with a value"),
    ],
)
def test_what_cannot_be_tested_says_why(
    a: list[float], b: list[float], paired: bool, note: str
) -> None:
    second = units(b, letter="u" if paired else "v")
    (one,) = measured({"a": units(a), "b": second}, paired=paired)
    assert note in one.note
    assert np.isnan([one.p, one.p_holm, one.hedges_g, one.cliffs_delta]).all()
    assert one.units_needed is None


def test_p_is_corrected_for_all_measures_and_pairs_that_were_tested() -> None:
    rng = np.random.default_rng(0)

    def noise(letter: str, shift: float = 0) -> dict[str, float]:
        return units((rng.normal(size=8) + shift).tolist(), letter=letter)

    first = {"a": noise("u"), "b": noise("v"), "c": noise("w", 5)}
    constant = {name: dict.fromkeys(given, 0.5) for name, given in first.items()}
    found = measured(first, constant)
    tested = [one for one in found if not one.note]
    assert [(one.a, one.b) for one in tested] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert all(one.p_holm >= one.p for one in tested)
    smallest = min(tested, key=lambda one: one.p)
    assert smallest.p_holm == pytest.approx(3 * smallest.p)


def courses(values: np.ndarray, conditions: Sequence[str], units: Sequence[str]) -> Courses:
    return Courses(
        seconds=np.arange(values.shape[1]) / 10 + 0.05,
        names=("happiness", "sadness"),
        values=values,
        units=tuple(units),
        conditions=tuple(conditions),
    )


def made_up(*, shift: float, k: int = 2) -> Courses:
    """8 units a condition, 40 times; the second condition happier in the second half."""
    values = np.random.default_rng(1).normal(size=(8 * k, 40, 2)) * 0.1 + 0.5
    values[8:16, 20:, 0] += shift
    names = [f"c{i // 8}" for i in range(8 * k)]
    return courses(values, names, [f"u{i}" for i in range(8 * k)])


def test_courses_differ_where_they_do() -> None:
    found = compare_courses(made_up(shift=0.5), ("c0", "c1"), paired=False, settings=SETTINGS)
    (sure,) = (one for one in found if one.p_holm <= 0.05)
    assert (sure.name, sure.a, sure.b) == ("happiness", "c0", "c1")
    assert sure.mass > 0
    assert (sure.start, sure.stop) == pytest.approx((2.0, 4.0), abs=0.11)
    found = compare_courses(made_up(shift=0.0), ("c0", "c1"), paired=False, settings=SETTINGS)
    assert all(one.p_holm > 0.05 for one in found)


def test_the_pairs_of_three_conditions_are_corrected() -> None:
    names = ("c0", "c1", "c2")
    found = compare_courses(made_up(shift=0.5, k=3), names, paired=False, settings=SETTINGS)
    sure = [one for one in found if one.p_holm <= 0.05]
    assert [(one.a, one.b) for one in sure] == [("c0", "c1"), ("c1", "c2")]
    assert [np.sign(one.mass) for one in sure] == [1, -1]
    least = min(sure, key=lambda one: one.p)
    assert least.p_holm >= 3 * least.p - 1e-12


def test_bands_are_over_units() -> None:
    given = made_up(shift=0.5)
    given.values[0, :5] = np.nan
    bands = course_bands(given, ("c0", "c1"), settings=SETTINGS)
    assert bands.units == (8, 8)
    assert bands.n[0, :6].tolist() == [7, 7, 7, 7, 7, 8]
    assert bands.mean[1] == pytest.approx(given.values[8:].mean(axis=0))
    assert (bands.low < bands.mean).all()
    assert (bands.mean < bands.high).all()

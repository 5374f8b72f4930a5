"""Permutation tests over units."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from videoemo.metrics.permutation import permutation_p
from videoemo.metrics.studentised import normal_deviate

DRAWN = {"permutations": 2000, "seed": 0}


def normal(n: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=n)


@pytest.mark.parametrize("paired", [False, True])
def test_it_is_scipys_exact_test_of_the_deviate_of_its_t(paired: bool) -> None:
    a, b = normal(5) + 1, normal(5, seed=1)

    def deviate(x: np.ndarray, y: np.ndarray, axis: int) -> np.ndarray:
        if paired:
            test = stats.ttest_rel(x, y, axis=axis)
        else:
            test = stats.ttest_ind(x, y, axis=axis, equal_var=False)
        return np.abs(normal_deviate(test.statistic, test.df))

    theirs = stats.permutation_test(
        (a, b),
        deviate,
        permutation_type="samples" if paired else "independent",
        vectorized=True,
        alternative="greater",
    )
    assert permutation_p(a, b, paired=paired, **DRAWN) == pytest.approx(theirs.pvalue)


@pytest.mark.parametrize("paired", [False, True])
def test_of_many_units_it_is_about_the_t_test(paired: bool) -> None:
    a, b = normal(30) + 0.5, normal(30, seed=1)
    theirs = stats.ttest_rel(a, b) if paired else stats.ttest_ind(a, b, equal_var=False)
    assert permutation_p(a, b, paired=paired, **DRAWN) == pytest.approx(theirs.pvalue, abs=0.03)


def test_a_unit_that_is_not_known_is_left_out() -> None:
    a, b = normal(9) + 1, normal(9, seed=1)
    with_gap = np.append(a, np.nan)
    assert permutation_p(with_gap, b, paired=False, **DRAWN) == permutation_p(
        a, b, paired=False, **DRAWN
    )
    assert permutation_p(with_gap, np.append(b, 9), paired=True, **DRAWN) == permutation_p(
        a, b, paired=True, **DRAWN
    )


@pytest.mark.parametrize("paired", [False, True])
def test_groups_without_overlap_have_the_least_p_even_without_spread(paired: bool) -> None:
    found = permutation_p(np.ones(5), np.zeros(5), paired=paired, **DRAWN)
    assert found == pytest.approx(2 / 2**5 if paired else 2 / 252)


@pytest.mark.parametrize("paired", [False, True])
def test_a_constant_measure_is_not_tested(paired: bool) -> None:
    assert np.isnan(permutation_p(np.full(5, 0.1), np.full(5, 0.1), paired=paired, **DRAWN))


def test_pairs_that_do_not_differ_have_a_p_of_1() -> None:
    assert permutation_p(normal(6), normal(6), paired=True, **DRAWN) == 1


def test_a_group_of_one_is_not_tested() -> None:
    assert np.isnan(permutation_p(normal(1), normal(9), paired=False, **DRAWN))


def test_one_seed_gives_one_p() -> None:
    a, b = normal(20), normal(20, seed=1)
    first, again = (permutation_p(a, b, paired=False, **DRAWN) for _ in range(2))
    assert first == again
    assert first != permutation_p(a, b, paired=False, permutations=2000, seed=1)


def test_unequal_variances_of_unequal_groups_do_no_harm() -> None:
    rng = np.random.default_rng(0)
    found = [
        permutation_p(
            4 * rng.normal(size=6), rng.normal(size=18), paired=False, permutations=200, seed=i
        )
        for i in range(400)
    ]
    # Of 5 %, within three standard deviations; with a mean for its statistic it would be 30 %.
    assert 0.02 < np.mean(np.array(found) <= 0.05) < 0.085

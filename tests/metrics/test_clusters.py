"""From when to when two groups of courses differ."""

from __future__ import annotations

from inspect import signature
from typing import Any

import numpy as np
import pytest
from scipy import stats

from videoemo.metrics.clusters import Cluster, permutation_clusters
from videoemo.metrics.studentised import normal_deviate, studentised

DRAWN: dict[str, Any] = {"level": 0.05, "permutations": 500, "seed": 0}


def courses(n: int, *, t: int = 40, c: int = 1, seed: int = 0) -> Any:
    """Smooth courses of units that have nothing to do with each other."""
    steps = np.random.default_rng(seed).normal(size=(n, t + 9, c))
    return np.stack([steps[:, i : i + 10].mean(1) for i in range(t)], axis=1) * np.sqrt(10)


def with_bump(values: np.ndarray, *, size: float, column: int = 0) -> np.ndarray:
    values = values.copy()
    values[:, 10:20, column] += size
    return values


def places(found: list[Cluster]) -> list[tuple[int, int, int]]:
    return [(one.column, one.start, one.stop) for one in found]


@pytest.mark.parametrize("paired", [False, True])
def test_they_are_those_of_mne(paired: bool) -> None:
    mne = pytest.importorskip("mne", reason="needs the extra: pip install 'videoemo[test]'")
    a, b = with_bump(courses(7), size=2)[:, :, 0], courses(7, seed=1)[:, :, 0]
    ours = permutation_clusters(
        a[:, :, None], b[:, :, None], paired=paired, level=0.05, permutations=5000, seed=0
    )
    threshold = stats.norm.isf(0.025)

    def deviate(*groups: np.ndarray) -> Any:
        first, second = groups if len(groups) == 2 else (groups[0], np.zeros_like(groups[0]))
        statistic = studentised(first, second, paired=paired)
        return normal_deviate(*statistic(np.arange(7)[None]))[0]

    given: dict[str, Any] = {
        "threshold": threshold,
        "stat_fun": deviate,
        "out_type": "mask",
        "verbose": "ERROR",
    }
    if paired:
        _, clusters, p, _ = mne.stats.permutation_cluster_1samp_test(
            a - b, n_permutations=5000, **given
        )
    else:
        # Its null of two groups takes the greatest sum with its sign, which a two-sided test cannot
        # use: the course and its opposite are laid end to end, and tested on one side.
        both = [np.concatenate([of, of[:, :1] * 0, -of], axis=1) for of in (a, b)]
        test = mne.stats.permutation_cluster_test
        rng = "rng" if "rng" in signature(test).parameters else "seed"  # before MNE 1.13
        _, clusters, p, _ = test(both, n_permutations=2000, tail=1, **{rng: 0}, **given)
    theirs = {
        (slices[0].start % 41, (slices[0].stop - 1) % 41 + 1): chance
        for slices, chance in zip(clusters, p, strict=True)
    }
    assert {(one.start, one.stop): one.p for one in ours} == pytest.approx(
        theirs, abs=1e-12 if paired else 0.03
    )
    assert len(ours) > 1


def test_a_difference_is_found_where_it_is() -> None:
    a, b = with_bump(courses(20, c=3), size=-1.5, column=1), courses(20, c=3, seed=1)
    (found,) = (one for one in permutation_clusters(a, b, paired=False, **DRAWN) if one.p <= 0.05)
    assert found.column == 1
    assert abs(found.start - 10) <= 2
    assert abs(found.stop - 20) <= 2
    assert found.mass < 0
    assert found.p == 1 / 501


def test_clusters_end_at_the_ends_of_a_column() -> None:
    a, b = courses(9, t=6, c=2) + 9, courses(9, t=6, c=2, seed=1)
    found = permutation_clusters(a, b, paired=False, **DRAWN)
    assert places(found) == [(0, 0, 6), (1, 0, 6)]


def test_opposite_differences_are_two_clusters() -> None:
    a, b = courses(9, t=8), courses(9, t=8, seed=1)
    a[:, :4] += 9
    a[:, 4:] -= 9
    found = permutation_clusters(a, b, paired=True, **DRAWN)
    assert places(found) == [(0, 0, 4), (0, 4, 8)]
    assert found[0].mass > 0 > found[1].mass


@pytest.mark.parametrize("paired", [False, True])
def test_the_order_of_the_groups_changes_the_sign_alone(paired: bool) -> None:
    a, b = with_bump(courses(6), size=2), courses(6, seed=1)
    given: dict[str, Any] = {"paired": paired, "level": 0.05, "permutations": 1000, "seed": 0}
    there, back = permutation_clusters(a, b, **given), permutation_clusters(b, a, **given)
    assert places(there) == places(back)
    assert [one.mass for one in there] == pytest.approx([-one.mass for one in back])
    assert [one.p for one in there] == pytest.approx([one.p for one in back])


@pytest.mark.parametrize("paired", [False, True])
def test_units_are_left_out_where_they_are_not_known(paired: bool) -> None:
    a, b = with_bump(courses(20), size=2), courses(20, seed=1)
    a[3, 12:], b[5, :15] = np.nan, np.nan
    a[:, 25:] = np.nan
    found = [one for one in permutation_clusters(a, b, paired=paired, **DRAWN) if one.p <= 0.05]
    assert len(found) == 1
    assert found[0].stop <= 25


def test_the_t_of_each_point_is_that_of_the_known_units() -> None:
    a, b = courses(12)[:, :, 0], courses(9, seed=1)[:, :, 0]
    a[2:5, 10:], b[0, 30:] = np.nan, np.nan
    (t,), (freedom,) = studentised(a, b, paired=False)(np.arange(12)[None])
    theirs = stats.ttest_ind(a, b, equal_var=False, nan_policy="omit")
    np.testing.assert_allclose(t, theirs.statistic, atol=1e-8)
    np.testing.assert_allclose(freedom, theirs.df, rtol=1e-8)
    (t,), (freedom,) = studentised(a[:9], b, paired=True)(np.arange(9)[None])
    theirs = stats.ttest_rel(a[:9], b, nan_policy="omit")
    np.testing.assert_allclose(t, theirs.statistic, atol=1e-8)
    np.testing.assert_allclose(freedom, theirs.df, rtol=1e-8)


@pytest.mark.parametrize("freedom", [2.0, 5.0, 30.0])
def test_a_deviate_is_about_as_improbable_as_its_t(freedom: float) -> None:
    t = np.linspace(-6, 6, 25)
    exact = stats.norm.ppf(stats.t.cdf(t, freedom))
    np.testing.assert_allclose(normal_deviate(t, np.full(25, freedom)), exact, atol=0.05)


@pytest.mark.parametrize("paired", [False, True])
def test_where_nothing_differs_there_is_no_cluster(paired: bool) -> None:
    same = np.full((6, 10, 2), 0.1)
    assert permutation_clusters(same, same, paired=paired, **DRAWN) == []
    unknown = np.full((6, 10, 2), np.nan)
    assert permutation_clusters(unknown, unknown, paired=paired, **DRAWN) == []
    assert permutation_clusters(same[:1], same[:1], paired=paired, **DRAWN) == []
    assert permutation_clusters(same[:, :, :0], same[:, :, :0], paired=paired, **DRAWN) == []


@pytest.mark.parametrize("paired", [False, True])
def test_a_difference_without_spread_is_the_surest(paired: bool) -> None:
    found = permutation_clusters(np.ones((5, 4, 1)), np.zeros((5, 4, 1)), paired=paired, **DRAWN)
    assert places(found) == [(0, 0, 4)]
    assert found[0].p == pytest.approx(2 / 2**5 if paired else 2 / 252)

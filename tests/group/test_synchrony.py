"""Synchrony: found where it is, with its lag, and not where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from eval.support.series import autoregressive, with_gaps
from tests.support.face_tables import Floats, two
from videoemo.group import Pair, ValenceSeries, corrected, synchrony

GAPS = ("none", "drops", "stretches", "late", "early")


def compared(first: Floats, second: Floats) -> Pair:
    (pair,) = synchrony(two(first, second), window=10, most_lag=1)
    return pair


def following(
    n: int, rng: np.random.Generator, *, lag: int, share: float = 0.8, gaps: str = "drops"
) -> tuple[Floats, Floats]:
    """A series, and one that is partly the same `lag` samples later and partly its own."""
    led = autoregressive(n + 40, rng)
    own = autoregressive(n, rng)
    follower = share * led[20 - lag : 20 - lag + n] + np.sqrt(1 - share**2) * own
    return with_gaps(led[20 : 20 + n], rng, gaps), with_gaps(follower, rng, gaps)


@pytest.mark.parametrize("lag", [-9, -3, 0, 1, 5, 10])
def test_a_known_lag_is_recovered_within_one_sample(lag: int) -> None:
    rng = np.random.default_rng(abs(lag))
    for n, gaps in ((150, "none"), (300, "drops"), (300, "late"), (600, "stretches")):
        pair = compared(*following(n, rng, lag=lag, gaps=gaps))
        assert pair.lag_seconds == pytest.approx(lag / 10, abs=0.1001), (n, gaps)


def test_who_comes_first_leads() -> None:
    rng = np.random.default_rng(0)
    assert [compared(*following(300, rng, lag=lag)).leads for lag in (5, -5)] == [0, 1]


@pytest.mark.parametrize("lag", [-1, 0, 1])
def test_within_one_sample_nobody_leads(lag: int) -> None:
    first, second = following(300, np.random.default_rng(1), lag=lag, share=0.95)
    assert (compared(first, second).p, compared(first, second).leads) == (0.001, None)


def false_positives(
    n_pairs: int, *, seed: int, lengths: tuple[int, ...], weight: float = 0.95
) -> float:
    """The share of independent pairs of smooth series, of each length and kind of gaps in turn,
    that are called synchronous at 5 %.
    """
    rng = np.random.default_rng(seed)
    p = []
    for i in range(n_pairs):
        n, gaps = lengths[i % len(lengths)], GAPS[i // len(lengths) % len(GAPS)]
        p.append(
            compared(
                *(with_gaps(autoregressive(n, rng, weight=weight), rng, gaps) for _ in range(2))
            ).p
        )
    return float(np.mean(np.array(p) <= 0.05))


def test_of_a_thousand_independent_pairs_about_one_in_twenty_is_called_synchronous() -> None:
    assert 0.035 <= false_positives(1000, seed=0, lengths=(100, 200, 400, 1000)) <= 0.065


def test_the_maximum_over_the_lags_is_part_of_the_null() -> None:
    # As many lags as can be, in the shortest series: a null of lag 0 alone would call most
    # of these.
    assert false_positives(400, seed=1, lengths=(100,)) <= 0.065


@pytest.mark.parametrize("weight", [0.5, 0.99], ids=["rough", "nearly a random walk"])
def test_series_that_are_less_or_more_smooth(weight: float) -> None:
    assert false_positives(400, seed=2, lengths=(100, 300), weight=weight) <= 0.07


def test_series_with_jumps_are_not_called_synchronous() -> None:
    rng = np.random.default_rng(3)
    jumping = [
        np.where(rng.random(200) < 0.02, 20 * rng.normal(size=200), autoregressive(200, rng))
        for _ in range(400)
    ]
    assert (
        np.mean(
            [compared(a, b).p <= 0.05 for a, b in zip(jumping[::2], jumping[1::2], strict=True)]
        )
        <= 0.075
    )


@pytest.mark.parametrize(("n", "least"), [(100, 0.75), (300, 0.95)])
def test_coupled_series_are_found(n: int, least: float) -> None:
    rng = np.random.default_rng(4)
    p = np.array([compared(*following(n, rng, lag=4, share=0.6)).p for _ in range(60)])
    assert np.mean(p <= 0.05) >= least


def test_rising_while_the_other_falls_is_no_synchrony() -> None:
    first, second = following(300, np.random.default_rng(5), lag=0)
    assert (compared(first, second).p, compared(first, -second).p > 0.05) == (0.001, True)


def test_a_pair_that_does_not_beat_the_null_has_no_lag_and_no_leader() -> None:
    rng = np.random.default_rng(6)
    pair = compared(autoregressive(200, rng), autoregressive(200, rng))
    assert (pair.p > 0.05, pair.lag_seconds, pair.leads) == (True, None, None)


def test_the_same_courses_give_the_same_pairs() -> None:
    first, second = following(200, np.random.default_rng(7), lag=3, share=0.3)
    assert compared(first, second) == compared(first, second)


def test_other_persons_do_not_change_what_is_said_of_a_pair_but_for_the_correction() -> None:
    rng = np.random.default_rng(8)
    first, second = following(200, rng, lag=3, share=0.3)
    three = ValenceSeries(
        np.array([0, 1, 2]), np.array([first, second, autoregressive(200, rng)]), 0.1
    )
    among = synchrony(three, window=10, most_lag=1)[0]
    alone = compared(first, second)
    assert (among.correlation, among.p, among.p_corrected > alone.p_corrected) == (
        alone.correlation,
        alone.p,
        True,
    )


def test_persons_who_are_hardly_seen_together_are_not_compared() -> None:
    first, second = following(100, np.random.default_rng(9), lag=0, gaps="none")
    first[60:], second[:35] = np.nan, np.nan
    assert synchrony(two(first, second), window=10, most_lag=1) == []


def test_common_time_is_told() -> None:
    first, second = following(100, np.random.default_rng(10), lag=0, gaps="none")
    first[60:], second[:10] = np.nan, np.nan
    assert compared(first, second).common_seconds == pytest.approx(5.0)


@pytest.mark.parametrize(
    "still",
    [np.zeros(100), np.full(100, np.nan), np.zeros(0)],
    ids=["never changes", "never seen", "no time"],
)
def test_a_course_without_changes_is_compared_with_none(still: Floats) -> None:
    assert (
        synchrony(
            two(still, autoregressive(len(still), np.random.default_rng(0))), window=10, most_lag=1
        )
        == []
    )


def test_synchrony_in_short_turns_is_seen_through_the_window() -> None:
    """What swings together within windows but drifts apart over the whole is found."""
    rng = np.random.default_rng(11)
    first, second = following(300, rng, lag=2)
    assert compared(first + np.linspace(0, 40, 300), second - np.linspace(0, 40, 300)).p == 0.001


class TestCorrected:
    def test_it_is_holms_step_down(self) -> None:
        # statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005], method="holm")
        assert corrected([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])

    def test_none_is_above_one(self) -> None:
        assert corrected([0.9, 0.8]) == [1.0, 1.0]

    def test_of_one_it_is_the_same(self) -> None:
        assert corrected([0.2]) == [0.2]

    def test_of_none_it_is_none(self) -> None:
        assert corrected([]) == []

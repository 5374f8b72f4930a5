from __future__ import annotations

import numpy as np
import pytest

from videoemo.metrics.bootstrap import difference, estimate, group_ids, resample
from videoemo.metrics.classification import accuracy, confusion, macro_f1, uar


def guesses(
    n: int, *, share: float, n_classes: int = 3, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_classes, n)
    return labels, np.where(rng.random(n) < share, labels, (labels + 1) % n_classes)


@pytest.mark.parametrize("metric", [accuracy, uar, macro_f1])
def test_the_value_is_that_of_the_clips_themselves(metric: object) -> None:
    labels, predicted = guesses(100, share=0.6)
    assert callable(metric)
    assert estimate(metric, resample(labels, predicted, n_classes=3, groups=None)).value == metric(
        confusion(labels, predicted, 3)
    )


def test_the_interval_of_an_accuracy_is_the_binomial_one() -> None:
    labels, predicted = guesses(383, share=0.6)
    found = estimate(accuracy, resample(labels, predicted, n_classes=3, groups=None))
    deviation = np.sqrt(found.value * (1 - found.value) / 383)
    assert found.value - found.low == pytest.approx(1.96 * deviation, rel=0.1)
    assert found.high - found.value == pytest.approx(1.96 * deviation, rel=0.1)


def test_resampling_whole_groups_widens_the_interval_of_clips_that_repeat_each_other() -> None:
    labels, predicted = guesses(50, share=0.6)
    labels, predicted, groups = labels.repeat(8), predicted.repeat(8), np.arange(50).repeat(8)
    alone = estimate(accuracy, resample(labels, predicted, n_classes=3, groups=None))
    together = estimate(accuracy, resample(labels, predicted, n_classes=3, groups=groups))
    assert (together.high - together.low) / (alone.high - alone.low) == pytest.approx(
        np.sqrt(8), rel=0.1
    )


def test_the_same_clips_give_the_same_interval() -> None:
    labels, predicted = guesses(80, share=0.7)
    first, second = (
        estimate(uar, resample(labels, predicted, n_classes=3, groups=None)) for _ in range(2)
    )
    assert first == second


def test_a_paired_difference_is_surer_than_the_two_intervals() -> None:
    labels, predicted = guesses(300, share=0.6)
    # Right wherever the other is, and in some more.
    better = np.where(np.arange(300) < 15, labels, predicted)
    found = difference(
        accuracy, *(resample(labels, one, n_classes=3, groups=None) for one in (better, predicted))
    )
    alone = estimate(accuracy, resample(labels, predicted, n_classes=3, groups=None))
    assert found.differs
    assert found.high - found.low < (alone.high - alone.low) / 2


def test_a_difference_within_noise_does_not_differ() -> None:
    labels = np.zeros(60, np.int64)
    first, second = labels.copy(), labels.copy()
    first[:10], second[10:22] = 1, 1  # wrong on other clips, about as many
    assert not difference(
        accuracy, *(resample(labels, one, n_classes=2, groups=None) for one in (first, second))
    ).differs


def test_of_one_group_there_is_no_interval() -> None:
    labels, predicted = guesses(20, share=0.6)
    found = estimate(
        accuracy, resample(labels, predicted, n_classes=3, groups=np.zeros(20, np.int64))
    )
    assert np.isnan([found.low, found.high]).all()
    assert not found.differs


def test_a_metric_may_be_an_array_with_undefined_parts() -> None:
    def shares(counts: np.ndarray) -> np.ndarray:
        total = counts.sum(2)
        right = counts.diagonal(axis1=1, axis2=2)
        return np.where(total > 0, right / np.maximum(total, 1), np.nan)

    labels, predicted = guesses(90, share=0.6)
    found = estimate(shares, resample(labels, predicted, n_classes=4, groups=None))
    assert found.low.shape == (4,)
    assert (found.low[:3] < found.value[:3]).all()
    assert np.isnan(found.low[3])


def test_units_are_the_groups_and_a_clip_without_one_is_alone() -> None:
    found = group_ids(np.array(["b", "", "a", "b", ""]))
    assert found is not None
    assert found[0] == found[3]
    assert len(set(found.tolist())) == 4


def test_without_groups_there_are_no_units() -> None:
    assert group_ids(np.array(["", ""])) is None

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from videoemo.metrics.ranking import auc, auc_estimate


def test_the_area_is_scikit_learns_ties_included() -> None:
    rng = np.random.default_rng(0)
    scores, positive = rng.integers(0, 9, 200).astype(np.float32), rng.random(200) < 0.3
    assert auc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))


def test_examples_of_one_kind_have_no_area() -> None:
    assert np.isnan(auc(np.arange(3.0), np.ones(3, bool)))
    assert np.isnan(auc(np.empty(0), np.empty(0, bool)))


def test_the_interval_holds_the_true_area_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(100):
        positive = np.arange(60) % 2 == 0
        scores = rng.normal(size=60) + positive  # the true area is 0.760
        found = auc_estimate(scores, positive, np.arange(60) // 2, resamples=400, seed=0)
        held += int(found.low <= 0.7602 <= found.high)
    assert 88 <= held <= 100


def test_one_person_and_a_perfect_order_have_no_interval() -> None:
    positive, scores = np.array([True, True, False, False]), np.array([0.9, 0.8, 0.2, 0.1])
    for units in (np.zeros(4, np.int64), np.arange(4)):
        found = auc_estimate(scores, positive, units, resamples=100, seed=0)
        assert found.value == 1
        assert np.isnan(found.low)

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score

from videoemo.metrics.classification import (
    accuracy,
    calibration,
    class_figures,
    confusion,
    macro_f1,
    uar,
    without_class,
)


@pytest.fixture
def guesses() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 200)
    return labels, np.where(rng.random(200) < 0.6, labels, rng.integers(0, 4, 200))


def test_the_figures_are_scikit_learns(guesses: tuple[np.ndarray, np.ndarray]) -> None:
    labels, predicted = guesses
    counts = confusion(labels, predicted, 4)
    assert np.array_equal(counts, confusion_matrix(labels, predicted))
    assert accuracy(counts) == pytest.approx((labels == predicted).mean())
    assert uar(counts) == pytest.approx(balanced_accuracy_score(labels, predicted))
    assert macro_f1(counts) == pytest.approx(f1_score(labels, predicted, average="macro"))


def test_a_class_without_an_example_does_not_count() -> None:
    counts = np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0]])
    assert uar(counts) == pytest.approx((0.75 + 1) / 2)
    assert macro_f1(counts) == pytest.approx((6 / 7 + 8 / 9) / 2)


@pytest.mark.parametrize("metric", [accuracy, uar, macro_f1])
def test_the_figures_of_several_matrices_are_those_of_each(
    metric: Callable[[np.ndarray], np.ndarray],
) -> None:
    several = np.random.default_rng(0).integers(0, 5, (30, 3, 3))
    several[:9, 1] = several[5:, :, 2] = 0  # a class that does not occur, one never predicted
    assert metric(several).tolist() == [float(metric(counts)) for counts in several]


def test_a_perfectly_calibrated_predictor_has_no_error() -> None:
    probabilities = np.tile(np.array([0.8, 0.2], np.float32), (10, 1))
    labels = np.array([0] * 8 + [1] * 2)
    found = calibration(probabilities, labels)
    assert found.ece == pytest.approx(0, abs=1e-6)
    assert found.counts.sum() == 10


def test_an_overconfident_predictor_is_off_by_what_it_claims_too_much() -> None:
    probabilities = np.tile(np.array([0.95, 0.05], np.float32), (10, 1))
    labels = np.array([0] * 5 + [1] * 5)
    assert calibration(probabilities, labels).ece == pytest.approx(0.45, abs=1e-6)


def test_empty_bins_are_nan_and_do_not_count() -> None:
    found = calibration(np.array([[1.0, 0.0]], np.float32), np.array([0]), bins=4)
    assert np.isnan(found.accuracy[:3]).all()
    assert (found.accuracy[3], found.ece) == (1.0, 0.0)


def test_without_a_class_the_best_of_the_rest_is_taken_and_its_rows_are_gone() -> None:
    probabilities = np.array([[0.2, 0.7, 0.1], [0.1, 0.2, 0.7], [0.0, 1.0, 0.0]], np.float32)
    fewer, labels, classes = without_class(
        probabilities, np.array([0, 2, 1]), ("anger", "contempt", "fear"), "contempt"
    )
    assert classes == ("anger", "fear")
    assert labels.tolist() == [0, 1]
    assert np.allclose(fewer, [[2 / 3, 1 / 3], [1 / 8, 7 / 8]])


def test_figures_of_many_classes_are_those_of_the_confusion_matrix() -> None:
    rng = np.random.default_rng(0)
    labels, predicted = rng.integers(0, 9, (2, 200))  # of ten classes one does not occur
    counts = confusion(labels, predicted, 10)
    assert class_figures(labels, predicted, 10) == {
        "accuracy": accuracy(counts),
        "uar": uar(counts),
        "macro_f1": macro_f1(counts),
    }

"""Agreement of raters, held against scikit-learn, krippendorff and published figures."""

from __future__ import annotations

from typing import Literal

import krippendorff
import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import cohen_kappa_score

from videoemo.metrics.agreement import alpha, alpha_sums, gram, icc, kappa, krippendorff_alpha
from videoemo.metrics.classification import confusion

# Six persons rated by four judges (Shrout and Fleiss 1979, table 2).
SHROUT = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)


def ratings(n_raters: int, n: int = 200, *, unknown: float = 0.2) -> npt.NDArray[np.float64]:
    """Categories 0 to 3 by raters who agree in most, some not given."""
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 4, n)
    given = np.where(rng.random((n_raters, n)) < 0.7, truth, rng.integers(0, 4, (n_raters, n)))
    return np.where(rng.random((n_raters, n)) < unknown, np.nan, given)


def test_kappa_is_that_of_scikit_learn() -> None:
    first, second = ratings(2, unknown=0).astype(np.int64)
    counts = confusion(first, second, 4).astype(np.float64)
    assert kappa(counts) == pytest.approx(cohen_kappa_score(first, second))


@pytest.mark.parametrize("counts", [np.zeros((2, 2)), np.diag([7.0, 0.0])], ids=["none", "one"])
def test_kappa_is_not_known_of_one_category(counts: npt.NDArray[np.float64]) -> None:
    assert np.isnan(kappa(counts))


@pytest.mark.parametrize("n_raters", [2, 3, 5])
@pytest.mark.parametrize("level", ["nominal", "interval"])
def test_alpha_is_that_of_the_package_krippendorff(
    n_raters: int, level: Literal["nominal", "interval"]
) -> None:
    values = ratings(n_raters)
    categories = 4 if level == "nominal" else None
    expected = krippendorff.alpha(values, level_of_measurement=level)
    assert krippendorff_alpha(values, categories=categories) == pytest.approx(expected)


def test_alpha_is_not_known_where_ratings_do_not_differ() -> None:
    assert np.isnan(krippendorff_alpha(np.full((2, 5), 0.1), categories=None))
    assert np.isnan(krippendorff_alpha(np.full((2, 5), 1.0), categories=2))
    assert np.isnan(krippendorff_alpha(np.array([[1, np.nan], [np.nan, 0]]), categories=2))


def test_icc_is_that_of_shrout_and_fleiss() -> None:
    assert icc(gram(SHROUT)) == pytest.approx(0.29, abs=0.005)


def test_icc_is_of_absolute_agreement() -> None:
    values = np.linspace(-1, 1, 20)
    assert icc(gram(np.column_stack([values, values]))) == pytest.approx(1)
    assert icc(gram(np.column_stack([values, values + 0.5]))) < 0.95
    assert np.isnan(icc(gram(np.full((5, 2), 0.1))))
    assert np.isnan(icc(gram(SHROUT[:1])))


def test_sums_of_parts_add_up_to_those_of_all() -> None:
    values = ratings(3)
    parts = [alpha_sums(part, categories=4) for part in np.split(values, 4, axis=1)]
    assert alpha(np.sum(parts, axis=0)) == pytest.approx(krippendorff_alpha(values, categories=4))
    halves = [gram(part) for part in np.split(values.T, 2)]
    assert icc(np.sum(halves, axis=0)) == pytest.approx(icc(gram(values.T)))

"""A fitted classifier in a file is used only where all of it fits together: compiled code trusts
the lengths and the indices that it is given.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.base import BaseEstimator

from tests.support.archives import packed, parts_of
from tests.support.classifiers import fitted_on_toys
from tests.support.feature_tables import toy_table
from tests.support.refusals import is_refused
from videoemo.classification.classifier import best_of, fit, load_classifier
from videoemo.classification.model_file import (
    FittedClassifier,
    load_fitted_classifier,
    make_card,
    save_fitted_classifier,
)
from videoemo.errors import WeightsError

Array = npt.NDArray[Any]


def with_probabilities() -> BaseEstimator:
    """A kernel SVC that gives probabilities, as `probability = true` makes it."""
    fitted = deepcopy(best_of(fitted_on_toys("svc-rbf")))
    classifier = fitted.named_steps["classifier"]
    classifier.probability = True
    classifier._probA, classifier._probB = np.full(3, -1.5), np.array([0.1, 0.0, -0.1])
    return fitted


def forest() -> BaseEstimator:
    unfitted = load_classifier("forest").set_params(classifier__n_estimators=2)
    return fit(unfitted, toy_table(), what="all")


def standardised(tmp_path: Path) -> BaseEstimator:
    recipe = tmp_path / "own.toml"
    recipe.write_text('estimator = "LinearSVC"\nscaling = "standard"\n[parameters]\ndual = false')
    return fit(load_classifier(str(recipe)), toy_table(), what="all")


def kept(path: Path, fitted: BaseEstimator) -> Path:
    card = make_card(toy_table(), fitted, classifier="toy", scores={})
    save_fitted_classifier(path, fitted, card)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A classifier file of each type."""
    folder = tmp_path_factory.mktemp("files")
    made = {
        "forest": forest(),
        "kernel": with_probabilities(),
        "logistic": fitted_on_toys("logistic"),
        "majority": fitted_on_toys("majority"),
        "standardised": standardised(folder),
    }
    return {name: kept(folder / f"{name}.skops", one) for name, one in made.items()}


TYPES = ["forest", "kernel", "logistic", "majority", "standardised"]


def as_bytes(array: Array) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def first(array: Array, value: float) -> Array:
    changed = array.astype(np.float64)
    changed.flat[0] = value
    return changed


SHAPES: dict[str, Callable[[Array], Array]] = {
    "cut": lambda array: array[:-1],
    "longer": lambda array: np.concatenate([array, array[-1:]]),
    "empty": lambda array: array[:0],
    "one more dimension": lambda array: array[None],
    "flat": lambda array: array.reshape(-1),
    "transposed": lambda array: array.T,
    "a number": lambda array: array.reshape(-1)[0],
    "text": lambda array: np.full(array.shape, "1"),
    "complex": lambda array: np.zeros(array.shape, np.complex128),
    "not finite": lambda array: first(array, np.nan),
    "infinite": lambda array: first(array, np.inf),
}


@pytest.mark.parametrize("change", SHAPES)
@pytest.mark.parametrize("kind", TYPES)
def test_an_array_of_another_shape_or_type_is_refused_or_of_no_use(
    files: dict[str, Path], tmp_path: Path, kind: str, change: str
) -> None:
    table, parts = toy_table(), parts_of(files[kind])
    expected = load_fitted_classifier(files[kind]).scores(table)
    arrays = [name for name in parts if name.endswith(".npy")]
    assert arrays
    n_refused = 0
    for name in arrays:
        array = np.load(io.BytesIO(parts[name]))
        if not array.ndim or (array.dtype.kind not in "fiu" and change in list(SHAPES)[-2:]):
            continue
        changed = SHAPES[change](array)
        if (changed.shape, changed.dtype) == (array.shape, array.dtype) and np.array_equal(
            changed, array
        ):
            continue
        path = packed(tmp_path / "changed.skops", {**parts, name: as_bytes(changed)})

        def use(path: Path = path, name: str = name) -> None:
            found = load_fitted_classifier(path).scores(table)
            np.testing.assert_array_equal(found, expected, err_msg=f"{kind} {name}")

        n_refused += is_refused(use)
    assert n_refused or change in ("flat", "transposed")


ODD = ["null", "-1", "1e999", "1" + 30 * "0", '"x"', '["x"]', "{}"]


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("kind", TYPES)
def test_another_number_or_text_is_refused_or_gives_finite_scores(
    files: dict[str, Path], tmp_path: Path, kind: str, odd: str
) -> None:
    table, parts = toy_table(), parts_of(files[kind])
    schema = json.loads(parts["schema.json"])
    nodes = [node for node in every(schema) if node.get("__loader__") == "JsonNode"]
    # Of a forest's second tree there is nothing new.
    for node in nodes[:40]:
        given, node["content"] = node["content"], odd
        path = packed(
            tmp_path / "changed.skops", {**parts, "schema.json": json.dumps(schema).encode()}
        )
        node["content"] = given

        def use(path: Path = path) -> None:
            classifier = load_fitted_classifier(path)
            assert np.isfinite(classifier.scores(table)).all()
            classifier.predict(table)

        is_refused(use)


def every(part: Any) -> list[dict[str, Any]]:
    """All objects of some JSON."""
    if isinstance(part, list):
        return [inner for one in part for inner in every(one)]
    if isinstance(part, dict):
        return [part, *(inner for one in part.values() for inner in every(one))]
    return []


@pytest.mark.parametrize(
    ("attribute", "value", "message"),
    [
        ("_probA", np.zeros(1), r"_probA: expected float64 of shape \(3,\), got .* \(1,\)"),
        ("_probB", np.zeros(0), r"_probB: expected float64 of shape \(3,\), got .* \(0,\)"),
        ("_probA", np.full(3, np.nan), "_probA: expected finite numbers, got nan"),
        ("_intercept_", np.zeros(2), r"_intercept_: expected float64 of shape \(3,\)"),
        ("_dual_coef_", np.zeros((1, 5)), "_dual_coef_: expected float64 of shape"),
        ("_n_support", np.array([1, 1, 1], np.int32), "support_: expected int32 of shape"),
        ("_n_support", np.array([-1, 1, 1], np.int32), "_n_support: expected numbers from 0"),
        ("_n_support", np.zeros(3, np.int32), "_n_support: expected one support vector or more"),
        ("support_vectors_", np.zeros((3, 6)), "support_vectors_: expected float64 of shape"),
        ("_gamma", float("inf"), "_gamma: expected a finite number"),
        ("_sparse", True, "_sparse: expected False, got True"),
        ("kernel", "precomputed", "kernel: expected linear, poly, rbf or sigmoid"),
        ("decision_function_shape", "ovo", "decision_function_shape: expected ovr"),
        ("degree", 2**31, "degree: expected a whole number below"),
    ],
)
def test_libsvm_is_given_no_array_that_ends_too_early(
    tmp_path: Path, attribute: str, value: Any, message: str
) -> None:
    fitted = with_probabilities()
    setattr(fitted.named_steps["classifier"], attribute, value)
    with pytest.raises(WeightsError, match=message):
        load_fitted_classifier(kept(tmp_path / "m.skops", fitted))


def spoilt(tmp_path: Path, files: dict[str, Path], change: Callable[[Array], object]) -> Path:
    """The forest with the nodes of one tree changed."""
    parts = parts_of(files["forest"])
    name = next(name for name in parts if b"left_child" in parts[name][:500])
    nodes = np.load(io.BytesIO(parts[name])).copy()
    change(nodes)
    return packed(tmp_path / "spoilt.skops", {**parts, name: as_bytes(nodes)})


@pytest.mark.parametrize(
    ("field", "node", "value"),
    [
        ("left_child", 0, 10**6),
        ("left_child", 0, 0),
        ("left_child", 0, -2),
        ("left_child", 0, 2),
        ("right_child", 0, 1),
        ("right_child", -1, 1),
        ("feature", 0, 6),
        ("feature", 0, -1),
        ("threshold", 0, np.nan),
    ],
)
def test_a_tree_that_no_walk_would_leave_at_a_leaf_is_refused(
    files: dict[str, Path], tmp_path: Path, field: str, node: int, value: float
) -> None:
    def change(nodes: Array) -> None:
        nodes[field][node] = value

    with pytest.raises(WeightsError, match=r"classifier.estimators_\[\d\].tree_.nodes: expected"):
        load_fitted_classifier(spoilt(tmp_path, files, change))


def test_a_tree_says_how_deep_it_is_whatever_its_file_says(
    files: dict[str, Path], tmp_path: Path
) -> None:
    parts = parts_of(files["forest"])
    schema = json.loads(parts["schema.json"])
    for node in every(schema):
        if isinstance(node.get("max_depth"), dict) and "node_count" in node:
            node["max_depth"]["content"] = "0"
            node["node_count"]["content"] = "1"
    parts["schema.json"] = json.dumps(schema).encode()
    changed, right = (
        load_fitted_classifier(path).estimator.named_steps["classifier"]
        for path in (packed(tmp_path / "m.skops", parts), files["forest"])
    )
    assert right.estimators_[0].get_depth() > 1
    assert [one.get_depth() for one in changed.estimators_] == [
        one.get_depth() for one in forest().named_steps["classifier"].estimators_
    ]


def test_how_many_threads_work_is_not_the_files_to_say(tmp_path: Path) -> None:
    fitted = forest()
    fitted.named_steps["classifier"].set_params(n_jobs=5000, verbose=9)
    loaded = load_fitted_classifier(kept(tmp_path / "m.skops", fitted)).estimator
    assert loaded.named_steps["classifier"].n_jobs is None
    assert loaded.named_steps["classifier"].verbose == 0


@pytest.mark.parametrize("kind", ["kernel", "logistic"])
def test_numbers_that_overflow_are_told_and_give_no_scores(
    files: dict[str, Path], kind: str
) -> None:
    table, classifier = toy_table(), load_fitted_classifier(files[kind])
    step = classifier.estimator.named_steps["classifier"]
    if kind == "kernel":
        step.probability = False
        step._dual_coef_ = np.full_like(step._dual_coef_, 1e308)
    else:
        step.coef_ = np.full_like(step.coef_, 1e308)
    with pytest.raises(WeightsError, match=r"scores are not finite|cannot be applied"):
        FittedClassifier(classifier.estimator, classifier.card, "").scores(table)

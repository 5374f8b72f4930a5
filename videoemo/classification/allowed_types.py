"""What a classifier file may hold: a closed list of types, and arrays that fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from videoemo.classification.classifier import ESTIMATORS

__all__ = ["ALLOWED", "named_types", "require_sound"]

# Skops' way of making a type, and the type: the classes of `classifier.py` and what they hold,
# nothing that a file asks for.
ALLOWED = frozenset(
    {
        ("DictNode", "builtins.dict"),
        ("JsonNode", "builtins.str"),
        ("ListNode", "builtins.list"),
        ("NdArrayNode", "numpy.float64"),
        ("NdArrayNode", "numpy.int64"),
        ("NdArrayNode", "numpy.ndarray"),
        ("ObjectNode", "sklearn.dummy.DummyClassifier"),
        ("ObjectNode", "sklearn.ensemble._forest.RandomForestClassifier"),
        ("ObjectNode", "sklearn.linear_model._logistic.LogisticRegression"),
        ("ObjectNode", "sklearn.pipeline.Pipeline"),
        ("ObjectNode", "sklearn.preprocessing._data.Normalizer"),
        ("ObjectNode", "sklearn.preprocessing._data.StandardScaler"),
        ("ObjectNode", "sklearn.svm._classes.LinearSVC"),
        ("ObjectNode", "sklearn.svm._classes.SVC"),
        ("ObjectNode", "sklearn.tree._classes.DecisionTreeClassifier"),
        ("TreeNode", "sklearn.tree._tree.Tree"),
        ("TupleNode", "builtins.tuple"),
        ("TypeNode", "builtins.str"),
    }
)


def named_types(schema: Any) -> set[tuple[str, str]]:
    """Every type that a skops schema names, with the way it would be made."""
    return {
        (str(node.get("__loader__")), f"{node.get('__module__')}.{node.get('__class__')}")
        for node in _nodes(schema)
    }


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict) and not {"__class__", "__module__", "__loader__"}.isdisjoint(part):
        yield part
    for inner in (
        part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    ):
        yield from _nodes(inner)


def require_sound(estimator: Any, card: dict[str, Any]) -> None:
    """Raise a ValueError unless this is a pipeline of ours that agrees with its card.

    Trees and support vectors are walked by compiled code that trusts their indices, so those are
    checked here.
    """
    _require(isinstance(estimator, Pipeline), "a pipeline")
    classifier = estimator.steps[-1][1]
    _require(type(classifier) in ESTIMATORS.values(), "a classifier at the end")
    _require(estimator.classes_.tolist() == card["classes"], "the classes of the card")
    if not isinstance(classifier, DummyClassifier):  # it looks at no feature
        _require(classifier.n_features_in_ == estimator.n_features_in_, "one number of features")
    if isinstance(classifier, RandomForestClassifier):
        for member in classifier.estimators_:
            _require_tree(member.tree_, width=classifier.n_features_in_)
    if isinstance(classifier, SVC):
        _require_support(classifier)


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise ValueError(f"expected {what}")


def _require_tree(tree: Any, *, width: int) -> None:
    """Children come after their parent, so that a walk ends; features are columns."""
    place = np.arange(tree.node_count)
    inner = tree.children_left != -1
    for children in (tree.children_left[inner], tree.children_right[inner]):
        _require(
            bool((children > place[inner]).all() and (children < tree.node_count).all()),
            "children after their parent",
        )
    _require(
        bool((tree.feature[inner] >= 0).all() and (tree.feature[inner] < width).all()),
        "features that are columns",
    )


def _require_support(classifier: Any) -> None:
    """As many support vectors as counted, and a coefficient for each and every pair of classes."""
    n, c = len(classifier.support_vectors_), len(classifier.classes_)
    counted = classifier._n_support
    _require(
        classifier._impl == "c_svc" and classifier.kernel != "precomputed",
        "a support vector classifier on features",
    )
    _require(
        classifier.support_vectors_.shape == (n, classifier.n_features_in_)
        and classifier.support_.shape == (n,),
        "one row a support vector",
    )
    _require(
        counted.shape == (c,) and bool((counted >= 0).all()) and counted.sum() == n,
        "support vectors of each class",
    )
    _require(
        classifier._dual_coef_.shape == (c - 1, n)
        and classifier._intercept_.shape == (c * (c - 1) // 2,),
        "a coefficient for each pair",
    )

"""Fitted estimators made of what a file describes, each number and array checked before.

scikit-learn checks what it fits, not what it was made with: compiled code trusts the indices of
trees, and libsvm the lengths of arrays. So every part that prediction uses is taken by its name,
type, shape and range, against the others; what a file holds beside is left in it, and how many
threads work is not the file's to say.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import Normalizer, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.tree._tree import Tree

from videoemo.classification.parameters import OURS, PARAMETERS, is_parameter
from videoemo.classification.skops_file import Described
from videoemo.util.messages import shown

__all__ = ["make_pipeline"]

_LARGEST = sys.float_info.max
_LARGEST_INT32 = 2**31 - 1
# What no descriptor and no pipeline of ours has more of.
_MOST_FEATURES, _MOST_STEPS = 1_000_000, 10
# By which shares may miss their sum of 1.
_ROUNDING = 1e-6
_LEAF = -1


def make_pipeline(described: Described, classes: Sequence[str]) -> Pipeline:
    """Make the fitted pipeline that a file describes.

    Parameters
    ----------
    described : Described
        A pipeline that ends in a classifier.
    classes : sequence of str
        Its classes, two or more.

    Raises
    ------
    ValueError
        A part is missing, or of another type, shape or range than the others ask for.
    """
    if described.kind != "sklearn.pipeline.Pipeline":
        raise ValueError(f"expected a pipeline, got {shown(described.kind)}")
    steps = described.attributes.get("steps")
    if not isinstance(steps, list) or not 1 <= len(steps) <= _MOST_STEPS:
        raise ValueError(f"steps: expected a list of 1 to {_MOST_STEPS}, got {shown(steps)}")
    parts = [_Part.of_step(step) for step in steps]
    if len({part.where for part in parts}) != len(parts):
        raise ValueError("steps: expected different names")
    *scalers, classifier = parts
    width = classifier.whole("n_features_in_", low=1, high=_MOST_FEATURES)
    made = [part.maker(_SCALERS)(part, width) for part in scalers]
    made.append(classifier.maker(_CLASSIFIERS)(classifier, width, tuple(classes)))
    for part, estimator in zip(parts, made, strict=True):
        estimator.n_features_in_ = part.whole("n_features_in_", low=width, high=width)
    return Pipeline(list(zip([part.where for part in parts], made, strict=True)))


@dataclass(frozen=True)
class _Part:
    """An object that a file describes, whose attributes are taken with what they have to be;
    `where` names it in messages.
    """

    described: Described
    where: str

    @classmethod
    def of_step(cls, step: Any) -> _Part:
        match step:
            case (str(name), Described()) if name.isidentifier() and "__" not in name:
                return cls(step[1], name)
        raise ValueError(f"steps: expected names and estimators, got {shown(step)}")

    def maker(self, makers: dict[str, Callable[..., Any]]) -> Callable[..., Any]:
        if self.described.kind not in makers:
            allowed = ", ".join(name.rpartition(".")[2] for name in makers)
            raise ValueError(f"{self.where}: expected {allowed}, got {shown(self.described.kind)}")
        return makers[self.described.kind]

    def get(self, name: str) -> Any:
        return self.described.attributes.get(name)

    def refuse(self, name: str, wanted: str, given: object) -> ValueError:
        return ValueError(f"{self.where}.{name}: expected {wanted}, got {given}")

    def whole(self, name: str, *, low: int, high: int) -> int:
        value = self.get(name)
        if type(value) is not int or not low <= value <= high:
            wanted = f"{low:,}" if low == high else f"a whole number from {low:,} to {high:,}"
            raise self.refuse(name, wanted, shown(value))
        return value

    def number(self, name: str, *, low: float = -_LARGEST) -> float:
        value = self.get(name)
        if type(value) not in (int, float) or not low <= value <= _LARGEST:
            raise self.refuse(name, "a finite number", shown(value))
        return float(value)

    def array(
        self,
        name: str,
        dtype: type[np.generic],
        *shape: int,
        low: float = -_LARGEST,
        high: float = _LARGEST,
    ) -> npt.NDArray[Any]:
        """An array in C order and native bytes, whatever the file has."""
        value, kind = self.get(name), np.dtype(dtype)
        if not isinstance(value, np.ndarray):
            raise self.refuse(name, f"{kind} of shape {shape}", shown(value))
        if value.dtype.kind != kind.kind or value.shape != shape:
            given = f"{value.dtype} of shape {value.shape}"
            raise self.refuse(name, f"{kind} of shape {shape}", given[:200])
        outside = ~((value >= low) & (value <= high))  # what is no number, too
        if outside.any():
            limits = "finite numbers" if low == -_LARGEST else f"numbers from {low:g}"
            limits += "" if high == _LARGEST else f" to {high:g}"
            raise self.refuse(name, limits, shown(value[outside][0].item()))
        return np.ascontiguousarray(value, kind)

    def classes(self, classes: Sequence[str]) -> npt.NDArray[np.str_]:
        value = self.get("classes_")
        if (
            not isinstance(value, np.ndarray)
            or value.dtype.kind != "U"
            or value.tolist() != list(classes)
        ):
            raise self.refuse("classes_", "the classes of the card", shown(value))
        return np.array(classes, np.str_)

    def with_settings(self, kind: type[BaseEstimator]) -> Any:
        """An unfitted estimator with the settings of the file, save those that are not its own."""
        made = kind()
        settings = made.get_params(deep=False)
        for name, default in settings.items():
            value = self.described.attributes.get(name, default)
            if not is_parameter(value):
                raise self.refuse(name, PARAMETERS, shown(value))
            # The second is another version's word for its own default.
            left = name in OURS or value == "deprecated"
            settings[name] = default if left else value
        made.set_params(**settings)
        made._validate_params()
        return made


def _normalizer(part: _Part, width: int) -> Normalizer:
    return part.with_settings(Normalizer)


def _standard_scaler(part: _Part, width: int) -> StandardScaler:
    made = part.with_settings(StandardScaler)
    made.mean_ = made.var_ = made.scale_ = None
    if made.with_mean:
        made.mean_ = part.array("mean_", np.float64, width)
    if made.with_std:
        made.var_ = part.array("var_", np.float64, width, low=0)
        made.scale_ = part.array("scale_", np.float64, width, low=sys.float_info.min)
    return made


def _dummy(part: _Part, width: int, classes: tuple[str, ...]) -> DummyClassifier:
    made = part.with_settings(DummyClassifier)
    if made.strategy == "constant" and made.constant not in classes:
        raise part.refuse("constant", "a class", shown(made.constant))
    made._strategy, made.sparse_output_, made.n_outputs_ = made.strategy, False, 1
    made.classes_, made.n_classes_ = part.classes(classes), len(classes)
    made.class_prior_ = part.array("class_prior_", np.float64, len(classes), low=0, high=1)
    if abs(made.class_prior_.sum() - 1) > _ROUNDING:
        raise part.refuse("class_prior_", "a sum of 1", made.class_prior_.sum())
    return made


def _linear(kind: type[BaseEstimator]) -> Callable[..., BaseEstimator]:
    def make(part: _Part, width: int, classes: tuple[str, ...]) -> BaseEstimator:
        made = part.with_settings(kind)
        rows = 1 if len(classes) == 2 else len(classes)
        made.classes_ = part.classes(classes)
        made.coef_ = part.array("coef_", np.float64, rows, width)
        made.intercept_ = (
            part.array("intercept_", np.float64, rows)
            if made.fit_intercept or isinstance(part.get("intercept_"), np.ndarray)
            else part.number("intercept_")
        )
        return made

    return make


def _svc(part: _Part, width: int, classes: tuple[str, ...]) -> SVC:
    made = part.with_settings(SVC)
    if made.kernel not in ("linear", "poly", "rbf", "sigmoid"):
        raise part.refuse("kernel", "linear, poly, rbf or sigmoid", shown(made.kernel))
    if made.degree > _LARGEST_INT32:
        raise part.refuse("degree", "a whole number below 2**31", shown(made.degree))
    if made.decision_function_shape != "ovr":
        raise part.refuse("decision_function_shape", "ovr", shown(made.decision_function_shape))
    if part.get("_sparse") is not False:
        raise part.refuse("_sparse", "False", shown(part.get("_sparse")))
    n, pairs = len(classes), len(classes) * (len(classes) - 1) // 2
    made._sparse, made.fit_status_ = False, 0
    made.classes_ = part.classes(classes)
    made._gamma = part.number("_gamma", low=0)
    made.class_weight_ = part.array("class_weight_", np.float64, n, low=0)
    made._n_support = part.array("_n_support", np.int32, n, low=0, high=_LARGEST_INT32)
    counted = int(made._n_support.sum(dtype=np.int64))
    if not 1 <= counted <= _LARGEST_INT32:
        raise part.refuse("_n_support", "one support vector or more", counted)
    made.support_ = part.array("support_", np.int32, counted, low=0, high=_LARGEST_INT32)
    made.support_vectors_ = part.array("support_vectors_", np.float64, counted, width)
    made._dual_coef_ = part.array("_dual_coef_", np.float64, n - 1, counted)
    made._intercept_ = part.array("_intercept_", np.float64, pairs)
    # The public ones are the other way round where there is one pair.
    sign = -1 if n == 2 else 1
    made.dual_coef_, made.intercept_ = sign * made._dual_coef_, sign * made._intercept_
    made._effective_probability = made.probability is True
    made._probA, made._probB = (
        part.array(name, np.float64, pairs) if made._effective_probability else np.empty(0)
        for name in ("_probA", "_probB")
    )
    return made


def _forest(part: _Part, width: int, classes: tuple[str, ...]) -> RandomForestClassifier:
    made = part.with_settings(RandomForestClassifier)
    made.classes_, made.n_classes_, made.n_outputs_ = part.classes(classes), len(classes), 1
    members = part.get("estimators_")
    if not isinstance(members, list) or len(members) != made.n_estimators:
        given = len(members) if isinstance(members, list) else shown(members)
        raise part.refuse("estimators_", f"{made.n_estimators:,} trees (n_estimators)", given)
    # As `fit` makes its members.
    shared = {name: getattr(made, name) for name in made.estimator_params}
    made.estimators_ = []
    for i, member in enumerate(members):
        if not isinstance(member, Described):
            raise part.refuse(f"estimators_[{i}]", "a tree", shown(member))
        inner = _Part(member, f"{part.where}.estimators_[{i}]")
        made.estimators_.append(_decision_tree(inner, shared, width, len(classes)))
    return made


def _decision_tree(
    part: _Part, settings: dict[str, Any], width: int, n_classes: int
) -> DecisionTreeClassifier:
    made = DecisionTreeClassifier(**settings)
    made.random_state = part.whole("random_state", low=0, high=2**32 - 1)
    made.n_features_in_, made.n_outputs_, made.n_classes_ = width, 1, n_classes
    made.classes_ = np.arange(n_classes, dtype=np.float64)
    described = part.get("tree_")
    if not isinstance(described, Described) or described.kind != "sklearn.tree._tree.Tree":
        raise part.refuse("tree_", "a tree", shown(described))
    made.tree_ = _tree(_Part(described, f"{part.where}.tree_"), width, n_classes)
    return made


def _tree(part: _Part, width: int, n_classes: int) -> Tree:
    nodes = part.get("nodes")
    if not isinstance(nodes, np.ndarray) or nodes.ndim != 1 or not len(nodes):
        raise part.refuse("nodes", "an array of nodes", shown(nodes))
    n = len(nodes)
    values = part.array("values", np.float64, n, 1, n_classes, low=0, high=1 + _ROUNDING)
    if not np.allclose(values.sum(axis=2), 1, rtol=0, atol=_ROUNDING):
        raise part.refuse("values", "shares of the classes, of sum 1", "others")
    tree = Tree(width, np.array([n_classes], np.intp), 1)
    state = {"max_depth": 0, "node_count": n, "nodes": np.ascontiguousarray(nodes)}
    # It checks what a node consists of.
    tree.__setstate__({**state, "values": values})
    depth = _check_nodes(part, tree, width)
    tree.__setstate__({**state, "values": values, "max_depth": depth})
    return tree


def _check_nodes(part: _Part, tree: Tree, width: int) -> int:
    """Each node but the first is the child of one other, so that a walk from the first one ends;
    what inner ones ask for is a column. The depth of the tree.
    """
    left, right = tree.children_left, tree.children_right
    inner = left != _LEAF
    children = np.concatenate([left[inner], right[inner]])
    if not np.array_equal(np.sort(children), np.arange(1, tree.node_count)):
        raise part.refuse("nodes", "each node but the first once as a child", "others")
    if (right[~inner] != _LEAF).any():
        raise part.refuse("nodes", "two children or none", "one")
    feature = tree.feature[inner]
    if ((feature < 0) | (feature >= width)).any():
        raise part.refuse("nodes", f"features from 0 to {width - 1}", "others")
    if np.isnan(tree.threshold[inner]).any():
        raise part.refuse("nodes", "thresholds that are numbers", "nan")
    level, depth = np.zeros(1, np.intp), 0
    while (level := level[inner[level]]).size:
        level, depth = np.concatenate([left[level], right[level]]), depth + 1
    return depth


_SCALERS: dict[str, Callable[..., Any]] = {
    "sklearn.preprocessing._data.Normalizer": _normalizer,
    "sklearn.preprocessing._data.StandardScaler": _standard_scaler,
}
_CLASSIFIERS: dict[str, Callable[..., Any]] = {
    "sklearn.dummy.DummyClassifier": _dummy,
    "sklearn.ensemble._forest.RandomForestClassifier": _forest,
    "sklearn.linear_model._logistic.LogisticRegression": _linear(LogisticRegression),
    "sklearn.svm._classes.LinearSVC": _linear(LinearSVC),
    "sklearn.svm._classes.SVC": _svc,
}

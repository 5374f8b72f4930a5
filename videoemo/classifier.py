"""Classifiers by name: TOML files to plain scikit-learn estimators, and fitting them on feature tables."""

from __future__ import annotations

import difflib
import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import Normalizer, StandardScaler
from sklearn.svm import SVC, LinearSVC

from videoemo.bootstrap import units
from videoemo.errors import InputError, RecipeError
from videoemo.records import FeatureTable
from videoemo.search import GroupedSearch, InnerFolds
from videoemo.settings import allow, build, find
from videoemo.settings import table as toml

__all__ = ["ESTIMATORS", "ClassifierSpec", "SearchSpec", "best_of", "fit", "load_classifier", "matrix", "require_labels"]

ESTIMATORS = {kind.__name__: kind for kind in (DummyClassifier, LinearSVC, LogisticRegression, RandomForestClassifier, SVC)}
SCALINGS = {"l2": Normalizer, "standard": StandardScaler}


@dataclass(frozen=True, kw_only=True)
class SearchSpec:
    """How the inner search goes; classifiers/svc.toml says what each key means."""

    folds: int
    scoring: Literal["accuracy", "balanced_accuracy", "f1_macro"]
    seed: int

    def __post_init__(self) -> None:
        allow(self.folds >= 2, "folds", "whole numbers from 2", self.folds)
        allow(0 <= self.seed < 2**32, "seed", "whole numbers from 0 to 4294967295", self.seed)


@dataclass(frozen=True, kw_only=True)
class ClassifierSpec:
    """What to fit; classifiers/svc.toml says what each key means."""

    estimator: Literal["DummyClassifier", "LinearSVC", "LogisticRegression", "RandomForestClassifier", "SVC"]
    scaling: Literal["l2", "standard", "none"]
    search: SearchSpec | None = None


def load_classifier(name: str) -> BaseEstimator:
    """An unfitted scikit-learn classifier by its name in `classifiers/`, or by the path of a TOML file.

    One with a search groups its inner folds when `fit(X, y, groups=...)` is given groups, and stratifies them otherwise; `splitter_` says which.
    In `cross_val_score(classifier, X, y, groups=g, cv=GroupKFold(5))` no groups reach `fit`: the outer folds are grouped, the inner ones stratified.

    Raises
    ------
    InputError : no such classifier; the message names those there are.
    RecipeError : the file says something it may not.
    """
    path = find(name, "classifiers")
    data = toml(path)
    parameters, grid = _tables(data, where=str(path))
    spec = build(ClassifierSpec, data, where=str(path))
    if (spec.search is None) != (not grid):
        raise RecipeError(f"{path}: [search] and [search.grid] belong together: give both, or neither")
    classifier = ESTIMATORS[spec.estimator]()
    for key, value in (*parameters.items(), *((key, value) for key, values in grid.items() for value in values)):
        _check(classifier, key, value, where=str(path))
    scaling = [("scaling", SCALINGS[spec.scaling]())] if spec.scaling != "none" else []
    pipeline = Pipeline([*scaling, ("classifier", ESTIMATORS[spec.estimator](**parameters))])
    if spec.search is None:
        return pipeline
    folds = InnerFolds(spec.search.folds, random_state=spec.search.seed)
    return GroupedSearch(pipeline, {f"classifier__{key}": values for key, values in grid.items()}, cv=folds, scoring=spec.search.scoring)


def _tables(data: dict[str, Any], *, where: str) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Take [parameters] and [search.grid], whose keys are the estimator's own, out of a file's values."""
    parameters = data.pop("parameters", {})
    search = data.get("search")
    grid = search.pop("grid", {}) if isinstance(search, dict) else {}
    for name, given in (("parameters", parameters), ("search.grid", grid)):
        if not isinstance(given, dict):
            raise RecipeError(f"{where}: {name}: expected a table, got {given!r}")
    for key, values in grid.items():
        if not isinstance(values, list) or not values:
            raise RecipeError(f"{where}: search.grid: {key}: expected a list of values, got {values!r}")
    return parameters, grid


def _check(classifier: Any, key: str, value: Any, *, where: str) -> None:
    """A parameter that the estimator has, with a value that it takes."""
    known = sorted(classifier.get_params())
    if key not in known:
        near = difflib.get_close_matches(key, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(known)}"
        raise RecipeError(f"{where}: {type(classifier).__name__} has no parameter {key!r}; {hint}")
    try:
        # What `fit` does first; here, so that a wrong file is known before any feature is read.
        type(classifier)(**{key: value})._validate_params()
    except ValueError as exc:
        raise RecipeError(f"{where}: {exc}") from exc


def require_labels(table: FeatureTable, *, what: str) -> None:
    """Raise an InputError unless every clip has a label; `what` names the clips in the message."""
    bare = np.flatnonzero(table.labels == "")
    if len(bare):
        raise InputError(f"{len(bare)} of {len(table)} clips of {what} have no label (first: {table.ids[bare[0]]}): label them or leave them out")


def fit(classifier: BaseEstimator, table: FeatureTable, *, what: str) -> BaseEstimator:
    """Fit a classifier on all clips of a table, telling a search of the groups where the clips have some.

    Parameters
    ----------
    what : names the clips in messages, such as `train`.

    Raises
    ------
    InputError : a label is missing, there is one class only, a class is too rare for a search, or the solver stops unfinished.
    """
    require_labels(table, what=what)
    classes = np.unique(table.labels)
    if len(classes) < 2:
        raise InputError(f"the clips of {what} have {'only the class ' + classes[0] if len(classes) else 'no class'}: a classifier needs two or more")
    given = {"groups": units(table.groups)} if isinstance(classifier, GroupedSearch) else {}
    with warnings.catch_warnings():
        # A solver that stops early would give figures that mean nothing.
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            return classifier.fit(matrix(table), table.labels, **given)
        except ConvergenceWarning as exc:
            raise InputError(f"{what}: the solver stops unfinished: raise max_iter, or lower C, in the classifier's TOML") from exc
        except ValueError as exc:
            raise InputError(f"{what}: {str(exc).splitlines()[0]}") from exc


def matrix(table: FeatureTable) -> npt.NDArray[np.float64]:
    """The descriptors as classifiers take them, (n, d), in double precision: in single, a solver may stop where rounding hides the way down."""
    return table.descriptor.astype(np.float64)


def best_of(fitted: BaseEstimator) -> BaseEstimator:
    """The best estimator of a search; another as it is."""
    return fitted.best_estimator_ if isinstance(fitted, GroupedSearch) else fitted

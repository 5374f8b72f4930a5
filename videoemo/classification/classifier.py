"""Classifiers by name: TOML files to plain scikit-learn estimators, and fitting them on
feature tables.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed, parallel_config
from sklearn.base import BaseEstimator, clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import Normalizer, StandardScaler
from sklearn.svm import SVC, LinearSVC

from videoemo.classification.grouped_search import GroupedGridSearchCV, InnerFolds
from videoemo.classification.parameters import OURS, PARAMETERS, is_parameter
from videoemo.config.classifier import ClassifierSpec
from videoemo.config.toml import build_record, find_settings
from videoemo.config.toml import read_toml as toml
from videoemo.errors import InputError, RecipeError
from videoemo.metrics.bootstrap import group_ids
from videoemo.records import FeatureTable
from videoemo.util.messages import did_you_mean, one_line, shown

__all__ = [
    "ESTIMATORS",
    "best_of",
    "fit",
    "fit_each",
    "load_classifier",
    "matrix",
    "require_labels",
]

ESTIMATORS = {
    kind.__name__: kind
    for kind in (DummyClassifier, LinearSVC, LogisticRegression, RandomForestClassifier, SVC)
}
SCALINGS = {"l2": Normalizer, "standard": StandardScaler}
# Combinations of a search; each is fitted in each inner fold.
_MOST_TRIED = 1_000


def load_classifier(name: str) -> BaseEstimator:
    """An unfitted scikit-learn classifier by its name in `classifiers/`, or by the path of a
    TOML file.

    One with a search groups its inner folds when `fit(X, y, groups=...)` is given groups, and
    stratifies them otherwise; `splitter_` says which. In `cross_val_score(classifier, X, y,
    groups=g, cv=GroupKFold(5))` no groups reach `fit`: the outer folds are grouped, the inner
    ones stratified.

    Raises
    ------
    InputError
        No such classifier; the message names those there are.
    RecipeError
        The file says something it may not.
    """
    path = find_settings(name, "classifiers")
    data = toml(path)
    parameters, grid = _tables(data, where=str(path))
    spec = build_record(ClassifierSpec, data, where=str(path))
    if (spec.search is None) != (not grid):
        raise RecipeError(
            f"{path}: [search] and [search.grid] belong together: give both, or neither"
        )
    classifier = ESTIMATORS[spec.estimator]()
    for key, value in (
        *parameters.items(),
        *((key, value) for key, values in grid.items() for value in values),
    ):
        _check(classifier, key, value, where=str(path))
    scaling = [("scaling", SCALINGS[spec.scaling]())] if spec.scaling != "none" else []
    pipeline = Pipeline([*scaling, ("classifier", ESTIMATORS[spec.estimator](**parameters))])
    if spec.search is None:
        return pipeline
    folds = InnerFolds(spec.search.folds, random_state=spec.search.seed)
    return GroupedGridSearchCV(
        pipeline,
        {f"classifier__{key}": values for key, values in grid.items()},
        cv=folds,
        scoring=spec.search.scoring,
    )


def _tables(data: dict[str, Any], *, where: str) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Take [parameters] and [search.grid], whose keys are the estimator's own, out of a
    file's values.
    """
    parameters = data.pop("parameters", {})
    search = data.get("search")
    grid = search.pop("grid", {}) if isinstance(search, dict) else {}
    for name, given in (("parameters", parameters), ("search.grid", grid)):
        if not isinstance(given, dict):
            raise RecipeError(f"{where}: {name}: expected a table, got {shown(given)}")
    for key, values in grid.items():
        if not isinstance(values, list) or not values:
            raise RecipeError(
                f"{where}: search.grid: {shown(key)[1:-1]}: expected a list of values, got "
                f"{shown(values)}"
            )
    if math.prod(map(len, grid.values())) > _MOST_TRIED:
        raise RecipeError(
            f"{where}: search.grid: expected at most {_MOST_TRIED:,} combinations of values"
        )
    return parameters, grid


def _check(classifier: Any, key: str, value: Any, *, where: str) -> None:
    """A parameter that the estimator has, with a value that it takes."""
    kind, known = type(classifier).__name__, sorted(set(classifier.get_params()) - OURS)
    if key in OURS:
        raise RecipeError(f"{where}: {key} is not the file's to say: leave it out")
    if key not in known:
        hint = did_you_mean(key, known)
        raise RecipeError(f"{where}: {kind} has no parameter {shown(key)}; {hint}")
    if not is_parameter(value):
        raise RecipeError(f"{where}: {key}: allowed are {PARAMETERS}, got {shown(value)}")
    try:
        # What `fit` does first; here, so that a wrong file is known before any feature is read.
        type(classifier)(**{key: value})._validate_params()
    except ValueError as exc:
        raise RecipeError(f"{where}: {one_line(exc, limit=300)}") from exc


def require_labels(table: FeatureTable, *, what: str) -> None:
    """Raise an InputError unless every clip has a label; `what` names the clips in the message."""
    bare = np.flatnonzero(table.labels == "")
    if len(bare):
        raise InputError(
            f"{len(bare)} of {len(table)} clips of {what} have no label (first: "
            f"{table.ids[bare[0]]}): label them or leave them out"
        )


def fit(classifier: BaseEstimator, table: FeatureTable, *, what: str) -> BaseEstimator:
    """Fit a classifier on all clips of a table, on all cores, telling a search of the groups where
    the clips have some.

    Parameters
    ----------
    what : str
        Names the clips in messages, such as `train`.

    Raises
    ------
    InputError
        A label is missing, there is one class only, a class is too rare for a search, or the solver
        stops unfinished.
    """
    with _threads_for(classifier):
        return _fit(classifier, table, what)


def fit_each(
    classifier: BaseEstimator, tables: Sequence[FeatureTable], *, what: Sequence[str]
) -> list[BaseEstimator]:
    """Fit a copy of a classifier on each of several tables, such as the folds of a protocol, on all
    cores; the same as `fit` on one after the other.

    Parameters
    ----------
    what : sequence of str
        Names the clips of each table in messages.

    Raises
    ------
    InputError
        As by `fit`.
    """
    copies = [clone(classifier) for _ in tables]
    if len(tables) == 1:  # its trees, or its search, have the cores to themselves
        return [fit(copies[0], tables[0], what=what[0])]
    with _threads_for(classifier):
        return list(Parallel()(map(delayed(_fit), copies, tables, what)))


@contextmanager
def _threads_for(classifier: BaseEstimator) -> Iterator[None]:
    """Where scikit-learn and joblib are not told how many cores to take, they take all, by threads;
    and a solver that stops unfinished, whose figures would mean nothing, is an error.

    Both are said here, once: the filters of warnings belong to the process, and threads that enter
    and leave them would undo each other's.
    """
    cores = 1 if _may_draw_in_c(classifier) else -1
    with warnings.catch_warnings(), parallel_config(backend="threading", n_jobs=cores):
        warnings.simplefilter("error", ConvergenceWarning)
        yield


def _may_draw_in_c(classifier: BaseEstimator) -> bool:
    """Whether it may draw from the one generator that LIBLINEAR and LIBSVM have in a process:
    threads that share it would make each fit another.
    """
    if not isinstance(classifier, GroupedGridSearchCV):
        return _draws_in_c(classifier.named_steps["classifier"])
    tried = (
        clone(classifier.estimator).set_params(**values)
        for values in ParameterGrid(classifier.param_grid)
    )
    return any(_draws_in_c(one.named_steps["classifier"]) for one in tried)


def _draws_in_c(estimator: BaseEstimator) -> bool:
    match estimator:
        case LinearSVC():
            return estimator.dual is not False  # "auto" may come to be the dual
        case LogisticRegression():
            return bool(estimator.solver == "liblinear")
        case SVC():
            return estimator.probability is True
    return False


def _fit(classifier: BaseEstimator, table: FeatureTable, what: str) -> BaseEstimator:
    require_labels(table, what=what)
    classes = np.unique(table.labels)
    if len(classes) < 2:
        raise InputError(
            f"the clips of {what} have "
            f"{'only the class ' + classes[0] if len(classes) else 'no class'}: a classifier needs "
            "two or more"
        )
    given = (
        {"groups": group_ids(table.groups)} if isinstance(classifier, GroupedGridSearchCV) else {}
    )
    try:
        return classifier.fit(matrix(table), table.labels, **given)
    except ConvergenceWarning as exc:
        raise InputError(
            f"{what}: the solver stops unfinished: raise max_iter, or lower C, in the "
            "classifier's TOML"
        ) from exc
    except ValueError as exc:
        raise InputError(f"{what}: {str(exc).splitlines()[0]}") from exc


def matrix(table: FeatureTable) -> npt.NDArray[np.float64]:
    """The descriptors as classifiers take them, (n, d), in double precision: in single, a solver
    may stop where rounding hides the way down.
    """
    return table.descriptor.astype(np.float64)


def best_of(fitted: BaseEstimator) -> BaseEstimator:
    """The best estimator of a search; another as it is."""
    return fitted.best_estimator_ if isinstance(fitted, GroupedGridSearchCV) else fitted

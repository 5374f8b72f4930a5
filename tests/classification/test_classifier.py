from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import (
    GroupKFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_score,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC
from sklearn.utils.estimator_checks import check_estimator

from tests.support.classifiers import fitted_on_toys
from tests.support.feature_tables import toy_table
from tests.support.paths import ROOT
from videoemo.classification.classifier import best_of, fit, fit_each, load_classifier, matrix
from videoemo.classification.grouped_search import GroupedGridSearchCV, InnerFolds
from videoemo.errors import InputError, RecipeError

RECIPES = ROOT / "classifiers"
NAMES = sorted(path.stem for path in RECIPES.glob("*.toml"))
QUICK = [name for name in NAMES if not name.startswith("forest")]


@pytest.mark.parametrize("name", QUICK)
def test_every_classifier_learns_what_lies_apart(name: str) -> None:
    table = toy_table()
    right = (fitted_on_toys(name).predict(table.descriptor) == table.labels).mean()
    assert right == pytest.approx(1 / 3, abs=0.01) if name == "majority" else right > 0.85


@pytest.mark.parametrize("name", NAMES)
def test_a_classifier_survives_cloning(name: str) -> None:
    classifier = load_classifier(name)
    assert repr(clone(classifier)) == repr(classifier)


@pytest.mark.parametrize(
    ("name", "c"),
    [
        ("svc-afew", 1.1),
        ("svc-afew-b2-7", 1.95),
        ("svc-afew-b2-8", 3.5),
        ("svc-vgaf", 0.5),
        ("svc-vgaf-b2-7", 0.01),
        ("svc-vgaf-b2-8", 1.9),
        ("svc-vgaf-mobilenet", 1.0),
    ],
)
def test_the_published_settings_are_those_published(name: str, c: float) -> None:
    assert load_classifier(name).get_params()["classifier__C"] == c


def test_the_forests_are_as_published() -> None:
    forest = load_classifier("forest-depth7").named_steps["classifier"]
    assert (forest.n_estimators, forest.max_depth, forest.random_state) == (1000, 7, 1)
    assert load_classifier("forest").named_steps["classifier"].n_estimators == 1000


def test_the_published_classifier_is_the_plain_one_of_scikit_learn_on_rows_of_unit_length() -> None:
    table = toy_table()
    plain = LinearSVC(C=1.1, dual=True, max_iter=100000, tol=1e-8, random_state=0).fit(
        normalize(table.descriptor), table.labels
    )
    ours = fit(load_classifier("svc-afew"), table, what="all").named_steps["classifier"]
    assert np.allclose(ours.coef_, plain.coef_, atol=1e-3)


def test_the_search_works_in_plain_cross_validation_with_grouped_outer_folds() -> None:
    table = toy_table()
    scores = cross_val_score(
        load_classifier("svc"),
        table.descriptor,
        table.labels,
        groups=table.groups,
        cv=GroupKFold(5),
    )
    assert scores.shape == (5,)
    assert scores.mean() > 0.8


def test_the_search_splits_by_group_when_it_is_given_groups_and_says_so() -> None:
    table = toy_table()
    search = load_classifier("svc").fit(table.descriptor, table.labels, groups=table.groups)
    assert isinstance(search.splitter_, StratifiedGroupKFold)
    assert "whole groups" in search.chosen()


def test_the_search_stratifies_without_groups_and_says_so() -> None:
    table = toy_table()
    search = load_classifier("svc").fit(table.descriptor, table.labels)
    assert isinstance(search.splitter_, StratifiedKFold)
    assert "single clips" in search.chosen()


def test_our_fit_tells_the_search_of_the_groups() -> None:
    assert isinstance(fitted_on_toys("svc").splitter_, StratifiedGroupKFold)
    bare = toy_table(groups=np.full(60, ""))
    assert isinstance(fit(load_classifier("svc"), bare, what="all").splitter_, StratifiedKFold)


def test_inner_folds_keep_groups_whole() -> None:
    table = toy_table(n=90, n_groups=13)
    for train, score in InnerFolds(5).split(table.descriptor, table.labels, table.groups):
        assert not set(table.groups[train]) & set(table.groups[score])


@pytest.mark.parametrize(
    ("groups", "folds"),
    [(None, 3), (np.array([0, 0, 1, 2, 3, 4, 5, 6]), 2)],
    ids=["examples", "groups"],
)
def test_a_rare_class_lowers_the_number_of_inner_folds(
    groups: np.ndarray | None, folds: int
) -> None:
    labels = np.array(["a", "a", "a", "b", "b", "b", "b", "b"])
    assert InnerFolds(5).get_n_splits(None, labels, groups) == folds


def test_the_scaling_sees_only_the_rows_it_is_fitted_on(tmp_path: Path) -> None:
    recipe = tmp_path / "own.toml"
    recipe.write_text(
        (RECIPES / "svc.toml").read_text().replace('scaling = "l2"', 'scaling = "standard"')
    )
    table = toy_table()
    search = load_classifier(str(recipe))
    assert isinstance(search, GroupedGridSearchCV)
    search.fit(table.descriptor, table.labels)
    assert np.allclose(
        search.best_estimator_.named_steps["scaling"].mean_, table.descriptor.mean(0), atol=1e-6
    )
    # The search holds the scaling, not the other way round.
    assert [name for name, _ in search.estimator.steps] == ["scaling", "classifier"]


def test_the_search_keeps_scikit_learns_contract() -> None:
    search = GroupedGridSearchCV(LinearSVC(dual=False), {"C": [0.1, 1.0]}, cv=InnerFolds(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks' own: some data of theirs is odd on purpose
        check_estimator(search, on_skip=None)


@pytest.mark.parametrize("name", ["svc", "svc-afew-b2-8", "logistic"])
def test_the_solvers_reach_their_end_on_wide_descriptors(name: str) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 80)
    rows = np.abs(
        rng.normal(size=800)
        + 0.1 * rng.normal(size=(3, 800))[labels]
        + 0.3 * rng.normal(size=(80, 800))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        load_classifier(name).fit(rows, labels)


def test_a_solver_that_stops_unfinished_is_an_error(tmp_path: Path) -> None:
    recipe = tmp_path / "own.toml"
    recipe.write_text(
        'estimator = "LinearSVC"\nscaling = "none"\n[parameters]\nC = 1000.0\nmax_iter = 2\n'
    )
    with pytest.raises(InputError, match="train: the solver stops unfinished: raise max_iter"):
        fit(load_classifier(str(recipe)), toy_table(), what="train")


def test_an_unknown_classifier_is_told_with_the_nearest_or_those_there_are() -> None:
    with pytest.raises(
        InputError, match=f"nothing called 'boosting' in classifiers; allowed: {', '.join(NAMES)}"
    ):
        load_classifier("boosting")
    with pytest.raises(
        InputError, match=r"nothing called 'svm' in classifiers; did you mean 'svc'"
    ):
        load_classifier("svm")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('estimator = "SVM"\nscaling = "l2"', "estimator: allowed are .*'SVC', got 'SVM'"),
        (
            'estimator = "SVC"\nscaling = "l2"\n[parameters]\nkernl = "rbf"',
            "SVC has no parameter 'kernl'; did you mean 'kernel'?",
        ),
        (
            'estimator = "SVC"\nscaling = "l2"\n[parameters]\nC = -1',
            "The 'C' parameter of SVC must be",
        ),
        (
            'estimator = "SVC"\nscaling = "l2"\nparameters = 3',
            "parameters: expected a table, got 3",
        ),
        ('estimator = "SVC"\nscaling = "l2"\nseed = 3', "unknown key 'seed'"),
        (
            'estimator = "SVC"\nscaling = "l2"\n[search.grid]\nC = 3',
            "search.grid: C: expected a list of values, got 3",
        ),
        (
            (
                'estimator = "SVC"\nscaling = "l2"\n[search]\n'
                'folds = 5\nscoring = "accuracy"\nseed = 0'
            ),
            "belong together",
        ),
        (
            (
                'estimator = "SVC"\nscaling = "l2"\n[search]\nfolds = 1\n'
                'scoring = "accuracy"\nseed = 0\n[search.grid]\nC = [1]'
            ),
            "folds: allowed",
        ),
    ],
)
def test_a_wrong_recipe_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(RecipeError, match=message) as told:
        load_classifier(str(tmp_path / "own.toml"))
    assert len(str(told.value).splitlines()) == 1


def test_one_class_only_is_refused() -> None:
    with pytest.raises(InputError, match="clips of train have only the class Sad"):
        fit(load_classifier("svc-afew"), toy_table(labels=np.full(60, "Sad")), what="train")


def test_clips_without_a_label_are_refused() -> None:
    table = toy_table()
    bare = replace(table, labels=np.where(np.arange(60) < 2, "", table.labels))
    with pytest.raises(InputError, match=r"2 of 60 clips of train have no label \(first: clip0\)"):
        fit(load_classifier("svc-afew"), bare, what="train")


def test_a_class_in_one_group_only_is_refused_by_a_search() -> None:
    table = toy_table()
    with pytest.raises(
        InputError, match="class Happy has 1 group; an inner search needs 2 of each class"
    ):
        fit(
            load_classifier("svc"),
            replace(table, groups=np.where(table.labels == "Happy", "one", table.groups)),
            what="train",
        )


@pytest.mark.parametrize("name", [*QUICK, "forest-depth7"])
def test_all_cores_fit_what_one_does(name: str) -> None:
    table = toy_table()
    one, all_cores = load_classifier(name), fitted_on_toys(name)
    if name == "forest-depth7":
        one.set_params(classifier__n_estimators=20)
    plain = {"groups": table.groups} if isinstance(one, GroupedGridSearchCV) else {}
    one.fit(matrix(table), table.labels, **plain)
    assert joblib.hash(best_of(all_cores)) == joblib.hash(best_of(one))


def test_folds_fitted_side_by_side_are_those_fitted_one_after_the_other() -> None:
    table = toy_table()
    parts = [table[np.arange(60) % 3 != fold] for fold in range(3)]
    together = fit_each(load_classifier("svc"), parts, what=["a", "b", "c"])
    for part, found in zip(parts, together, strict=True):
        alone = fit(load_classifier("svc"), part, what="all")
        assert np.array_equal(found.best_estimator_[-1].coef_, alone.best_estimator_[-1].coef_)


class CoresCounted(LinearSVC):  # type: ignore[misc]
    """Notes how many cores scikit-learn would take while it is fitted."""

    def fit(self, *given: Any) -> Self:
        self.cores_ = joblib.effective_n_jobs(None)
        super().fit(*given)
        return self


@pytest.mark.parametrize(("dual", "cores"), [(False, joblib.cpu_count()), (True, 1)])
def test_all_cores_are_taken_unless_the_solver_draws_from_what_threads_share(
    dual: bool, cores: int
) -> None:
    classifier = Pipeline([("classifier", CoresCounted(dual=dual))])
    assert fit(classifier, toy_table(), what="all")[-1].cores_ == cores

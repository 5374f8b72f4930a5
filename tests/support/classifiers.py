"""Classifiers that were fitted and written."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sklearn.base import BaseEstimator

from tests.support.feature_tables import toy_table
from videoemo.classification.classifier import fit, load_classifier
from videoemo.classification.model_file import make_card, save_fitted_classifier
from videoemo.records import FeatureTable


@cache
def fitted_on_toys(name: str) -> BaseEstimator:
    """A classifier fitted once on the made-up table, for tests that leave it as it is; a forest
    of few trees.
    """
    classifier = load_classifier(name)
    if name.startswith("forest"):
        classifier.set_params(classifier__n_estimators=20)
    return fit(classifier, toy_table(), what="all")


def fitted(table: FeatureTable, path: Path, classifier: str = "svc-afew-b2-8") -> Path:
    estimator = fit(load_classifier(classifier), table, what="the table")
    save_fitted_classifier(
        path, estimator, make_card(table, estimator, classifier=classifier, scores={})
    )
    return path

"""Settings of a classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.config.toml import require_folds_and_seed

__all__ = ["ClassifierSpec", "SearchSpec"]


@dataclass(frozen=True, kw_only=True)
class SearchSpec:
    """Settings of the inner search of hyperparameters; classifiers/svc.toml explains each key."""

    folds: int
    scoring: Literal["accuracy", "balanced_accuracy", "f1_macro"]
    seed: int

    def __post_init__(self) -> None:
        require_folds_and_seed(self.folds, self.seed)


@dataclass(frozen=True, kw_only=True)
class ClassifierSpec:
    """Settings of the estimator; classifiers/svc.toml explains each key."""

    estimator: Literal[
        "DummyClassifier", "LinearSVC", "LogisticRegression", "RandomForestClassifier", "SVC"
    ]
    scaling: Literal["l2", "standard", "none"]
    search: SearchSpec | None = None

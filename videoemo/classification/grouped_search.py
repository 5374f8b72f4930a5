"""A grid search that keeps groups together where it is told of groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold, StratifiedKFold
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets

__all__ = ["GroupedGridSearchCV", "InnerFolds"]


class InnerFolds(StratifiedGroupKFold):  # type: ignore[misc]
    """Folds of whole groups where groups are given, of single examples otherwise; stratified by
    class either way.

    Parameters
    ----------
    n_splits : int, default=5
        At most so many folds; fewer where a class has fewer groups, or examples, than that.
    random_state : int, default=0
        What the examples or groups are shuffled with.
    """

    def __init__(self, n_splits: int = 5, random_state: int = 0) -> None:
        super().__init__(n_splits=n_splits, shuffle=True, random_state=random_state)

    def splitter(
        self, y: npt.ArrayLike, groups: npt.ArrayLike | None
    ) -> StratifiedGroupKFold | StratifiedKFold:
        """The splitter for these labels (n,) and groups (n,) or None.

        Raises
        ------
        ValueError
            A class has a single example, or stands in a single group.
        """
        check_classification_targets(y)
        labels = column_or_1d(y)
        unit = (
            np.arange(len(labels))
            if groups is None
            else np.unique(column_or_1d(groups), return_inverse=True)[1]
        )
        classes, label = np.unique(labels, return_inverse=True)
        # (c,) examples or groups with each class
        of_class = np.bincount(np.unique(np.stack([label, unit]), axis=1)[0])
        fewest = int(of_class.min())
        if fewest < 2:
            what = "sample" if groups is None else "group"
            raise ValueError(
                f"class {classes[of_class.argmin()]!s} has {fewest} {what}; an inner search needs "
                "2 of each class: add some, or take fixed settings"
            )
        kind = StratifiedKFold if groups is None else StratifiedGroupKFold
        return kind(min(self.n_splits, fewest), shuffle=True, random_state=self.random_state)

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:  # noqa: N803 - scikit-learn's name
        """How many folds these labels and groups allow."""
        return int(self.splitter(y, groups).get_n_splits())

    def split(
        self,
        X: Any,  # noqa: N803
        y: Any,
        groups: Any = None,
    ) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
        """Rows to fit on and rows to score on, fold by fold."""
        yield from self.splitter(y, groups).split(X, y, groups)


class GroupedGridSearchCV(GridSearchCV):  # type: ignore[misc]
    """`GridSearchCV` whose inner folds are grouped when `fit` is given groups, and
    stratified otherwise.

    Parameters
    ----------
    estimator : estimator
        What is searched over; scaling within it sees only the rows it is fitted on.
    param_grid : dict
        Values to try; the first of equals is taken.
    cv : InnerFolds
        The inner folds.
    scoring : str, default="accuracy"
        What the best has most of, by scikit-learn's name.

    Attributes
    ----------
    splitter_ : StratifiedGroupKFold or StratifiedKFold
        How the inner folds were made.
    """

    def __init__(
        self,
        estimator: Any,
        param_grid: dict[str, Any],
        *,
        cv: InnerFolds,
        scoring: str = "accuracy",
    ) -> None:
        super().__init__(estimator, param_grid, cv=cv, scoring=scoring, error_score="raise")

    def fit(self, X: Any, y: Any = None, *, groups: npt.ArrayLike | None = None) -> Self:  # noqa: N803
        """Search, then fit the best on all rows.

        Parameters
        ----------
        X : array (n, d)
            One row an example.
        y : array (n,)
            Classes.
        groups : array (n,) or None
            What must not stand on both sides of an inner fold.

        Raises
        ------
        ValueError
            A class has a single example, or stands in a single group.
        """
        super().fit(X, y, groups=groups)
        self.splitter_ = self.cv.splitter(y, groups)
        return self

    def chosen(self) -> str:
        """What was chosen, and by which inner folds, in words."""
        settings = ", ".join(
            f"{key.removeprefix('classifier__')} = {value}"
            for key, value in self.best_params_.items()
        )
        what = (
            "of whole groups"
            if isinstance(self.splitter_, StratifiedGroupKFold)
            else "of single clips"
        )
        return f"{settings}, by {self.n_splits_} inner folds {what}"

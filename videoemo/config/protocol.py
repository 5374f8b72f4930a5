"""Evaluation protocols of classifiers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.config.toml import (
    find_settings,
    read_kind,
    require,
    require_folds_and_seed,
)

__all__ = [
    "GroupedKFold",
    "LeaveOneGroupOut",
    "Protocol",
    "TrainVal",
    "load_protocol",
]


Split = Literal["train", "val", "test"]


@dataclass(frozen=True, kw_only=True)
class TrainVal:
    """Train-validation protocol: fit on one split, score on another."""

    kind: Literal["train-val"]
    train: Split
    score: Split

    def __post_init__(self) -> None:
        require(
            self.train != self.score,
            "score",
            f"splits other than train, {self.train!r}",
            repr(self.score),
        )


@dataclass(frozen=True, kw_only=True)
class GroupedKFold:
    """Grouped k-fold cross-validation: `folds` parts of whole groups, each scored with a fit on the
    others; `nested` is that of a classifier with an inner search.
    """

    kind: Literal["grouped-kfold", "nested"]
    folds: int
    seed: int

    def __post_init__(self) -> None:
        require_folds_and_seed(self.folds, self.seed)


@dataclass(frozen=True, kw_only=True)
class LeaveOneGroupOut:
    """Leave-one-group-out cross-validation: each group is scored with a fit on the others."""

    kind: Literal["leave-one-group-out"]


Protocol = TrainVal | GroupedKFold | LeaveOneGroupOut


KINDS: dict[str, type[Protocol]] = {
    "train-val": TrainVal,
    "grouped-kfold": GroupedKFold,
    "leave-one-group-out": LeaveOneGroupOut,
    "nested": GroupedKFold,
}


def load_protocol(name: str) -> Protocol:
    """Load a protocol for labelled clips by its name in `eval/protocols/`, or by the path of a TOML
    file.

    Raises
    ------
    InputError
        No such protocol.
    RecipeError
        The file has an unknown or missing key, or a value out of range.
    """
    return read_kind(KINDS, find_settings(name, "protocols"), of="clips")

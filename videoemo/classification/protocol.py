"""Protocols: which clips a classifier is fitted on, and which it is scored on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from videoemo.classification.classifier import require_labels
from videoemo.config.protocol import GroupedKFold, LeaveOneGroupOut, Protocol, TrainVal
from videoemo.errors import InputError
from videoemo.metrics.bootstrap import group_ids
from videoemo.records import FeatureTable

__all__ = ["Fold", "Folds", "make_folds"]

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fold:
    """One fit and what it is scored on.

    Parameters
    ----------
    name : str
        Such as `val`, `fold 1 of 5`, or the group held out.
    train, score : int64 (n,) and (m,)
        Rows of the table.
    """

    name: str
    train: Rows
    score: Rows


@dataclass(frozen=True)
class Folds:
    """A protocol's folds of a table.

    Parameters
    ----------
    folds : tuple of Fold
        No clip is scored twice, and no group stands on both sides of a fold.
    how : str
        How they were made, in words.
    """

    folds: tuple[Fold, ...]
    how: str


def make_folds(table: FeatureTable, protocol: Protocol) -> Folds:
    """The folds of a protocol; all kinds but train-val keep the split `test` back and use every
    other clip.

    Raises
    ------
    InputError
        A split is missing, a label is missing, fewer clips or groups than folds, or no groups to
        leave out.
    """
    if isinstance(protocol, TrainVal):
        return _train_val(table, protocol)
    rows = np.flatnonzero(table.splits != "test")
    if not len(rows):
        raise InputError(
            "all clips are of the split test, which this protocol keeps back: extract other "
            "splits, or take the protocol train-val"
        )
    require_labels(table[rows], what="the table")
    together = group_ids(table.groups[rows])
    if isinstance(protocol, LeaveOneGroupOut):
        return _leave_one_group_out(table, rows, together)
    return _k_fold(table.labels[rows], rows, together, protocol)


def _train_val(table: FeatureTable, protocol: TrainVal) -> Folds:
    train, score = (_of_split(table, split) for split in (protocol.train, protocol.score))
    # A group may stand in both splits of a published division; its clips are then held out of
    # the fit.
    shared = (table.groups[train] != "") & np.isin(table.groups[train], table.groups[score])
    how = f"fitted on {protocol.train}, scored on {protocol.score}"
    if shared.any():
        how += (
            f"; left out of the fit: {shared.sum()} clips of groups that {protocol.score} has too"
        )
    if shared.all():
        raise InputError(
            f"every group of {protocol.train} stands in {protocol.score} too: take the "
            "protocol grouped-kfold"
        )
    return Folds((Fold(protocol.score, train[~shared], score),), how)


def _of_split(table: FeatureTable, split: str) -> Rows:
    rows = np.flatnonzero(table.splits == split)
    if not len(rows):
        has = ", ".join(sorted(set(table.splits.tolist()) - {""})) or "no splits"
        raise InputError(
            f"no clip of the split {split} (the table has {has}): extract it, or take the "
            "protocol grouped-kfold"
        )
    require_labels(table[rows], what=split)
    return rows


def _leave_one_group_out(table: FeatureTable, rows: Rows, together: Rows | None) -> Folds:
    if together is None:
        raise InputError(
            "no clip has a group: leave-one-group-out needs groups; take the protocol "
            "grouped-kfold, which takes single clips then"
        )
    n = int(together.max()) + 1
    if n < 2:
        raise InputError(
            f"all clips are of the group {table.groups[rows[0]]}: leave-one-group-out needs two "
            "groups or more"
        )
    parts = [(rows[together != unit], rows[together == unit]) for unit in range(n)]
    names = [table.groups[score[0]] or table.ids[score[0]] for _, score in parts]
    folds = tuple(
        Fold(str(name), train, score) for name, (train, score) in zip(names, parts, strict=True)
    )
    return Folds(folds, f"each of {n} groups scored with a fit on the others")


def _k_fold(
    labels: npt.NDArray[np.str_], rows: Rows, together: Rows | None, protocol: GroupedKFold
) -> Folds:
    k, what = protocol.folds, "clips" if together is None else "groups"
    unit = np.arange(len(rows)) if together is None else together
    for name in np.unique(labels):
        have = len(np.unique(unit[labels == name]))
        if have < k:
            raise InputError(
                f"{have} {what} of the class {name} for {k} folds: lower folds in the protocol's "
                f"TOML, or add {what}"
            )
    kind = StratifiedKFold if together is None else StratifiedGroupKFold
    whole = (
        "no group stands on both sides"
        if together is not None
        else "of single clips, since none has a group"
    )
    parts = kind(k, shuffle=True, random_state=protocol.seed).split(rows, labels, together)
    folds = tuple(
        Fold(f"fold {i} of {k}", rows[train], rows[score])
        for i, (train, score) in enumerate(parts, 1)
    )
    return Folds(
        folds, f"each of {k} parts, stratified by class, scored with a fit on the others; {whole}"
    )

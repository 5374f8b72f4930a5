from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.feature_tables import toy_table
from videoemo.classification.protocol import make_folds
from videoemo.config.protocol import GroupedKFold, LeaveOneGroupOut, TrainVal, load_protocol
from videoemo.errors import InputError, RecipeError

NAMES = ("train-val", "grouped-kfold", "leave-one-group-out", "nested")
THREE = GroupedKFold(kind="grouped-kfold", folds=3, seed=0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(5))
def test_no_group_stands_on_both_sides_of_a_fold(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = toy_table(
        n=300,
        groups=rng.integers(0, 40, 300).astype(np.str_),
        splits=rng.permutation(np.array(["train", "val"] * 150)),
    )
    if name == "train-val":  # a third of the groups in both splits
        table = replace(
            table,
            groups=np.where(
                rng.random(300) < 0.3, table.groups, np.char.add(table.splits, table.groups)
            ),
        )
    for fold in make_folds(table, load_protocol(name)).folds:
        assert not set(table.groups[fold.train]) & set(table.groups[fold.score])
        assert len(fold.train) > 0
        assert len(fold.score) > 0


def test_train_val_takes_the_splits_as_they_are() -> None:
    table = toy_table()
    (fold,) = make_folds(table, load_protocol("train-val")).folds
    assert set(fold.train) == set(np.flatnonzero(table.splits == "train"))
    assert set(fold.score) == set(np.flatnonzero(table.splits == "val"))


def test_train_val_says_which_clips_it_leaves_out_of_the_fit() -> None:
    table = toy_table(groups=np.where(np.arange(60) < 3, "both", np.arange(60).astype(np.str_)))
    table = replace(table, splits=np.where(np.arange(60) % 2 == 0, "train", "val"))
    assert (
        "left out of the fit: 2 clips of groups that val has too"
        in make_folds(table, load_protocol("train-val")).how
    )


@pytest.mark.parametrize("name", ["grouped-kfold", "leave-one-group-out", "nested"])
def test_every_clip_but_those_of_test_is_scored_once(name: str) -> None:
    table = toy_table(n=90, n_groups=30)
    table = replace(table, splits=np.where(table.groups == "source7", "test", ""))
    scored = np.concatenate([fold.score for fold in make_folds(table, load_protocol(name)).folds])
    assert sorted(scored) == np.flatnonzero(table.splits == "").tolist()


def test_there_is_a_fold_a_group_to_leave_out_named_after_it() -> None:
    folds = make_folds(toy_table(), LeaveOneGroupOut(kind="leave-one-group-out")).folds
    assert sorted(fold.name for fold in folds) == sorted(f"source{g}" for g in range(20))


def test_k_fold_without_groups_takes_single_clips_and_says_so() -> None:
    folds = make_folds(toy_table(groups=np.full(60, "")), THREE)
    assert "single clips" in folds.how
    assert [len(fold.score) for fold in folds.folds] == [20, 20, 20]


def test_a_test_split_without_labels_is_no_hindrance() -> None:
    table = toy_table()
    table = replace(
        table,
        splits=np.where(np.arange(60) < 6, "test", table.splits),
        labels=np.where(np.arange(60) < 6, "", table.labels),
    )
    assert len(make_folds(table, THREE).folds) == 3


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        (
            "train-val",
            {"splits": np.full(60, "train")},
            "no clip of the split val .the table has train.: extract it, or take",
        ),
        (
            "train-val",
            {"splits": np.full(60, "")},
            "no clip of the split train .the table has no splits.",
        ),
        ("train-val", {"groups": np.full(60, "one")}, "every group of train stands in val too"),
        ("train-val", {"labels": np.full(60, "")}, "clips of train have no label"),
        ("grouped-kfold", {"labels": np.full(60, "")}, "60 of 60 clips of the table have no label"),
        (
            "grouped-kfold",
            {"groups": np.array(["a", "b", "c"] * 20)},
            "3 groups of the class Angry for 5 folds",
        ),
        (
            "grouped-kfold",
            {"groups": np.full(60, ""), "labels": np.array(["a"] * 56 + ["b"] * 4)},
            "4 clips of the class b for 5 folds",
        ),
        ("leave-one-group-out", {"groups": np.full(60, "")}, "no clip has a group"),
        ("leave-one-group-out", {"groups": np.full(60, "one")}, "all clips are of the group one:"),
    ],
)
def test_what_a_table_has_not_is_one_line(name: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as told:
        make_folds(toy_table(**given), load_protocol(name))
    assert len(str(told.value).splitlines()) == 1


def test_an_unknown_protocol_is_told_with_those_there_are() -> None:
    with pytest.raises(
        InputError, match=r"nothing called 'kfold' in protocols; allowed: .*grouped-kfold.*nested"
    ):
        load_protocol("kfold")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('kind = "kfold"', "kind: allowed for clips are 'train-val', .* got 'kfold'"),
        ('kind = "nested"\nfolds = 1\nseed = 0', "folds: allowed are whole numbers from 2, got 1"),
        (
            'kind = "train-val"\ntrain = "val"\nscore = "val"',
            "score: allowed are splits other than train",
        ),
        ('kind = "leave-one-group-out"\nfolds = 5', "unknown key 'folds'"),
    ],
)
def test_a_wrong_protocol_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(RecipeError, match=message):
        load_protocol(str(tmp_path / "own.toml"))


def test_train_val_may_name_other_splits() -> None:
    table = toy_table()
    table = replace(table, splits=np.where(table.splits == "val", "test", table.splits))
    assert (
        make_folds(table, TrainVal(kind="train-val", train="train", score="test")).folds[0].name
        == "test"
    )

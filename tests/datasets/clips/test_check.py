from __future__ import annotations

from pathlib import Path

from videoemo.datasets.clips import DatasetRecipe, LabelledClips, Published, check_lines
from videoemo.records import Clip


def labelled(
    *counts: tuple[str | None, str | None, int], problems: tuple[str, ...] = ()
) -> LabelledClips:
    """So many clips of each split and class."""
    clips = [
        Clip(Path("x"), f"{split}/{label}/{i}", split=split, label=label)
        for split, label, n in counts
        for i in range(n)
    ]
    return LabelledClips(tuple(clips), problems)


def recipe(*published: Published) -> DatasetRecipe:
    return DatasetRecipe(kind="folder", classes=("Keen", "Bored"), published=published)


def test_found_beside_published_a_split_and_a_class() -> None:
    given = recipe(
        Published(split="train", total=5, counts=(3, 2)),
        Published(split="val", total=3, counts=(1, 2)),
    )
    found = labelled(
        ("train", "Keen", 3), ("train", "Bored", 2), ("val", "Keen", 2), ("val", "Bored", 1)
    )
    assert check_lines(found, given) == [
        "split  class   clips  published",
        "train  Keen        3          3",
        "train  Bored       2          2",
        "train  all         5          5",
        "val    Keen        2          1  1 more",
        "val    Bored       1          2  1 missing",
        "val    all         3          3",
        "",
        "no problem found among the clips that are here",
    ]


def test_a_published_split_that_is_not_there_counts_nothing() -> None:
    lines = check_lines(
        labelled(("train", "Keen", 1)), recipe(Published(split="val", total=3, counts=(1, 2)))
    )
    assert "val    all         0          3  3 missing" in lines


def test_of_two_versions_the_nearer_is_compared_with() -> None:
    versions = (
        Published(split="val", total=6, counts=(4, 2)),
        Published(split="val", total=6, counts=(2, 4)),
    )
    lines = check_lines(labelled(("val", "Keen", 2), ("val", "Bored", 4)), recipe(*versions))
    assert lines[1:4] == [
        "val    Keen        2          2",
        "val    Bored       4          4",
        "val    all         6          6",
    ]


def test_where_only_the_total_was_published_the_classes_stand_alone() -> None:
    lines = check_lines(
        labelled(("train", "Keen", 2), ("train", "Bored", 1)),
        recipe(Published(split="train", total=4)),
    )
    assert lines[1:4] == [
        "train  Keen        2",
        "train  Bored       1",
        "train  all         3          4  1 missing",
    ]


def test_clips_without_labels_have_a_row() -> None:
    lines = check_lines(
        labelled(("test", None, 2), ("train", "Keen", 1), ("train", "Bored", 1)), recipe()
    )
    assert [line.split() for line in lines[4:6]] == [
        ["test", "no", "label", "2"],
        ["test", "all", "2"],
    ]


def test_without_splits_and_published_counts_the_classes_found_are_counted() -> None:
    lines = check_lines(labelled((None, "b", 1), (None, "a", 2)), DatasetRecipe(kind="folder"))
    assert lines[:-2] == [
        "split  class   clips",
        "-      a           2",
        "-      b           1",
        "-      all         3",
    ]


def test_problems_stand_below() -> None:
    assert check_lines(labelled(("train", "Keen", 1), problems=("this", "that")), recipe())[
        -3:
    ] == ["2 problems:", "  this", "  that"]

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.layouts import load, make, shipped, told
from videoemo.datasets.clips import DatasetRecipe, load_clips
from videoemo.errors import InputError


def test_each_folder_is_a_class(tmp_path: Path) -> None:
    labelled = load("folder", make(tmp_path, "keen/b.mp4", "keen/a.MOV", "bored/c.avi"))
    assert [(clip.id, clip.label, clip.split) for clip in labelled.clips] == [
        ("bored/c.avi", "bored", None),
        ("keen/a.MOV", "keen", None),
        ("keen/b.mp4", "keen", None),
    ]
    assert labelled.problems == ()


@pytest.mark.parametrize("val", ["val", "Val", "valid", "validation"])
def test_classes_below_splits(tmp_path: Path, val: str) -> None:
    labelled = load(
        "folder", make(tmp_path, "train/keen/a.mp4", f"{val}/keen/b.mp4", "test/keen/c.mp4")
    )
    assert [(clip.id, clip.split, clip.label) for clip in labelled.clips] == [
        ("test/keen/c.mp4", "test", "keen"),
        ("train/keen/a.mp4", "train", "keen"),
        (f"{val}/keen/b.mp4", "val", "keen"),
    ]


def test_one_name_in_two_places_is_two_clips(tmp_path: Path) -> None:
    labelled = load(
        "folder", make(tmp_path, "keen/a.mp4", "keen/a.avi", "bored/a.mp4", "bored/tom/a.mp4")
    )
    assert [clip.id for clip in labelled.clips] == [
        "bored/a.mp4",
        "bored/tom/a.mp4",
        "keen/a.avi",
        "keen/a.mp4",
    ]
    assert labelled.problems == ()


def test_pictures_and_other_files_are_no_clips(tmp_path: Path) -> None:
    assert (
        len(
            load(
                "folder",
                make(
                    tmp_path, "keen/a.mp4", "keen/a.jpg", "keen/a.txt", "bored/b.mp4", "notes.txt"
                ),
            ).clips
        )
        == 2
    )


def test_a_test_split_may_be_without_classes(tmp_path: Path) -> None:
    labelled = load("folder", make(tmp_path, "train/keen/a.mp4", "test/b.mp4"))
    assert [(clip.id, clip.label) for clip in labelled.clips] == [
        ("test/b.mp4", None),
        ("train/keen/a.mp4", "keen"),
    ]
    assert labelled.problems == ()


def test_a_class_without_a_clip_is_told(tmp_path: Path) -> None:
    make(tmp_path, "keen/a.mp4", "bored/notes.txt")
    assert load("folder", tmp_path).problems == ("no clip of 'bored'",)


def test_a_class_that_one_split_lacks_is_told(tmp_path: Path) -> None:
    make(tmp_path, "train/keen/a.mp4", "train/bored/b.mp4", "val/keen/c.mp4")
    assert load("folder", tmp_path).problems == ("no clip of 'bored' in val",)


def test_a_folder_beside_the_splits_is_told(tmp_path: Path) -> None:
    assert told(
        load("folder", make(tmp_path, "train/keen/a.mp4", "val/keen/b.mp4", "old/keen/c.mp4")),
        "unknown folder",
        "old",
        "beside train, val",
    )


def test_a_clip_beside_the_classes_is_told_and_left_out(tmp_path: Path) -> None:
    labelled = load("folder", make(tmp_path, "keen/a.mp4", "bored/b.mp4", "stray.mp4"))
    assert len(labelled.clips) == 2
    assert told(labelled, "'stray.mp4': no label")


def test_classes_of_the_recipe_are_the_only_ones(tmp_path: Path) -> None:
    recipe = DatasetRecipe(kind="folder", classes=("Keen", "Bored"))
    labelled = load_clips(recipe, make(tmp_path, "keen/a.mp4", "bored/b.mp4", "results/c.mp4"))
    assert [clip.label for clip in labelled.clips] == ["Bored", "Keen"]
    assert told(labelled, "unknown folder", "results", "not one of Keen, Bored")


def test_no_class_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"no class folder in '.*': expected <class>/<video> in it$"
    ):
        load("folder", make(tmp_path, "a.mp4"))


def test_a_split_without_a_class_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no class folder in '.*val': expected"):
        load("folder", make(tmp_path, "train/keen/a.mp4", "val/a.mp4"))


def test_no_clip_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^no clip that can be used in '.*'$"):
        load("folder", make(tmp_path, "keen/notes.txt"))


def test_no_such_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^no such folder: '.*nowhere'"):
        load("folder", tmp_path / "nowhere")


def test_a_folder_that_may_not_be_read_is_a_clip_that_fails_and_the_others_are_there(
    tmp_path: Path, unprivileged: Callable[[Path], Path]
) -> None:
    # Read first: this repository may lie in a folder that is nobody else's.
    recipe = shipped("folder")
    root = unprivileged(make(tmp_path, "keen/a.mp4", "keen/shut/b.mp4", "bored/c.mp4"))
    (root / "keen" / "shut").chmod(0)
    assert [clip.id for clip in load_clips(recipe, root).clips] == [
        "bored/c.mp4",
        "keen/a.mp4",
        "keen/shut",
    ]

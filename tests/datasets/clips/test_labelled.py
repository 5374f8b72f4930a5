from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.layouts import make
from videoemo.datasets.clips._labelled import DatasetListing, validate_clips
from videoemo.records import Clip


def clip(path: Path, name: str, split: str = "train", label: str | None = "keen") -> Clip:
    return Clip(path, f"{split}/{name}", split=split, label=label)


def test_clips_stand_in_the_order_of_split_and_id(tmp_path: Path) -> None:
    path = make(tmp_path, "a.mp4") / "a.mp4"
    found = DatasetListing(
        [clip(path, "b", "val"), clip(path, "b"), clip(path, "a", "val"), clip(path, "c", "test")],
        [],
        ("keen",),
    )
    assert [clip.id for clip in validate_clips(found).clips] == [
        "test/c",
        "train/b",
        "val/a",
        "val/b",
    ]


def test_the_layouts_own_problems_come_first(tmp_path: Path) -> None:
    assert (
        validate_clips(
            DatasetListing([clip(tmp_path / "gone.mp4", "a")], ["no folder"], ())
        ).problems[0]
        == "no folder"
    )


def test_a_name_that_is_not_utf8_is_a_clip_like_others(tmp_path: Path) -> None:
    path = make(tmp_path, "a.mp4") / "a.mp4"
    labelled = validate_clips(DatasetListing([clip(path, "\udce4")], [], ("keen",)))
    assert [clip.id for clip in labelled.clips] == ["train/\udce4"]
    assert labelled.problems == ()


def test_a_class_that_a_split_lacks_is_told_but_not_of_the_test_split(tmp_path: Path) -> None:
    path = make(tmp_path, "a.mp4") / "a.mp4"
    found = DatasetListing(
        [
            clip(path, "a"),
            clip(path, "b", label="bored"),
            clip(path, "c", "val"),
            clip(path, "d", "test"),
        ],
        [],
        ("bored", "keen"),
    )
    assert validate_clips(found).problems == ("no clip of 'bored' in val",)


def test_what_may_not_be_looked_at_is_kept_so_that_it_is_reported(
    tmp_path: Path, unprivileged: Callable[[Path], Path]
) -> None:
    root = unprivileged(make(tmp_path, "a.mp4", "shut/b.mp4"))
    (root / "shut").chmod(0)
    found = DatasetListing(
        [clip(root / name, name) for name in ("a.mp4", "gone.mp4", "shut/b.mp4")], [], ("keen",)
    )
    labelled = validate_clips(found)
    assert [clip.id for clip in labelled.clips] == ["train/a.mp4", "train/shut/b.mp4"]
    assert labelled.problems == (
        f"'train/gone.mp4': no such file {str(root / 'gone.mp4')!r}; left out",
    )

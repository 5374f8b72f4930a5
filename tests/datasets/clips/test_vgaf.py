from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.layouts import load, make, told
from videoemo.errors import InputError

CLIPS = {"289_1": 1, "289_2": 2, "31_7": 3}
HEADING = "Vid_name Label\n"


def vgaf(
    root: Path, *, train: str = "Train", val: str = "Val", labels: str = "_labels.txt"
) -> Path:
    """Three clips of two sources a split."""
    for split in (train, val):
        make(root, *(f"{split}/{stem}.mp4" for stem in CLIPS))
        (root / f"{split}{labels}").write_text(
            HEADING + "".join(f"{stem} {number}\n" for stem, number in CLIPS.items())
        )
    return root


def relabel(root: Path, text: str, encoding: str = "utf-8") -> Path:
    (root / "Train_labels.txt").write_text(text, encoding=encoding)
    return root


def test_a_clip_has_its_split_its_label_and_the_source_it_was_cut_from(tmp_path: Path) -> None:
    clips = load("vgaf", vgaf(tmp_path)).clips[:3]
    assert [clip.id for clip in clips] == ["train/289_1", "train/289_2", "train/31_7"]
    assert [clip.label for clip in clips] == ["Positive", "Neutral", "Negative"]
    assert [clip.group for clip in clips] == ["289", "289", "31"]
    assert clips[0].path == tmp_path / "Train" / "289_1.mp4"


def test_the_layout_in_lower_case(tmp_path: Path) -> None:
    labelled = load("vgaf", vgaf(tmp_path, train="train", val="val", labels="_LABELS.TXT"))
    assert len(labelled.clips) == 6
    assert labelled.problems == ()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (HEADING + "289_1 1\n289_2 2\n31_7 3", "utf-8"),
        (HEADING + "289_1 1\n289_2 2\n31_7 3\n", "utf-8-sig"),
        ("\n" + HEADING + "\n289_1\t1\n  289_2   2 \r\n\n31_7 3\n\n", "utf-8"),
        ("289_1 1\n289_2 2\n31_7 3\n", "utf-8"),
    ],
    ids=["no end of line", "byte order mark", "empty lines and other spaces", "no heading"],
)
def test_label_files_of_any_program(tmp_path: Path, text: str, encoding: str) -> None:
    labelled = load("vgaf", relabel(vgaf(tmp_path), text, encoding))
    assert [clip.label for clip in labelled.clips if clip.split == "train"] == [
        "Positive",
        "Neutral",
        "Negative",
    ]
    assert labelled.problems == ()


def test_a_label_without_a_clip_is_told(tmp_path: Path) -> None:
    (vgaf(tmp_path) / "Val" / "289_2.mp4").unlink()
    labelled = load("vgaf", tmp_path)
    assert [clip.id for clip in labelled.clips if clip.split == "val"] == ["val/289_1", "val/31_7"]
    assert told(labelled, "'val/289_2': no such file", "289_2.mp4", "left out")


def test_a_clip_without_a_label_is_told_and_left_out(tmp_path: Path) -> None:
    labelled = load("vgaf", make(vgaf(tmp_path), "Val/5_5.mp4"))
    assert len(labelled.clips) == 6
    assert labelled.problems == (
        f"'val/5_5': no label for {str(tmp_path / 'Val' / '5_5.mp4')!r}; left out",
    )


def test_a_line_twice_is_one_clip(tmp_path: Path) -> None:
    labelled = load(
        "vgaf", relabel(vgaf(tmp_path), HEADING + "289_1 1\n289_2 2\n31_7 3\n289_1 1\n")
    )
    assert len(labelled.clips) == 6
    assert told(labelled, "'train/289_1': 2 times")


def test_two_labels_for_one_clip_leave_it_out(tmp_path: Path) -> None:
    labelled = load(
        "vgaf", relabel(vgaf(tmp_path), HEADING + "289_1 1\n289_2 2\n31_7 3\n289_1 3\n")
    )
    assert "train/289_1" not in {clip.id for clip in labelled.clips}
    assert told(labelled, "'train/289_1': 2 labels for one clip, Positive", "Negative", "left out")


def test_a_test_split_needs_no_labels(tmp_path: Path) -> None:
    labelled = load("vgaf", make(vgaf(tmp_path), "Test/400_1.mp4"))
    assert [(clip.label, clip.group) for clip in labelled.clips if clip.split == "test"] == [
        (None, "400")
    ]
    assert labelled.problems == ()


def test_other_files_and_hidden_ones_are_passed_over(tmp_path: Path) -> None:
    labelled = load(
        "vgaf", make(vgaf(tmp_path), "Train/Thumbs.db", "Train/._289_1.mp4", "notes.txt")
    )
    assert len(labelled.clips) == 6
    assert labelled.problems == ()


def test_a_clip_that_names_no_source_is_a_source_of_its_own(tmp_path: Path) -> None:
    labelled = load(
        "vgaf",
        relabel(
            make(vgaf(tmp_path), "Train/alone.mp4"), HEADING + "289_1 1\n289_2 2\n31_7 3\nalone 1\n"
        ),
    )
    assert [clip.group for clip in labelled.clips if clip.split == "train"] == [
        "289",
        "289",
        "31",
        "alone",
    ]


def test_a_folder_among_the_clips_is_told_and_is_no_clip(tmp_path: Path) -> None:
    labelled = load("vgaf", make(vgaf(tmp_path), "Train/more.mp4/1_1.mp4"))
    assert labelled.problems == (
        f"unknown folder {str(tmp_path / 'Train' / 'more.mp4')!r}; not looked into",
    )


def test_a_missing_split_is_told(tmp_path: Path) -> None:
    (vgaf(tmp_path) / "Val").rename(tmp_path / "elsewhere")
    assert load("vgaf", tmp_path).problems == (f"no folder Val in {str(tmp_path)!r}",)


def test_a_missing_label_file_is_refused(tmp_path: Path) -> None:
    (vgaf(tmp_path) / "Val_labels.txt").unlink()
    with pytest.raises(
        InputError, match=r"no label file for '.*Val': expected Val_labels\.txt beside it"
    ):
        load("vgaf", tmp_path)


@pytest.mark.parametrize(
    "line", ["289_1 4", "289_1 Positive", "289_1", "289_1,1", "289_1 1 1", "289 1 1"]
)
def test_a_line_that_cannot_be_read_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    with pytest.raises(
        InputError,
        match=r"Train_labels\.txt' line 3: expected .* 1 Positive, 2 Neutral, 3 Negative; "
        rf"got '{line}'",
    ):
        load("vgaf", relabel(vgaf(tmp_path), f"{HEADING}289_2 2\n{line}\n"))


def test_a_label_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (vgaf(tmp_path) / "Val_labels.txt").unlink()
    (tmp_path / "Val_labels.txt").mkdir()
    with pytest.raises(InputError, match=r"^cannot read '.*Val_labels\.txt': \w"):
        load("vgaf", tmp_path)


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Train_labels\.txt' is not UTF-8"):
        load("vgaf", relabel(vgaf(tmp_path), HEADING, "utf-16"))


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^no VGAF in '.*': expected Train/\*\.mp4"):
        load("vgaf", make(tmp_path, "videos/a.avi"))

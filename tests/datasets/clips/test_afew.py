from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.layouts import load, make, told
from videoemo.errors import InputError

CLASSES = ("Angry", "Disgust", "Fear", "Happy", "Neutral", "Sad", "Surprise")


def afew(root: Path, *, train: str = "Train_AFEW", val: str = "Val_AFEW") -> Path:
    """One clip a class a split."""
    return make(
        root,
        *(f"{split}/{name}/{i:09}.avi" for split in (train, val) for i, name in enumerate(CLASSES)),
    )


def test_a_clip_has_its_split_and_class_and_an_id_without_extension(tmp_path: Path) -> None:
    first = load("afew", afew(tmp_path)).clips[0]
    assert (first.id, first.split, first.label, first.group) == (
        "train/000000000",
        "train",
        "Angry",
        None,
    )
    assert first.path == tmp_path / "Train_AFEW" / "Angry" / "000000000.avi"


@pytest.mark.parametrize(
    ("train", "val"),
    [("Train_AFEW", "Val_AFEW"), ("Train", "Val"), ("train", "val"), ("train_afew", "VAL_AFEW")],
)
def test_splits_under_every_name_they_are_met_by(tmp_path: Path, train: str, val: str) -> None:
    labelled = load("afew", afew(tmp_path, train=train, val=val))
    assert [clip.split for clip in labelled.clips] == ["train"] * 7 + ["val"] * 7
    assert labelled.problems == ()


def test_class_folders_are_known_in_any_case(tmp_path: Path) -> None:
    (afew(tmp_path) / "Val_AFEW" / "Fear").rename(tmp_path / "Val_AFEW" / "fEAR")
    labelled = load("afew", tmp_path)
    assert [clip.label for clip in labelled.clips if clip.split == "val"] == list(CLASSES)
    assert labelled.problems == ()


def test_one_id_in_both_splits_with_different_labels_is_two_clips(tmp_path: Path) -> None:
    make(afew(tmp_path), "Train_AFEW/Sad/001703120.avi", "Val_AFEW/Angry/001703120.avi")
    labelled = load("afew", tmp_path)
    assert {clip.id: clip.label for clip in labelled.clips if clip.path.stem == "001703120"} == {
        "train/001703120": "Sad",
        "val/001703120": "Angry",
    }
    assert labelled.problems == ()


def test_aligned_faces_beside_the_classes_are_passed_over(tmp_path: Path) -> None:
    make(
        afew(tmp_path),
        "Train_AFEW/AlignedFaces_LBPTOP_Points/Angry/0.avi",
        "Val_AFEW/AlignedFaces_LBPTOP_Points_Val/1.avi",
    )
    labelled = load("afew", tmp_path)
    assert len(labelled.clips) == 14
    assert labelled.problems == ()


def test_other_files_and_hidden_ones_are_passed_over(tmp_path: Path) -> None:
    make(
        afew(tmp_path),
        "Train_AFEW/Angry/Thumbs.db",
        "Train_AFEW/Angry/._000000000.avi",
        "Train_AFEW/Angry/000000000.jpg",
        "Val_AFEW/list.txt",
        ".DS_Store",
    )
    labelled = load("afew", tmp_path)
    assert len(labelled.clips) == 14
    assert labelled.problems == ()


def test_a_flat_test_split_is_without_labels(tmp_path: Path) -> None:
    make(afew(tmp_path), "Test_AFEW/000000001.mp4", "Test_AFEW/000000002.avi")
    labelled = load("afew", tmp_path)
    assert [(clip.id, clip.label) for clip in labelled.clips if clip.split == "test"] == [
        ("test/000000001", None),
        ("test/000000002", None),
    ]
    assert labelled.problems == ()


def test_an_unknown_folder_is_told_and_not_looked_into(tmp_path: Path) -> None:
    labelled = load("afew", make(afew(tmp_path), "Train_AFEW/Contempt/000000099.avi"))
    assert len(labelled.clips) == 14
    assert told(labelled, "unknown folder", "Contempt", "not one of Angry, Disgust")


def test_a_clip_beside_the_class_folders_has_no_label_and_is_left_out(tmp_path: Path) -> None:
    labelled = load("afew", make(afew(tmp_path), "Train_AFEW/000000099.avi"))
    assert len(labelled.clips) == 14
    assert told(labelled, "'train/000000099': no label", "left out")


def test_the_same_id_twice_in_a_class_is_taken_once(tmp_path: Path) -> None:
    labelled = load("afew", make(afew(tmp_path), "Train_AFEW/Angry/000000000.mp4"))
    assert [clip.path.suffix for clip in labelled.clips if clip.id == "train/000000000"] == [".avi"]
    assert told(
        labelled,
        "'train/000000000': 2 times",
        "000000000.avi",
        "000000000.mp4",
        "the first is taken",
    )


def test_a_clip_in_two_classes_is_left_out(tmp_path: Path) -> None:
    labelled = load("afew", make(afew(tmp_path), "Train_AFEW/Sad/000000000.avi"))
    assert "train/000000000" not in {clip.id for clip in labelled.clips}
    assert told(labelled, "'train/000000000': 2 labels for one clip, Angry", "Sad", "left out")


def test_a_missing_class_is_told(tmp_path: Path) -> None:
    (afew(tmp_path) / "Val_AFEW" / "Fear" / "000000002.avi").unlink()
    assert load("afew", tmp_path).problems == ("no clip of 'Fear' in val",)


def test_a_missing_split_is_told(tmp_path: Path) -> None:
    labelled = load(
        "afew", make(tmp_path, *(f"Train/{name}/1{i}.avi" for i, name in enumerate(CLASSES)))
    )
    assert [problem.split(" in ")[0] for problem in labelled.problems] == [
        "no folder Val_AFEW or Val"
    ]


def test_a_link_to_nowhere_is_told_and_left_out(tmp_path: Path) -> None:
    (afew(tmp_path) / "Val_AFEW" / "Sad" / "000000055.avi").symlink_to(tmp_path / "nowhere.avi")
    labelled = load("afew", tmp_path)
    assert len(labelled.clips) == 14
    assert told(labelled, "'val/000000055': no such file", "left out")


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"^no AFEW in '.*': expected Train_AFEW/<class>/<id>\.avi and Val_AFEW/.* Surprise$",
    ):
        load("afew", make(tmp_path, "videos/a.avi"))


def test_a_split_without_a_class_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no class folder in '.*Val_AFEW': expected "):
        load("afew", make(tmp_path, "Train_AFEW/Angry/000000001.avi", "Val_AFEW/000000001.avi"))


def test_two_folders_for_one_split_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"two folders for the split val: '.*Val' and '.*Val_AFEW'; keep one"
    ):
        load("afew", make(afew(tmp_path), "Val/Angry/000000001.avi"))

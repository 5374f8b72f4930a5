from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import labelled_faces
from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.check import check_training, check_validation, write_left_out

FOLDER = DataRecipe(kind="folder", train="train", valid="valid")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return labelled_faces.folders(tmp_path, each=2)


def test_faces_are_counted_class_by_class(root: Path) -> None:
    found = check_training(FOLDER, root)
    assert found.lines[:2] == (
        "training: 4 faces: left 2, right 2",
        "validation: 4 faces: left 2, right 2",
    )
    assert not found.wrong


def test_attributes_are_counted(tmp_path: Path) -> None:
    labelled_faces.utkface(tmp_path, [(26, 1, 3), (40, 1, 0)])
    found = check_validation(DataRecipe(kind="utkface", valid="."), tmp_path)
    assert found.lines == (
        "2 faces: 26 to 40 years (2); female 2, male 0; white 1, black 0, asian 0, indian 1, "
        "other 0",
    )


def test_people_are_too_many_to_count_one_by_one(tmp_path: Path) -> None:
    labelled_faces.lfw(tmp_path, {"A" * (i + 1): 1 + i % 2 for i in range(21)})
    found = check_validation(DataRecipe(kind="lfw", valid="."), tmp_path)
    assert found.lines == ("31 faces of 21 classes, 1 to 2 of each",)


def test_what_is_broken_is_listed_however_much_it_is(root: Path, tmp_path: Path) -> None:
    for name in ("0", "1"):
        (root / "train" / "left" / f"{name}.png").write_bytes(b"nothing")
    (root / "train" / "left" / "2.png").write_bytes((root / "train/right/0.png").read_bytes())
    found = check_training(FOLDER, root)
    assert found.wrong
    assert found.problem is None
    path = write_left_out(found.left_out, tmp_path / "list")
    assert path.read_text() == (
        "picture,reason,detail,broken\nleft/0.png,not a picture,,1\nleft/1.png,not a picture,,1\n"
    )


def test_a_class_without_pictures_is_a_problem_beside_the_counts(root: Path) -> None:
    (root / "valid" / "middle").mkdir()
    found = check_training(FOLDER, root)
    assert found.lines[1] == "validation: 4 faces: left 2, middle 0, right 2"
    assert found.problem == "no example of middle among 4 faces: add some, or leave the class out"


def test_doubles_are_counted_whether_they_stay_or_not(root: Path) -> None:
    (root / "train/left/9.png").write_bytes((root / "valid/left/0.png").read_bytes())
    # The made-up parts have the same pictures, so that only a new one would be no double.
    labelled_faces.photograph(root / "train/left/new.png", seed=50)
    labelled_faces.photograph(root / "train/right/new.png", seed=51)
    stay = check_training(FOLDER, root)
    assert stay.lines[-1] == (
        "5 training faces with the pixels of a validation face: leave_out_doubles = true leaves "
        "them out"
    )
    gone = check_training(replace(FOLDER, leave_out_doubles=True), root)
    assert gone.lines[0] == "training: 2 faces: left 1, right 1"
    assert not gone.wrong

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support import labelled_faces
from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.load import load_attributes_split, load_faces, load_split
from videoemo.errors import TrainingError
from videoemo.labels import GENDERS

PEOPLE = {"n000002": 3, "n000010": 2}


def recipe(**keys: str) -> DataRecipe:
    return DataRecipe(kind="vggface2", valid="train", **keys)  # type: ignore[arg-type]


def test_people_are_the_folders(tmp_path: Path) -> None:
    labelled_faces.vggface2(tmp_path, PEOPLE)
    (tmp_path / "train" / "notes").mkdir()
    faces = load_split(recipe(), "valid", tmp_path)
    assert faces.classes == ("n000002", "n000010")
    assert faces.counts().tolist() == [3, 2]


def test_boxes_are_those_of_the_file(tmp_path: Path) -> None:
    labelled_faces.vggface2(tmp_path, PEOPLE)
    boxed = recipe(valid_annotations="loose_bb_train.csv")
    faces = load_split(boxed, "valid", tmp_path)
    assert faces.counts().tolist() == [2, 1]
    whole = load_split(recipe(), "valid", tmp_path).pictures.face(0)
    assert (faces.pictures.face(0) == whole[4:20, 2:12]).all()


def test_genders_are_those_of_the_people(tmp_path: Path) -> None:
    labelled_faces.vggface2(tmp_path, PEOPLE)
    faces = load_attributes_split(
        recipe(of="attributes", valid_annotations="identity_meta.csv"), "valid", tmp_path
    )
    assert [GENDERS[one] for one in faces.gender] == ["female"] * 3 + ["male"] * 2
    assert np.unique(faces.age).tolist() == [-1]


def test_photographs_are_held_out_of_the_people_who_train(tmp_path: Path) -> None:
    labelled_faces.vggface2(tmp_path, PEOPLE)
    train, valid = load_faces(DataRecipe(kind="vggface2", train="train", valid_share=0.3), tmp_path)
    assert train.classes == valid.classes == ("n000002", "n000010")
    assert (train.counts().tolist(), valid.counts().tolist()) == ([2, 1], [1, 1])


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("another folder", "expected VGGFace2's pictures as n000002/0001_01.jpg"),
        ("no folder", "no folder .*gone of VGGFace2's pictures: is the layout whole"),
        ("other boxes", "loose_bb_train.csv: missing column X, Y, W, H"),
        ("half of the pictures", "1 of 3 faces cannot be used, .*1 missing"),
        ("an empty folder", r"no picture of 1 people \(n000020\): is the layout whole"),
        ("half of the people", "1 people of .* are not in it, the first n000010"),
        ("no genders", "give VGGFace2's identity_meta.csv"),
    ],
)
def test_a_layout_that_is_half_there_is_one_line(tmp_path: Path, case: str, message: str) -> None:
    labelled_faces.vggface2(tmp_path, PEOPLE)
    broken = recipe(valid_annotations="loose_bb_train.csv")
    if case == "another folder":
        broken = DataRecipe(kind="vggface2", valid=".")
    elif case == "no folder":
        broken = DataRecipe(kind="vggface2", valid="gone")
    elif case == "an empty folder":
        (tmp_path / "train" / "n000020").mkdir()
        broken = recipe()
    elif case == "other boxes":
        (tmp_path / "loose_bb_train.csv").write_text("NAME_ID,P1X,P1Y\n")
    elif case == "half of the pictures":
        (tmp_path / "train" / "n000002" / "0002_01.jpg").unlink()
    elif case == "half of the people":
        meta = tmp_path / "identity_meta.csv"
        meta.write_text("\n".join(meta.read_text().splitlines()[:2]))
        broken = recipe(of="attributes", valid_annotations="identity_meta.csv")
    else:
        broken = recipe(of="attributes")
    load = load_attributes_split if broken.of == "attributes" else load_split
    with pytest.raises(TrainingError, match=message) as refused:
        load(broken, "valid", tmp_path)
    assert "\n" not in str(refused.value)

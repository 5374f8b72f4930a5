from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import labelled_faces
from videoemo.config.face_data import DataRecipe, MoreFaces
from videoemo.datasets.faces.load import load_attributes, load_attributes_split
from videoemo.errors import TrainingError
from videoemo.labels import ETHNICITIES, GENDERS

FAIRFACE = DataRecipe(
    kind="fairface",
    train="train",
    train_annotations="fairface_label_train.csv",
    valid="val",
    valid_annotations="fairface_label_val.csv",
)
LABELS = [
    ("50-59", "Male", "East Asian"),
    ("more than 70", "Female", "Latino_Hispanic"),
    ("3-9", "Female", "White"),
]


def test_ages_are_the_middles_of_their_ranges(tmp_path: Path) -> None:
    labelled_faces.fairface(tmp_path, LABELS)
    faces = load_attributes_split(FAIRFACE, "valid", tmp_path)
    assert faces.age.tolist() == [55, 75, 6]
    assert [GENDERS[one] for one in faces.gender] == ["male", "female", "female"]
    names = [faces.ethnicities[one] for one in faces.ethnicity]
    assert names == ["East Asian", "Latino_Hispanic", "White"]
    assert faces.pictures.name(0) == "val/1.jpg"


def test_as_further_faces_they_have_the_ethnicities_of_the_first(tmp_path: Path) -> None:
    labelled_faces.fairface(tmp_path, LABELS)
    labelled_faces.utkface(tmp_path / "utk", [(20 + i, i % 2, i % 5) for i in range(80)])
    more = MoreFaces(kind="fairface", train="train", train_annotations="fairface_label_train.csv")
    recipe = DataRecipe(kind="utkface", train="utk", valid_share=0.5, more=(more,))
    train, _ = load_attributes(recipe, tmp_path)
    assert train.ethnicities == ETHNICITIES
    assert [train.ethnicities[one] for one in train.ethnicity[-3:]] == ["asian", "other", "white"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("3-9", "9-Mar", "age: 1 label of another version: allowed are 0-2, .*, got '9-Mar'"),
        ("East Asian", "Asian", "race: 1 label of another version: .*, got 'Asian'"),
        ("race", "ethnicity", "missing column race of FairFace's labels: it has file, age"),
        ("val/1.jpg,50-59,Male,East Asian,False", "val/1.jpg,50-59", "line 2: expected 5 values"),
    ],
)
def test_a_label_file_of_another_version_is_one_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    labelled_faces.fairface(tmp_path, LABELS)
    file = tmp_path / "fairface_label_val.csv"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(TrainingError, match=message) as refused:
        load_attributes_split(FAIRFACE, "valid", tmp_path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (DataRecipe(kind="fairface", valid="val"), "labels are in a file of their own"),
        (
            DataRecipe(kind="fairface", valid="test", valid_annotations="fairface_label_val.csv"),
            "no folder .*test of FairFace's pictures: is the layout whole",
        ),
    ],
)
def test_a_layout_that_is_half_there_is_one_line(
    tmp_path: Path, recipe: DataRecipe, message: str
) -> None:
    labelled_faces.fairface(tmp_path, LABELS)
    with pytest.raises(TrainingError, match=message):
        load_attributes_split(recipe, "valid", tmp_path)

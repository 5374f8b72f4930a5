from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import labelled_faces
from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.lfw import read_pairs
from videoemo.datasets.faces.load import load_faces, load_split
from videoemo.errors import TrainingError

PEOPLE = DataRecipe(kind="lfw", valid=".")
EXPRESSIONS = DataRecipe(kind="lfw", of="expression", valid=".")


def test_people_are_the_folders(tmp_path: Path) -> None:
    labelled_faces.lfw(tmp_path, {"Ann_Lee": 2, "Bo_Ek": 1})
    faces = load_split(PEOPLE, "valid", tmp_path)
    assert faces.classes == ("Ann_Lee", "Bo_Ek")
    assert faces.labels.tolist() == [0, 0, 1]
    assert faces.votes is None


def test_a_list_of_people_chooses_them(tmp_path: Path) -> None:
    labelled_faces.lfw(tmp_path, {"Ann_Lee": 2, "Bo_Ek": 1, "Cy_Oz": 1})
    (tmp_path / "peopleDevTrain.txt").write_text("2\nAnn_Lee\t2\nCy_Oz\t1\n")
    listed = DataRecipe(kind="lfw", valid=".", valid_annotations="peopleDevTrain.txt")
    assert load_split(listed, "valid", tmp_path).classes == ("Ann_Lee", "Cy_Oz")


def test_expressions_are_those_of_the_index_and_pictures_without_one_are_not_used(
    tmp_path: Path,
) -> None:
    labelled_faces.lfw_index(
        tmp_path, {"Ann_Lee_0001": "happiness", "Ann_Lee_0002": "", "Bo_Ek_0001": "neutral"}
    )
    faces = load_split(EXPRESSIONS, "valid", tmp_path)
    assert [faces.classes[label] for label in faces.labels] == ["happiness", "neutral"]
    assert faces.groups == ("Ann_Lee", "Bo_Ek")


def test_expressions_of_the_own_layout_are_in_a_file(tmp_path: Path) -> None:
    labelled_faces.lfw(tmp_path / "lfw", {"Ann_Lee": 2})
    (tmp_path / "labels.csv").write_text("image,expression\nAnn_Lee_0002.jpg,sadness\n")
    recipe = DataRecipe(kind="lfw", of="expression", valid="lfw", valid_annotations="labels.csv")
    faces = load_split(recipe, "valid", tmp_path)
    assert faces.classes[faces.labels[0]] == "sadness"
    assert faces.pictures.name(0) == "Ann_Lee/Ann_Lee_0002.jpg"


def test_photographs_of_each_person_are_held_out_and_never_all(tmp_path: Path) -> None:
    people = {"A": 2, "Bb": 5, "Ccc": 1}
    labelled_faces.lfw(tmp_path, people)
    train, valid = load_faces(DataRecipe(kind="lfw", valid_share=0.2), tmp_path)
    assert train.classes == valid.classes == ("A", "Bb")
    assert train.counts().tolist() == [1, 4]
    assert valid.counts().tolist() == [1, 1]


def test_people_with_one_photograph_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labelled_faces.lfw(tmp_path, {"A": 2, "Bb": 2, "Ccc": 1})
    load_faces(DataRecipe(kind="lfw", valid_share=0.5), tmp_path)
    (line,) = capsys.readouterr().err.splitlines()
    assert "1 face left out: 1 of people with one photograph" in line


def test_nobody_with_two_photographs_is_one_line(tmp_path: Path) -> None:
    labelled_faces.lfw(tmp_path, {"A": 1, "Bb": 1})
    with pytest.raises(TrainingError, match="no face is left: 2 faces left out: 2 of people with"):
        load_faces(DataRecipe(kind="lfw", valid_share=0.5), tmp_path)


def broken(root: Path, case: str) -> DataRecipe:
    if case == "an unknown expression":
        labelled_faces.lfw_index(root, {"Ann_Lee_0001": "happy"})
        return EXPRESSIONS
    labelled_faces.lfw(root, {"Ann_Lee": 1})
    (root / "labels.csv").write_text("image,expression\nSmiler.jpg,sadness\n")
    (root / "people.txt").write_text("2\nAnn_Lee\t2\nCy_Oz\t1\n")
    if "folder" in case:
        (root / "empty").mkdir()
    return {
        "an empty folder": DataRecipe(kind="lfw", valid="empty"),
        "somebody is not there": DataRecipe(kind="lfw", valid=".", valid_annotations="people.txt"),
        "a strange name": DataRecipe(
            kind="lfw", of="expression", valid=".", valid_annotations="labels.csv"
        ),
        "no labels": EXPRESSIONS,
        "nobody in a folder": PEOPLE,
    }[case]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("an unknown expression", "index.csv: unknown expression 'happy'; allowed: anger"),
        ("an empty folder", "expected LFW's photographs as <Person>/<Person>_0001.jpg"),
        ("somebody is not there", "1 of 2 people have no photograph, the first 'Cy_Oz'"),
        ("a strange name", "expected photographs named <Person>_0001.jpg, got 'Smiler.jpg'"),
        ("nobody in a folder", r"no photograph of 1 people \(empty\): is the layout whole"),
        ("no labels", "no LFW's expressions at .*index.csv"),
    ],
)
def test_what_cannot_be_used_is_one_line(tmp_path: Path, case: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message) as refused:
        load_split(broken(tmp_path, case), "valid", tmp_path)
    assert "\n" not in str(refused.value)


def test_pairs_are_read_fold_by_fold(tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_text(
        "2\t1\nAnn_Lee\t1\t2\nAnn_Lee\t1\tBo_Ek\t12\nBo_Ek\t3\t4\nBo_Ek\t1\tCy_Oz\t1\n"
    )
    folds = read_pairs(tmp_path / "pairs.txt")
    assert folds == [
        [("Ann_Lee_0001", "Ann_Lee_0002", True), ("Ann_Lee_0001", "Bo_Ek_0012", False)],
        [("Bo_Ek_0003", "Bo_Ek_0004", True), ("Bo_Ek_0001", "Cy_Oz_0001", False)],
    ]


def test_pairs_of_the_development_set_are_one_fold(tmp_path: Path) -> None:
    (tmp_path / "pairsDevTest.txt").write_text("1\nAnn_Lee\t1\t2\nAnn_Lee\t1\tBo_Ek\t1\n")
    assert [len(fold) for fold in read_pairs(tmp_path / "pairsDevTest.txt")] == [2]


@pytest.mark.parametrize("text", ["", "a b c", "10\t300\nAnn_Lee\t1\t2\n", "1\nAnn\t1\nB\t2\n"])
def test_pairs_of_another_form_are_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "pairs.txt").write_text(text)
    with pytest.raises(TrainingError, match=r"pairs.txt: (not in the form|expected)"):
        read_pairs(tmp_path / "pairs.txt")

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import labelled_faces
from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.load import (
    load_attributes_split,
    load_faces,
    load_split,
)
from videoemo.errors import TrainingError
from videoemo.labels import ETHNICITIES, GENDERS


def write(root: Path, text: str, n: int = 6) -> Path:
    for i in range(n):
        labelled_faces.photograph(root / "pictures" / f"{i}.jpg", seed=i)
    (root / "faces.csv").write_text(text)
    return root


def recipe(**keys: object) -> DataRecipe:
    return DataRecipe(kind="csv", train="faces.csv", **keys)  # type: ignore[arg-type]


def test_one_file_has_both_splits(tmp_path: Path) -> None:
    write(
        tmp_path,
        "image,label,person,split\n"
        "pictures/0.jpg,calm,Ann,train\npictures/1.jpg,tense,Bo,train\npictures/2.jpg,calm,Bo,\n"
        "pictures/3.jpg,tense,Cy,valid\npictures/4.jpg,calm,Di,valid\npictures/5.jpg,,Di,valid\n",
    )
    train, valid = load_faces(recipe(valid="faces.csv"), tmp_path)
    assert train.classes == valid.classes == ("calm", "tense")
    assert (train.labels.tolist(), valid.labels.tolist()) == ([0, 1], [1, 0])
    assert valid.groups == ("Cy", "Di")


def test_people_can_be_the_classes(tmp_path: Path) -> None:
    rows = "".join(f"pictures/{i}.jpg,{'Ann' if i % 2 else 'Bo'}\n" for i in range(6))
    write(tmp_path, f"image,person\n{rows}")
    train, valid = load_faces(recipe(of="identity", valid_share=0.3), tmp_path)
    assert train.classes == valid.classes == ("Ann", "Bo")
    assert (train.counts().tolist(), valid.counts().tolist()) == ([2, 2], [1, 1])


def test_attributes_may_be_unknown(tmp_path: Path) -> None:
    write(
        tmp_path, "image,age,gender,ethnicity\npictures/0.jpg,30,Female,\npictures/1.jpg,,,asian\n"
    )
    faces = load_attributes_split(recipe(of="attributes", valid="faces.csv"), "valid", tmp_path)
    assert (faces.age.tolist(), faces.ethnicities) == ([30, -1], ETHNICITIES)
    assert GENDERS[faces.gender[0]] == "female"
    assert faces.ethnicity.tolist() == [-1, 2]


def test_boxes_are_of_pixels(tmp_path: Path) -> None:
    write(
        tmp_path,
        "image,label,x1,y1,x2,y2\npictures/0.jpg,a,2,4,12,20\npictures/1.jpg,b,-5,-5,99,99\n",
    )
    pictures = load_split(recipe(valid="faces.csv"), "valid", tmp_path).pictures
    assert (pictures.face(0) == pictures.whole(0)[4:20, 2:12]).all()
    assert (pictures.face(1) == pictures.whole(1)).all()


@pytest.mark.parametrize(
    ("text", "of", "message"),
    [
        ("image,class\na.jpg,x\n", "expression", "missing column label of labelled faces: it has"),
        ("image,label\n", "expression", "no row of labelled faces"),
        ("image,label\npictures/0.jpg,x\n", "expression", "two or more classes .*, found 1"),
        (
            "image,label\na.jpg,x\nb.jpg,y\n",
            "expression",
            "2 of 2 faces cannot be used, .* missing",
        ),
        ("image,label,x1\na.jpg,x,1\nb.jpg,y,1\n", "expression", "missing column y1, x2, y2 of a"),
        ("image,gender\na.jpg,f\n", "attributes", "gender: 1 label of another version: .*'f'"),
        ("image,age\npictures/0.jpg,old\n", "attributes", "age: expected numbers: could not conv"),
        (
            "image,age\npictures/0.jpg,130\n",
            "attributes",
            "1 of 1 faces cannot .* outside 0 to 120",
        ),
        ("image,age\npictures/0.jpg,-3\n", "attributes", "1 of 1 faces cannot .* outside 0 to 120"),
        ("image,label\npictures/0.jpg,x\n", "attributes", "missing column age, gender, ethnicity"),
        (
            "image,label,split\npictures/0.jpg,x,test\npictures/1.jpg,y,train\n",
            "expression",
            "split: 1 label of another version: allowed are train, valid, got 'test'",
        ),
        (
            "image,label,split\npictures/0.jpg,x,train\npictures/1.jpg,y,train\n",
            "expression",
            "no row of the split valid",
        ),
        (
            "image,label,x1,y1,x2,y2\npictures/0.jpg,x,50,50,60,60\npictures/1.jpg,y,0,0,9,9\n",
            "expression",
            "1 of 2 faces cannot be used, .*1 damaged",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line(tmp_path: Path, text: str, of: str, message: str) -> None:
    write(tmp_path, text)
    load = load_attributes_split if of == "attributes" else load_split
    with pytest.raises(TrainingError, match=message) as refused:
        load(recipe(of=of, valid="faces.csv"), "valid", tmp_path)
    assert "\n" not in str(refused.value)

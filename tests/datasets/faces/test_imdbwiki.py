from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from tests.support import labelled_faces
from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.load import load_attributes_split
from videoemo.errors import TrainingError
from videoemo.labels import GENDERS

CROP = DataRecipe(kind="imdbwiki", valid="imdb_crop")


def days(*when: int) -> int:
    """MATLAB's number of a day."""
    return date(*when).toordinal() + 366


def objects(values: list[Any]) -> Any:
    """MATLAB's cells."""
    cells = np.empty((1, len(values)), object)
    for i, value in enumerate(values):
        cells[0, i] = value
    return cells


def write(root: Path, folder: str = "imdb_crop", **others: Any) -> Path:
    """Four pictures of two people: born in spring, born in autumn; the last two without a face, and
    with two.
    """
    names = [f"01/{i}.jpg" for i in range(4)]
    for i, name in enumerate(names):
        labelled_faces.photograph(root / folder / name, seed=i)
    fields = {
        "dob": np.array([[days(1970, 3, 1), days(1970, 9, 1), days(1970, 3, 1), days(1980, 1, 1)]]),
        "photo_taken": np.array([[2000, 2000, 2000, 2000]]),
        "full_path": objects(names),
        "gender": np.array([[0.0, 1.0, np.nan, 1.0]]),
        "name": objects(["Ann", "Bo", "Ann", "Bo"]),
        "face_location": objects([np.array([[3.0, 5.0, 12.0, 20.0]])] * 4),
        "face_score": np.array([[3.0, 4.0, -np.inf, 2.0]]),
        "second_face_score": np.array([[np.nan, np.nan, np.nan, 1.5]]),
        **others,
    }
    savemat(
        root / folder / "imdb.mat", {"imdb": {k: v for k, v in fields.items() if v is not None}}
    )
    return root


def test_age_is_from_birth_to_the_middle_of_the_pictures_year(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faces = load_attributes_split(CROP, "valid", write(tmp_path))
    assert faces.age.tolist() == [30, 29]
    assert [GENDERS[one] for one in faces.gender] == ["female", "male"]
    assert faces.groups == ("Ann", "Bo")
    (line,) = capsys.readouterr().err.splitlines()
    assert "2 faces left out: 1 in which its authors found a second face (01/3.jpg), 1 in" in line


def test_ages_out_of_range_and_unknown_genders_are_not_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(
        tmp_path,
        photo_taken=np.array([[1950, 2000, 2000, 2000]]),
        gender=np.array([[0.0, np.nan, 0.0, 0.0]]),
    )
    faces = load_attributes_split(CROP, "valid", tmp_path)
    assert (faces.age.tolist(), faces.gender.tolist()) == ([29], [-1])
    assert "1 of an age outside 0 to 120 (01/0.jpg)" in capsys.readouterr().err


def test_whole_pictures_have_the_boxes_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, folder="imdb")
    whole = DataRecipe(kind="imdbwiki", valid="imdb")
    pictures = load_attributes_split(whole, "valid", tmp_path).pictures
    assert (pictures.face(0) == pictures.whole(0)[4:20, 2:12]).all()


def test_cut_out_faces_have_a_margin_that_can_be_cut_off(tmp_path: Path) -> None:
    write(tmp_path)
    inner = DataRecipe(kind="imdbwiki", valid="imdb_crop", centre=0.5)
    pictures = load_attributes_split(inner, "valid", tmp_path).pictures
    assert (pictures.face(0) == pictures.whole(0)[6:18, 6:18]).all()


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("no labels", "no imdb.mat or wiki.mat in"),
        ("another version", "imdb.mat: missing field second_face_score of IMDB-WIKI's labels"),
        ("torn", "cannot read IMDB-WIKI's labels from"),
        ("half of the pictures", "1 of 4 faces cannot be used, .*1 missing"),
    ],
)
def test_a_layout_that_is_half_there_is_one_line(tmp_path: Path, case: str, message: str) -> None:
    write(
        tmp_path, second_face_score=None if case == "another version" else np.full((1, 4), np.nan)
    )
    file = tmp_path / "imdb_crop" / "imdb.mat"
    if case == "no labels":
        file.unlink()
    elif case == "torn":
        file.write_bytes(file.read_bytes()[:200])
    elif case == "half of the pictures":
        (tmp_path / "imdb_crop" / "01" / "1.jpg").unlink()
    with pytest.raises(TrainingError, match=message) as refused:
        load_attributes_split(CROP, "valid", tmp_path)
    assert "\n" not in str(refused.value)

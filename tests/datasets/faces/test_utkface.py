from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import labelled_faces
from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.load import load_attributes, load_attributes_split
from videoemo.errors import TrainingError
from videoemo.labels import ETHNICITIES, GENDERS

WHOLE = DataRecipe(kind="utkface", valid=".", most_broken=0.5)


def test_the_name_has_age_gender_and_ethnicity(tmp_path: Path) -> None:
    labelled_faces.utkface(tmp_path, [(26, 1, 3)])
    faces = load_attributes_split(WHOLE, "valid", tmp_path)
    assert faces.age.tolist() == [26]
    assert GENDERS[faces.gender[0]] == "female"
    assert ETHNICITIES[faces.ethnicity[0]] == "indian"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("39_1_20170116174525125.jpg.chip.jpg", "1 without age, gender and ethnicity in the name"),
        ("61_3_20170109150557335.jpg.chip.jpg", "1 without age, gender and ethnicity in the name"),
        ("260_1_0_20170109150557335.jpg", "1 of an age outside 0 to 120"),
    ],
)
def test_names_that_do_not_say_all_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, reason: str
) -> None:
    labelled_faces.utkface(tmp_path, [(26, 1, 3)])
    labelled_faces.photograph(tmp_path / "part2" / name, seed=9)
    assert len(load_attributes_split(WHOLE, "valid", tmp_path)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{reason} (part2/{name})" in line


def test_look_alikes_of_the_index_are_of_one_split(tmp_path: Path) -> None:
    people = [(20 + i, i % 2, i % 5) for i in range(40)]
    labelled_faces.utkface(tmp_path / "found", people)
    files = sorted((tmp_path / "found" / "part1").iterdir())
    (tmp_path / "found" / "part1").rename(tmp_path / "images")
    rows = [f"{file.name},group{i // 4}\n" for i, file in enumerate(files)]
    (tmp_path / "index.csv").write_text("image,group\n" + "".join(rows))
    train, valid = load_attributes(DataRecipe(kind="utkface", valid_share=0.4), tmp_path)
    assert train.groups is not None
    assert valid.groups is not None
    assert not set(train.groups) & set(valid.groups)
    assert len(train) + len(valid) == 40


def test_a_folder_of_other_pictures_is_one_line(tmp_path: Path) -> None:
    labelled_faces.photograph(tmp_path / "holiday.jpg", seed=0)
    with pytest.raises(TrainingError, match=r"named <age>_<gender>_<race>_<date>\.jpg, found"):
        load_attributes_split(WHOLE, "valid", tmp_path)

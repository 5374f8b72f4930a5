from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support import labelled_faces
from videoemo.config.face_data import DataRecipe
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_faces
from videoemo.errors import TrainingError
from videoemo.labels import AFFECTNET_8, AFFECTNET_FILE_IDS, FERPLUS_COLUMNS

FERPLUS = DataRecipe(kind="ferplus", train="train.npz", valid="valid.npz")
PUBLIC = DataRecipe(
    kind="ferplus",
    train="FER2013Train",
    valid="FER2013Valid",
    train_annotations="fer2013new.csv",
    valid_annotations="fer2013new.csv",
)
CSV = DataRecipe(
    kind="affectnet",
    train="images",
    valid="images",
    train_annotations="training.csv",
    valid_annotations="validation.csv",
)
NPY = DataRecipe(kind="affectnet", train="train_set", valid="val_set")
FOLDER = DataRecipe(kind="folder", train="train", valid="valid")


def write(root: Path, recipe: DataRecipe) -> Path:
    if recipe is FERPLUS:
        labelled_faces.ferplus_npz(root / "train.npz", each=2)
        labelled_faces.ferplus_npz(root / "valid.npz", each=2)
        return root
    return {
        id(PUBLIC): labelled_faces.ferplus_public,
        id(CSV): labelled_faces.affectnet_csv,
        id(NPY): labelled_faces.affectnet_npy,
        id(FOLDER): labelled_faces.folders,
    }[id(recipe)](root, each=2)


def shows(faces: LabelledFaces, row: int) -> int:
    """The place of the bright square in a face."""
    face = faces.pictures(np.array([row]), grey=True, side=48)[0, 0]
    return int(face.reshape(3, 16, 3, 16).mean(axis=(1, 3)).argmax())


@pytest.mark.parametrize(
    "recipe",
    [FERPLUS, PUBLIC, CSV, NPY, FOLDER],
    ids=["ferplus npz", "ferplus public", "affectnet csv", "affectnet npy", "folder"],
)
def test_every_layout_gives_pictures_that_fit_their_labels(
    tmp_path: Path, recipe: DataRecipe
) -> None:
    train, valid = load_faces(recipe, write(tmp_path, recipe))
    assert len(train) == len(valid) == 2 * len(train.classes)
    of_place = {
        "ferplus": FERPLUS_COLUMNS,
        "affectnet": AFFECTNET_FILE_IDS,
        "folder": ("", "", "", "left", "", "right"),
    }[recipe.kind]
    for row in range(len(train)):
        assert of_place[shows(train, row)] == train.classes[train.labels[row]]


def test_the_class_order_is_the_networks(tmp_path: Path) -> None:
    assert load_faces(NPY, write(tmp_path, NPY))[0].classes == AFFECTNET_8


def test_contempt_can_be_left_out(tmp_path: Path) -> None:
    seven = DataRecipe(kind="affectnet", train="train_set", valid="val_set", contempt=False)
    train, _ = load_faces(seven, write(tmp_path, NPY))
    assert (len(train.classes), len(train)) == (7, 14)
    assert "contempt" not in train.classes


def test_votes_are_shares_in_the_same_order_as_the_labels(tmp_path: Path) -> None:
    train, _ = load_faces(FERPLUS, write(tmp_path, FERPLUS))
    assert np.allclose(train.shares().sum(1), 1)
    assert np.allclose(train.shares()[np.arange(len(train)), train.labels], 0.7)


def test_faces_that_most_voters_called_unknown_are_left_out_and_ties_go_to_the_first(
    tmp_path: Path,
) -> None:
    labelled_faces.ferplus_npz(tmp_path / "valid.npz", each=1)
    archive = dict(np.load(labelled_faces.ferplus_npz(tmp_path / "train.npz", each=2)))
    archive["votes"][0] = [4, 0, 0, 0, 0, 0, 0, 0, 6, 0]
    archive["votes"][1] = [0, 5, 5, 0, 0, 0, 0, 0, 0, 0]
    np.savez(tmp_path / "train.npz", **archive)
    train, _ = load_faces(FERPLUS, tmp_path)
    assert len(train) == 15
    assert train.classes[train.labels[0]] == "happiness"


def broken(root: Path, case: str) -> DataRecipe:
    if case == "a file is missing":
        labelled_faces.ferplus_npz(root / "valid.npz", each=1)
        return FERPLUS
    if case == "not an archive":
        (root / "train.npz").write_text("text")
        return FERPLUS
    if case == "a class without an example":
        archive = dict(np.load(labelled_faces.ferplus_npz(root / "train.npz", each=1)))
        np.savez(root / "train.npz", images=archive["images"][:7], votes=archive["votes"][:7])
        labelled_faces.ferplus_npz(root / "valid.npz", each=1)
        return FERPLUS
    if case == "a missing column":
        text = (labelled_faces.affectnet_csv(root, each=1) / "training.csv").read_text()
        (root / "training.csv").write_text(text.replace("face_width", "width"))
        return CSV
    if case == "an unreadable picture":
        (labelled_faces.affectnet_npy(root, each=1) / "train_set" / "images" / "3.jpg").write_text(
            "text"
        )
        return NPY
    if case == "a damaged picture":  # of a format whose reader says so by a ValueError
        (labelled_faces.affectnet_npy(root, each=1) / "train_set" / "images" / "3.jpg").write_text(
            "P5 12345678901 1 255"
        )
        return NPY
    if case == "a missing picture":
        (labelled_faces.ferplus_public(root, each=1) / "FER2013Train" / "fer0000003.png").unlink()
        return PUBLIC
    if case == "no annotations":
        (root / "train_set").mkdir()
        return NPY
    if case == "one class":
        (root / "train" / "only").mkdir(parents=True)
        return FOLDER
    (labelled_faces.folders(root, each=1) / "valid" / "middle").mkdir()
    return FOLDER


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("a file is missing", "no FER\\+ faces at .*train.npz"),
        ("not an archive", "cannot read FER\\+ faces from"),
        ("a class without an example", "no example of contempt among 7 faces"),
        ("a missing column", "training.csv: missing column face_width"),
        ("an unreadable picture", r"1 of 8 faces cannot be used, .*1 not a picture .*3.jpg"),
        ("a damaged picture", r"1 face left out: 1 damaged \(images/3.jpg\)"),
        ("a missing picture", r"1 face left out: 1 missing \(fer0000003.png\)"),
        ("no annotations", r"no annotations/\*_exp.npy in"),
        ("one class", "expected a folder for each of two or more classes, found 1"),
        ("an empty class", "no example of middle among 2 faces"),
    ],
)
def test_broken_data_is_one_line_before_training_starts(
    tmp_path: Path, case: str, message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        load_faces(broken(tmp_path, case), tmp_path)


def test_a_label_file_of_affectnet_may_have_no_heading(tmp_path: Path) -> None:
    labelled_faces.affectnet_csv(tmp_path, each=2)
    file = tmp_path / "validation.csv"
    rows = file.read_text().splitlines()[1:]
    file.write_text("".join(f"{row},0.5,-0.25\n" for row in rows))
    _, valid = load_faces(CSV, tmp_path)
    assert valid.counts().tolist() == [2] * 8


def test_an_expression_that_affectnet_has_not_is_one_line(tmp_path: Path) -> None:
    labelled_faces.affectnet_npy(tmp_path, each=1)
    np.save(tmp_path / "train_set" / "annotations" / "3_exp.npy", np.array("11"))
    with pytest.raises(
        TrainingError, match=r"1 expression of another version: .* 0 to 10, got '11'"
    ):
        load_faces(NPY, tmp_path)


def test_a_truncated_picture_is_known_before_training(tmp_path: Path) -> None:
    labelled_faces.affectnet_npy(tmp_path, each=2)
    picture = tmp_path / "train_set" / "images" / "3.jpg"
    picture.write_bytes(picture.read_bytes()[:-200])
    with pytest.raises(TrainingError, match=r"1 of 16 faces cannot be used, more than most_broken"):
        load_faces(NPY, tmp_path)
    train, _ = load_faces(replace(NPY, most_broken=0.1), tmp_path)
    assert len(train) == 15


def test_a_picture_without_an_annotation_is_counted(tmp_path: Path) -> None:
    labelled_faces.affectnet_npy(tmp_path, each=1)
    (tmp_path / "train_set" / "annotations" / "3_exp.npy").unlink()
    with pytest.raises(
        TrainingError, match=r"1 of 8 faces .*1 without an annotation \(images/3.jpg"
    ):
        load_faces(NPY, tmp_path)


def test_a_photograph_is_seen_upright(tmp_path: Path) -> None:
    labelled_faces.folders(tmp_path, each=2)
    upright = labelled_faces.picture(1, side=24)
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: to be shown, turn it clockwise
    turned = Image.fromarray(np.rot90(upright).copy())
    turned.save(tmp_path / "train" / "left" / "z.png", exif=exif)
    train, _ = load_faces(FOLDER, tmp_path)
    assert (train.pictures.face(2) == upright).all()
    assert shows(train, 2) == 1


def test_equal_pictures_are_of_one_split_where_nobody_is_named(tmp_path: Path) -> None:
    for label, place in (("left", 3), ("right", 5)):
        for number in range(20):
            for copy in "ab":
                labelled_faces.photograph(
                    tmp_path / label / f"{number}{copy}.png", place=place, seed=number
                )
    recipe = DataRecipe(kind="folder", valid_share=0.4)
    train, valid = load_faces(recipe, tmp_path)
    assert len(train) + len(valid) == 80
    assert not set(train.groups or ()) & set(valid.groups or ())
    names = [valid.pictures.name(row) for row in range(len(valid))]
    assert {f"{name[:-5]}a.png" for name in names} == {n for n in names if n.endswith("a.png")}

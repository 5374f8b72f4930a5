from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.support import labelled_faces
from videoemo.config.face_data import DataRecipe, MoreFaces
from videoemo.datasets.faces.find import FaceReader, FoundFaces
from videoemo.datasets.faces.load import load_faces, load_split
from videoemo.errors import InputError, TrainingError

LFW = MoreFaces(kind="lfw", of="expression", train="lfw")
FERPLUS = DataRecipe(kind="ferplus", train="train.npz", valid="valid.npz")


def find_faces(recipe: DataRecipe, root: Path) -> FoundFaces:
    return FaceReader(recipe, root).both()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    labelled_faces.ferplus_npz(tmp_path / "train.npz", each=2)
    labelled_faces.ferplus_npz(tmp_path / "valid.npz", each=1)
    (tmp_path / "lfw").mkdir()
    labelled_faces.lfw_index(
        tmp_path / "lfw", {"A_0001": "happiness", "A_0002": "neutral", "B_0001": "happiness"}
    )
    return tmp_path


def test_further_faces_come_behind_the_first_in_blocks(root: Path) -> None:
    recipe = replace(FERPLUS, more=(replace(LFW, times=2),))
    train, valid = load_faces(recipe, root)
    assert (len(train), len(valid)) == (16 + 6, 8)
    names = [train.classes[label] for label in train.labels[16:]]
    assert names == ["happiness", "neutral", "happiness"] * 2
    read = train.pictures(np.array([0, 16, 3, 19]), grey=True, side=40)
    assert read.shape == (4, 1, 40, 40)
    assert (read[1] == read[3]).all()
    alone, _ = load_faces(FERPLUS, root)
    assert (read[2] == alone.pictures(np.array([3]), grey=True, side=40)[0]).all()


def test_one_annotators_label_is_what_the_voters_say_of_it_on_average(root: Path) -> None:
    train, _ = load_faces(replace(FERPLUS, more=(replace(LFW, smoothing="voters"),)), root)
    happy = train.classes.index("happiness")
    of_voters = train.shares()[:16][train.labels[:16] == happy].mean(0)
    assert np.allclose(train.shares(np.array([16]))[0], of_voters)
    hard, _ = load_faces(replace(FERPLUS, more=(LFW,)), root)
    assert hard.shares(np.array([16]))[0, happy] == 1


def test_people_held_out_of_further_faces_do_not_train(root: Path) -> None:
    drawn = replace(LFW, valid_share=0.5, seed=3)
    train, _ = load_faces(replace(FERPLUS, more=(drawn,)), root)
    held = DataRecipe(kind="lfw", of="expression", train="lfw", valid_share=0.5, seed=3)
    assert len(train) - 16 + len(load_split(held, "valid", root)) == 3


def test_a_class_that_the_first_faces_have_not_is_one_line(root: Path) -> None:
    labelled_faces.folders(root, each=1)
    recipe = DataRecipe(kind="folder", train="train", valid="valid", more=(LFW,))
    with pytest.raises(TrainingError, match="the first faces have no class anger, contempt"):
        load_faces(recipe, root)


def test_doubles_of_validation_faces_do_not_train(root: Path) -> None:
    # The made-up parts share their first eight pictures.
    leaving = replace(FERPLUS, leave_out_doubles=True)
    found = find_faces(leaving, root)
    assert (len(found.train), len(found.valid), found.doubles) == (8, 8, 8)
    assert "8 with the pixels of a validation face" in found.notices[0]
    assert find_faces(FERPLUS, root).doubles == 8


def test_pixels_are_compared_whatever_the_file(root: Path) -> None:
    (root / "faces" / "happiness").mkdir(parents=True)
    (root / "faces" / "sadness").mkdir(parents=True)
    images = np.load(root / "valid.npz")["images"]
    Image.fromarray(np.repeat(images[1][..., None], 3, 2)).save(root / "faces/happiness/double.png")
    labelled_faces.photograph(root / "faces/sadness/own.png", seed=99)
    more = MoreFaces(kind="folder", train="faces")
    found = find_faces(replace(FERPLUS, leave_out_doubles=True, more=(more,)), root)
    assert len(found.train) == 8 + 1


def test_a_validation_face_that_no_class_wants_has_doubles_too(root: Path) -> None:
    labelled_faces.ferplus_npz(root / "train.npz", each=3)
    archive = dict(np.load(root / "valid.npz"))
    extra = dict(np.load(root / "train.npz"))
    archive["images"] = np.concatenate([archive["images"], extra["images"][23:]])
    archive["votes"] = np.concatenate([archive["votes"], [[0] * 9 + [10]]]).astype(np.uint8)
    np.savez(root / "valid.npz", **archive)
    found = find_faces(replace(FERPLUS, leave_out_doubles=True), root)
    assert (len(found.valid), found.doubles) == (8, 9)
    assert "(row 0, row 1, row 2 and 6 more)" in found.notices[0]
    assert found.left_out[-1].name == "row 23"


def test_faces_that_are_not_found_in_their_pictures_are_counted(root: Path) -> None:
    found = replace(LFW, crop="detector")
    seen: list[tuple[int, ...]] = []

    def cropper(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8] | None:
        seen.append(rgb.shape)
        return None if len(seen) == 2 else rgb[8:20, 6:18]

    faces = FaceReader(replace(FERPLUS, more=(found,)), root, cropper=cropper).both()
    assert seen == [(24, 24, 3)] * 3
    assert (len(faces.train), len(faces.left_out)) == (16 + 2, 1)
    assert faces.notices == (
        "data.more of lfw: 1 face left out: 1 in which no face is found (images/A_0002.jpg)",
    )
    whole = load_split(DataRecipe(kind="lfw", valid="lfw"), "valid", root).pictures
    cut = whole.whole(0)[8:20, 6:18, 0]
    assert (faces.train.pictures.face(16) == cut).all()


def test_faces_that_have_to_be_found_need_a_detector(root: Path) -> None:
    with pytest.raises(InputError, match="crop = 'detector' needs a detector"):
        load_faces(replace(FERPLUS, more=(replace(LFW, crop="detector"),)), root)


def test_the_same_recipe_gives_the_same_faces_again(root: Path) -> None:
    recipe = replace(
        FERPLUS, more=(replace(LFW, valid_share=0.5, seed=3, times=2, smoothing="voters"),)
    )
    (train, _), (again, _) = load_faces(recipe, root), load_faces(recipe, root)
    rows = np.arange(len(train))
    assert (train.labels == again.labels).all()
    assert (train.shares() == again.shares()).all()
    assert (
        train.pictures(rows, grey=True, side=24) == again.pictures(rows, grey=True, side=24)
    ).all()

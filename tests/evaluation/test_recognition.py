"""Identification and verification of made-up people: each has a colour."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.commands import Run
from tests.support.indexed_faces import colour_extractor
from videoemo.config.face_protocol import (
    IdentificationProtocol,
    VerificationProtocol,
    load_face_protocol,
)
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_split
from videoemo.errors import InputError
from videoemo.evaluation.identification import identify
from videoemo.evaluation.verification import draw_pairs, verify

COLOURS = {
    "Ann_Red": (200, 10, 10),
    "Bo_Green": (10, 200, 10),
    "Cy_Blue": (10, 10, 200),
    "Di_Yellow": (200, 200, 10),
}


def write_lfw(root: Path, *, each: int = 3, alike: bool = False) -> Path:
    """LFW's own layout; only the central 128 px of 250 tell who it is. Somebody has one
    photograph; all look the same where `alike`.
    """
    for person, colour in (*COLOURS.items(), ("Ed_Once", (90, 90, 90))):
        (root / person).mkdir(parents=True)
        for i in range(1 if person == "Ed_Once" else each):
            photograph = np.full((250, 250, 3), 30 * i, np.uint8)
            photograph[61:189, 61:189] = (100, 100, 100) if alike else colour
            Image.fromarray(photograph).save(root / person / f"{person}_{i + 1:04}.png")
    return root


def identification(**given: object) -> IdentificationProtocol:
    shipped = load_face_protocol("lfw")
    assert isinstance(shipped, IdentificationProtocol)
    return replace(shipped, **{"crops": ("centre",), **given})  # type: ignore[arg-type]


def verification(**given: object) -> VerificationProtocol:
    shipped = load_face_protocol("lfw-pairs")
    assert isinstance(shipped, VerificationProtocol)
    return replace(shipped, **{"crops": ("centre",), **given})  # type: ignore[arg-type]


def people(root: Path) -> LabelledFaces:
    return load_split(identification().data, "valid", root)


def test_people_who_look_different_are_told_apart(tmp_path: Path) -> None:
    report = identify(identification(), people(write_lfw(tmp_path / "lfw")), colour_extractor())
    assert report.accuracies["centre"].tolist() == [1.0] * 10
    assert (report.people, report.photographs, report.singles) == (4, 12, 1)
    assert "left out: 1 person with one photograph" in report.lines()


def test_people_who_all_look_the_same_are_guessed(tmp_path: Path) -> None:
    root = write_lfw(tmp_path / "lfw", alike=True)
    report = identify(identification(), people(root), colour_extractor())
    assert report.accuracies["centre"].mean() == pytest.approx(0.25)


def test_where_no_face_is_found_the_centre_is_taken_and_said(tmp_path: Path) -> None:
    protocol = identification(crops=("centre", "detector", "card"))
    report = identify(protocol, people(write_lfw(tmp_path / "lfw", each=2)), colour_extractor())
    assert report.lines()[-1] == "no face found in 8 photographs: there the centre is taken"
    assert report.accuracies["card"].tolist() == report.accuracies["centre"].tolist()


def test_one_photograph_each_is_too_few(tmp_path: Path) -> None:
    faces = people(write_lfw(tmp_path / "lfw", each=1))
    with pytest.raises(InputError, match="0 people with two photographs or more, and 5 with one"):
        identify(identification(), faces, colour_extractor())


def test_pairs_of_lfws_own_list_are_taken_fold_by_fold(tmp_path: Path) -> None:
    root = write_lfw(tmp_path / "lfw")
    (root / "pairs.txt").write_text(
        "2\t2\n"
        "Ann_Red\t1\t2\nBo_Green\t1\t3\nAnn_Red\t1\tBo_Green\t1\nAnn_Red\t2\tCy_Blue\t1\n"
        "Cy_Blue\t1\t2\nDi_Yellow\t1\t3\nCy_Blue\t1\tBo_Green\t1\nAnn_Red\t2\tCy_Blue\t3\n"
    )
    report = verify(verification(), people(root), colour_extractor(), root=root)
    assert report.pairs.same.tolist() == [True, True, False, False] * 2
    assert report.accuracies["centre"].tolist() == [1.0, 1.0]
    assert report.areas["centre"] == 1
    (root / "pairs.txt").write_text("2 1\nZoe 1 2\nBo 1 An 1\nZoe 1 3\nBo 1 An 2\n")
    with pytest.raises(InputError, match="names 'Zoe_0001', which is not there"):
        verify(verification(), people(root), colour_extractor(), root=root)


def test_without_a_list_pairs_are_drawn_and_nobody_is_in_two_folds(tmp_path: Path) -> None:
    faces = people(write_lfw(tmp_path / "lfw"))
    pairs = draw_pairs(faces, folds=2, each=3, seed=1)
    labels = faces.labels[pairs.rows]  # (n, 2)
    assert ((labels[:, 0] == labels[:, 1]) == pairs.same).all()
    assert (pairs.rows[:, 0] != pairs.rows[:, 1]).all()
    assert pairs.same.sum() == (~pairs.same).sum() == 2 * 3
    in_fold = [set(labels[pairs.folds == fold].ravel().tolist()) for fold in (0, 1)]
    assert not in_fold[0] & in_fold[1]
    again = draw_pairs(faces, folds=2, each=3, seed=1)
    assert (again.rows == pairs.rows).all()


def test_too_few_people_for_the_folds_is_one_line(tmp_path: Path) -> None:
    root = write_lfw(tmp_path / "lfw")
    with pytest.raises(InputError, match="too few people for 10 folds"):
        verify(verification(), people(root), colour_extractor(), root=root)


@pytest.mark.parametrize("protocol", ["lfw", "lfw-pairs"])
def test_the_command_prints_a_line_a_crop_and_names_nobody(
    videoemo: Run, tmp_path: Path, protocol: str
) -> None:
    root, mine = write_lfw(tmp_path / "lfw"), tmp_path / "mine.toml"
    text = Path(f"eval/protocols/{protocol}.toml").read_text(encoding="utf-8")
    text = text.replace("folds = 10 ", "folds = 2 ").replace('"detector", ', "")
    mine.write_text(text, encoding="utf-8")
    status, out, err = videoemo(
        "evaluate", "--protocol", mine, "--data", root, "-o", tmp_path / "out"
    )
    assert (status, err) == (0, "")
    assert "\ncentre crop " in out
    assert "\nthe crop of the card " in out
    picture = "identification.png" if protocol == "lfw" else "verification.png"
    assert (tmp_path / "out" / picture).is_file()
    written = (tmp_path / "out" / "report.json").read_text()
    assert set(json.loads(written)["accuracies"]) == {"centre", "card"}
    assert "Red" not in out + written

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support import labelled_faces
from tests.support.commands import Run
from videoemo.cli.demo_clip import write_portrait
from videoemo.config.face_protocol import FacesProtocol, load_face_protocol
from videoemo.datasets.faces.labelled import LabelledFaces, one_hot
from videoemo.datasets.faces.pictures import MemoryPictures
from videoemo.evaluation.faces import evaluate_faces
from videoemo.inference.extractor import load_extractor
from videoemo.labels import AFFECTNET_8
from videoemo.zoo.cards import find_card


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    labelled_faces.ferplus_npz(folder / "ferplus_valid.npz", each=3)
    return folder


def test_evaluate_prints_the_figures_and_writes_the_report(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    status, out, _ = videoemo(
        "evaluate", "--protocol", "ferplus", "--data", root, "-o", tmp_path / "out"
    )
    assert status == 0
    assert "8 classes" in out
    assert "7 classes" in out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "report.json",
        "confusion.png",
        "reliability.png",
    }
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [found["faces"] for found in report["figures"]] == [24, 21]
    assert report["extractor"]["name"] == "ferplus-small"


def test_the_figures_are_those_of_the_extractors_own_answers(root: Path) -> None:
    extractor = load_extractor()
    images = np.load(root / "ferplus_valid.npz")["images"]
    labels = np.arange(8).repeat(3)
    faces = LabelledFaces(MemoryPictures(images), one_hot(labels, 8), labels, extractor.classes)
    protocol = load_face_protocol("ferplus")
    assert isinstance(protocol, FacesProtocol)
    report = evaluate_faces(protocol, faces, extractor)
    answers = extractor([np.repeat(image[..., None], 3, 2) for image in images]).probabilities
    assert report.figures[0].right == (answers.argmax(1) == labels).sum()
    assert report.figures[0].summary()["uar"] == pytest.approx(
        np.mean([(answers.argmax(1) == labels)[labels == k].mean() for k in range(8)]), abs=1e-6
    )


def test_all_is_told_once_more_without_the_faces_that_train(videoemo: Run, root: Path) -> None:
    status, out, _ = videoemo("evaluate", "--protocol", "ferplus", "--data", root)
    assert status == 0
    assert "without doubles" not in out  # nothing is known of what trains
    with np.load(root / "ferplus_valid.npz") as valid:
        images, votes = valid["images"].copy(), valid["votes"]
    images[3:] ^= 1  # all but three are others
    np.savez(root / "ferplus_train.npz", images=images, votes=votes)
    status, out, _ = videoemo("evaluate", "--protocol", "ferplus", "--data", root)
    (root / "ferplus_train.npz").unlink()
    rows = {line[:28].rstrip(): line[28:].split() for line in out.splitlines()}
    assert rows["8 classes"][0] == "24"
    assert rows["8 classes, without doubles"][0] == "21"
    assert rows["7 classes, without doubles"][0] == "18"


def test_faces_are_found_in_their_pictures_where_the_protocol_asks_for_it(
    videoemo: Run, tmp_path: Path
) -> None:
    with Image.open(write_portrait(tmp_path / "portrait.bmp")) as portrait:
        portrait.thumbnail((160, 160))
        for name in AFFECTNET_8:
            (tmp_path / "faces" / name).mkdir(parents=True)
            portrait.save(tmp_path / "faces" / name / "portrait.png")
    mine = tmp_path / "mine.toml"
    mine.write_text('kind = "faces"\n[data]\nkind = "folder"\nvalid = "."\ncrop = "detector"\n')
    status, out, _ = videoemo("evaluate", "--protocol", mine, "--data", tmp_path / "faces")
    assert status == 0
    # All look the same: one of eight is right.
    assert out.splitlines()[2].split()[2:5] == ["8", "1", "12.50%"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--protocol", "ferpls"], "nothing called 'ferpls' in protocols; did you mean 'ferplus'?"),
        (
            ["--protocol", "ferplus", "--data", "nowhere"],
            "no folder nowhere: give the data's folder with --data",
        ),
        (["--protocol", "ferplus", "--extractor", "resnet"], "unknown extractor 'resnet'"),
    ],
)
def test_what_cannot_be_evaluated_is_one_line(
    videoemo: Run, root: Path, options: list[str], message: str
) -> None:
    given = options if "--data" in options else [*options, "--data", str(root)]
    status, _, err = videoemo("evaluate", *given)
    assert status == 1
    (line,) = err.splitlines()
    assert message in line


@pytest.mark.shared
def test_the_cards_figures_are_what_evaluate_prints_for_the_shipped_network(
    videoemo: Run, shared: Path, tmp_path: Path
) -> None:
    # Without the faces that train, which would be read to tell all once more without doubles.
    (tmp_path / "ferplus_valid.npz").symlink_to(shared / "data" / "ferplus_valid.npz")
    _, out, _ = videoemo("evaluate", "--protocol", "ferplus", "--data", tmp_path)
    accuracy = (
        next(line for line in out.splitlines() if line.startswith("8 classes"))
        .split()[4]
        .rstrip("%")
    )
    figures = find_card("ferplus-small")[0].figures
    assert float(figures.split("accuracy ")[1].split(",")[0]) * 100 == pytest.approx(
        float(accuracy), abs=0.006
    )

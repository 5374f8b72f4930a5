from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import labelled_faces
from tests.support.commands import Run

PROTOCOL = """
kind = "faces"
left_out = "left"

[data]
kind = "folder"
train = "train"
valid = "valid"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "mine.toml").write_text(PROTOCOL)
    return labelled_faces.folders(tmp_path, each=2)


def test_a_protocols_faces_are_counted_without_an_extractor(videoemo: Run, root: Path) -> None:
    status, out, err = videoemo(
        "evaluate", "--protocol", root / "mine.toml", "--data", root, "--check"
    )
    assert (status, out, err) == (0, "4 faces: left 2, right 2\n", "")


def test_what_is_left_out_is_listed_in_a_file_and_the_status_says_so(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    (root / "valid" / "left" / "0.png").write_bytes(b"nothing")
    check = ("evaluate", "--protocol", root / "mine.toml", "--data", root, "--check")
    status, out, err = videoemo(*check)
    assert status == 1
    assert out.splitlines() == [
        "3 faces: left 1, right 2",
        "1 face left out: 1 not a picture (left/0.png)",
    ]
    assert err == "-o FOLDER lists each face that is left out\n"
    status, _, err = videoemo(*check, "-o", tmp_path / "list")
    assert (status, [path.name for path in (tmp_path / "list").iterdir()]) == (1, ["left_out.csv"])
    assert str(tmp_path / "list" / "left_out.csv") in err


def test_the_pictures_of_an_audit_are_read(videoemo: Run, tmp_path: Path) -> None:
    labelled_faces.lfw_index(tmp_path, {"A_0001": "happiness", "B_0001": "neutral"})
    (tmp_path / "images" / "B_0001.jpg").write_bytes(b"nothing")
    status, out, _ = videoemo("evaluate", "--protocol", "audit", "--data", tmp_path, "--check")
    assert status == 1
    assert "1 not a picture (images/B_0001.jpg)" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--protocol", "nested"), "--check: the protocol nested judges a classifier on clips"),
        (("--protocol", "lfw", "--extractor", "x"), "--extractor: --check reads the faces alone"),
    ],
)
def test_a_check_takes_faces_alone(videoemo: Run, words: tuple[str, ...], message: str) -> None:
    status, _, err = videoemo("evaluate", *words, "--check")
    assert status == 2
    assert message in err


def test_a_recipes_faces_are_counted_and_nothing_is_trained(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    (root / "valid" / "middle").mkdir()
    folder = tmp_path / "out"
    status, out, err = videoemo("train", "folder", "--data", root, "--check", "-o", folder)
    assert status == 1
    assert out.splitlines()[:2] == [
        "training: 4 faces: left 2, right 2",
        "validation: 4 faces: left 2, middle 0, right 2",
    ]
    assert err.startswith("my-faces: no example of middle among 4 faces")
    assert not folder.exists()


def test_each_training_of_a_chain_is_checked(videoemo: Run, tmp_path: Path) -> None:
    labelled_faces.vggface2(tmp_path / "vggface2", {"n000002": 3, "n000010": 2})
    (tmp_path / "affectnet").mkdir()
    labelled_faces.affectnet_npy(tmp_path / "affectnet", each=1)
    labelled_faces.utkface(tmp_path / "utkface", [(20 + i, i % 2, i % 5) for i in range(60)])
    status, out, _ = videoemo("train", "chain", "--data", tmp_path, "--check")
    assert status == 0
    assert [line for line in out.splitlines() if line.endswith(":")] == [
        "identity-b0:",
        "affectnet-b0-8:",
        "attributes:",
    ]


def test_a_training_needs_a_folder_for_its_results(videoemo: Run, root: Path) -> None:
    status, _, err = videoemo("train", "folder", "--data", root)
    assert status == 2
    assert "Missing option '-o' / '--out'" in err

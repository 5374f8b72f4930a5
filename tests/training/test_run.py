from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.support import labelled_faces
from tests.support.commands import Run
from tests.support.here import command_here
from tests.support.training_recipe import RECIPE
from videoemo.inference.extractor import load_extractor
from videoemo.training.export import fit_temperature
from videoemo.zoo.cards import find_card, sha256

# As TOML and JSON write it.
LICENCE = r'"a \"quoted\" line, ünïcode"'


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    labelled_faces.ferplus_npz(folder / "train.npz", each=4)
    labelled_faces.ferplus_npz(folder / "valid.npz", each=2)
    short = RECIPE.replace("epochs = 2", "epochs = 1").replace("epochs = 3", "epochs = 1")
    (folder / "toy.toml").write_text(short)
    return folder


@pytest.fixture(scope="module")
def trained(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """What a training leaves in its folder, and what it says, with an odd licence in its recipe."""
    text, folder = (root / "toy.toml").read_text(), tmp_path_factory.mktemp("trained")
    (folder / "odd.toml").write_text(text.replace('licence = "none"', f"licence = {LICENCE}"))
    status, out, err = command_here(
        "train", folder / "odd.toml", "-o", folder / "out", "--data", root
    )
    assert status == 0, err
    return folder / "out", out, err


def test_train_ends_with_a_card_that_score_accepts(trained: tuple[Path, str, str]) -> None:
    folder, out, err = trained
    assert "the best epoch is" in out
    assert err.count("epoch ") >= 3
    files = {path.name for path in folder.iterdir()}
    assert files == {"checkpoint.pt", "history.csv", "curves.png", "toy.safetensors", "toy.toml"}
    card, weights = find_card(str(folder / "toy.toml"))
    assert card.sha256 == sha256(weights)
    assert "accuracy" in card.figures
    extractor = load_extractor(str(folder / "toy.toml"))
    assert extractor([np.zeros((50, 40, 3), np.uint8)]).embedding.shape == (1, card.embedding)


def test_a_training_that_is_there_is_not_overwritten(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"precious")
    status, _, err = videoemo("train", root / "toy.toml", "-o", tmp_path, "--data", root)
    assert status == 1
    assert "holds a training already: --resume goes on with it" in err
    assert (tmp_path / "checkpoint.pt").read_bytes() == b"precious"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'architecture = "test_resnet"',
            'architecture = "resnet_9"',
            "unknown architecture 'resnet_9'",
        ),
        (
            'start = "random"',
            'start = "nowhere.safetensors"',
            "unknown start 'nowhere.safetensors'; allowed: random, imagenet, ferplus-small",
        ),
        ('start = "random"', 'start = "imagenet"', "are fetched, which VIDEOEMO_OFFLINE forbids"),
        ('start = "random"', 'start = "ferplus-small"', "does not hold the weights of test_resnet"),
        ("epochs = 1", "epochs = 0", "epochs: allowed are whole numbers from 1 to 10000, got 0"),
        ("shift = 0.02", "shfit = 0.02", "unknown key 'shfit'; did you mean 'shift'?"),
        ("mean = [0.4]", "mean = [0.4, 0.4]", "mean and std: allowed are 1 values each"),
        ('train = "train.npz"', 'train = "gone.npz"', "no FER+ faces at"),
    ],
)
def test_what_cannot_be_trained_is_one_line(
    videoemo: Run, root: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    (tmp_path / "bad.toml").write_text((root / "toy.toml").read_text().replace(old, new))
    status, _, err = videoemo(
        "train", tmp_path / "bad.toml", "-o", tmp_path / "out", "--data", root
    )
    assert status == 1
    (line,) = err.splitlines()
    assert message in line


def test_temperature_makes_overconfident_logits_as_sure_as_they_are_right() -> None:
    generator = torch.Generator().manual_seed(0)
    honest = torch.randn(4000, 4, generator=generator) * 1.5
    labels = torch.multinomial(torch.softmax(honest, 1), 1, generator=generator)[:, 0]
    assert fit_temperature(honest * 3, labels) == pytest.approx(3, rel=0.1)
    assert fit_temperature(honest, labels) == pytest.approx(1, rel=0.1)


def test_the_card_is_toml_whatever_is_written_in_it(trained: tuple[Path, str, str]) -> None:
    assert find_card(str(trained[0] / "toy.toml"))[0].licence == json.loads(LICENCE)


def test_a_folder_that_cannot_be_written_is_known_before_training(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    status, _, err = videoemo(
        "train", root / "toy.toml", "-o", tmp_path / "file" / "out", "--data", root
    )
    (line,) = err.splitlines()
    assert (status, (tmp_path / "file").read_text()) == (1, "mine")
    assert "cannot write to the output folder" in line

"""A value that a network gives, by a name that no code knows, is in every table."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import videoemo as package
from tests.support.commands import Run
from tests.support.heads import heads
from tests.support.here import command_here
from tests.support.labelled_faces import ferplus_npz
from tests.support.tiny_networks import (
    CLASSES,
    SIDE,
    card_of,
    make_random,
    save_onnx,
    tiny_efficientnet,
    write_card,
)
from videoemo.cli.demo_clip import write_portrait
from videoemo.errors import InputError
from videoemo.zoo.heads import Head

VALUES = ("valence", "arousal", "dominance")


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The card of a network that gives eight classes and three values."""
    folder = tmp_path_factory.mktemp("network")
    torch.manual_seed(0)
    save_onnx(make_random(tiny_efficientnet(8 + 3), SIDE), folder / "toy.onnx", side=SIDE)
    card = card_of("toy.onnx", name="toy", outputs=heads(CLASSES, size=64, values=VALUES))
    return write_card(folder, card)


@pytest.fixture(scope="module")
def scored(card: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a portrait and of a file that is no picture."""
    folder = tmp_path_factory.mktemp("scored")
    (folder / "in").mkdir()
    write_portrait(folder / "in" / "face.jpg")
    (folder / "in" / "broken.jpg").write_text("no picture")
    given = ("score", folder / "in", "-o", folder / "out", "--extractor", card, "--csv")
    status, _, err = command_here(*given)
    assert status == 3, err
    return folder / "out"


def columns(path: Path) -> list[str]:
    return path.read_text().splitlines()[0].split(",")


@pytest.mark.parametrize(
    ("table", "read"),
    [
        ("face.jpg/faces.parquet", lambda path: list(pd.read_parquet(path).columns)),
        ("face.jpg/faces.csv", columns),
        ("face.jpg/tracks.csv", columns),
        ("videos.csv", columns),
    ],
)
def test_its_column_follows_the_classes(
    scored: Path, table: str, read: Callable[[Path], list[str]]
) -> None:
    names = read(scored / table)
    first = names.index(CLASSES[0])
    assert names[first : first + 11] == [*CLASSES, *VALUES]


def test_every_table_says_the_same_of_it(scored: Path) -> None:
    (value,) = pd.read_parquet(scored / "face.jpg" / "faces.parquet")["dominance"].astype(float)
    assert -1 < value < 1
    (track,) = pd.read_csv(scored / "face.jpg" / "tracks.csv")["dominance"]
    broken, face = pd.read_csv(scored / "videos.csv")["dominance"]
    summary = json.loads((scored / "face.jpg" / "summary.json").read_text())
    assert (track, face) == (round(value, 6), round(value, 6))
    assert summary["values"]["dominance"] == value
    assert list(summary["values"]) == list(VALUES)
    assert np.isnan(broken)


@pytest.fixture(scope="module")
def mute(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The card of a network that gives embeddings alone."""
    folder = tmp_path_factory.mktemp("mute")
    save_onnx(tiny_efficientnet(num_classes=0), folder / "toy.onnx", side=SIDE)
    embedding = Head(name="embedding", kind="embedding", size=64)
    return write_card(folder, card_of("toy.onnx", name="toy", outputs=(embedding,)))


@pytest.mark.parametrize("command", ["score", "evaluate", "in Python"])
def test_a_network_that_tells_no_expressions_is_told_in_one_line(
    mute: Path, tmp_path: Path, command: str
) -> None:
    write_portrait(tmp_path / "face.jpg")
    message = "toy tells no expressions: its heads are 'embedding'; give a network that does"
    if command == "in Python":
        with pytest.raises(InputError, match=message):
            package.score(tmp_path / "face.jpg", extractor=str(mute))
        return
    given: tuple[object, ...] = ("score", tmp_path / "face.jpg", "-o", tmp_path / "out")
    if command == "evaluate":
        ferplus_npz(tmp_path / "ferplus_valid.npz", each=1)
        given = ("evaluate", "--protocol", "ferplus", "--data", tmp_path)
    status, _, err = command_here(*given, "--extractor", mute)
    assert status == 1
    assert message in err.splitlines()[-1]


@pytest.mark.parametrize("gone", [(), ("face.jpg",)], ids=["all", "only what failed"])
def test_merged_tables_have_it_too(
    scored: Path, tmp_path: Path, videoemo: Run, gone: tuple[str, ...]
) -> None:
    run = Path(shutil.copytree(scored, tmp_path / "run"))
    table = run / "videos.csv"
    with table.open(newline="") as file:
        kept = [row for row in csv.reader(file) if row[0] not in gone]
    with table.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(kept)
    status, _, err = videoemo("merge", run, "-o", tmp_path / "merged")
    assert (status, [line for line in err.splitlines() if "error" in line]) == (3, [])
    assert columns(tmp_path / "merged" / "videos.csv") == columns(table)
    assert len((tmp_path / "merged" / "videos.csv").read_text().splitlines()) == len(kept)
    assert (tmp_path / "merged" / "overview.png").exists()

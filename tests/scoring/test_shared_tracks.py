"""Persons in clips whose true boxes are known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import videoemo

pytestmark = pytest.mark.shared


@pytest.fixture(scope="session")
def clips(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six group clips of still faces that move, and truth/Val.csv."""
    folder = tmp_path_factory.mktemp("vgaf")
    faces = shared / "data" / "ferplus_valid.npz"
    options = [
        "--faces",
        str(faces),
        "--out",
        str(folder),
        "--split",
        "Val",
        "--per-class",
        "2",
        "--seed",
        "1",
    ]
    subprocess.run(
        [sys.executable, str(shared / "tools" / "make_clips.py"), "vgaf", *options], check=True
    )
    return folder


def test_every_still_face_keeps_one_number_and_none_shares_it(clips: Path) -> None:
    truth = pd.read_csv(clips / "truth" / "Val.csv")
    scored = videoemo.score(clips / "Val").dropna(subset=["track"])
    followed = 0
    for clip, rows in truth.groupby("clip"):
        found = scored[scored["video"] == f"{clip}.mp4"]
        middle = found[["x", "y"]].to_numpy(float) + found[["width", "height"]].to_numpy(float) / 2
        owners: dict[int, str] = {}
        for name, one in rows.groupby("face"):
            boxes = (
                one.set_index("frame").loc[found["frame"], ["x1", "y1", "x2", "y2"]].to_numpy(float)
            )
            low, high = boxes[:, :2], boxes[:, 2:]
            # A false face at the rim of a true one is not the true one.
            theirs = (np.abs(middle - (low + high) / 2) < (high - low) / 4).all(axis=1)
            numbers = found["track"][theirs].unique().tolist()
            assert len(numbers) <= 1, f"{clip}: {name} has the numbers {numbers}"
            assert not set(numbers) & set(owners), (
                f"{clip}: {name} shares a number with {[owners[number] for number in numbers]}"
            )
            owners |= dict.fromkeys(numbers, str(name))
        followed += len(owners)
    assert followed >= 0.9 * truth.groupby("clip")["face"].nunique().sum()

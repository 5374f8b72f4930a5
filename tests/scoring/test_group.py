"""Scoring a video of two persons: what lies in its folder, and what a classifier says of it
over time.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.support.classifiers import fitted
from tests.support.feature_tables import toy_table
from tests.support.resolved import resolved
from videoemo.analysis.fingerprint import settings_key
from videoemo.classification.model_file import load_fitted_classifier
from videoemo.classification.predict import ClipClassifier
from videoemo.cli.demo_clip import write_portrait
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.records import Clip
from videoemo.runs.job import Job
from videoemo.scoring.loading import load_work
from videoemo.tables.videos import VideoRow
from videoemo.zoo.cards import extractor_provenance, find_card

CARD = find_card("ferplus-small")[0]


def write_pair(folder: Path, *, n: int = 6) -> Path:
    """Numbered pictures, a folder that is one video with `fps`: the portrait twice, the right one
    getting darker.
    """
    folder.mkdir()
    portrait = Image.open(write_portrait(folder.parent / "portrait.png")).resize((256, 300))
    for i in range(n):
        both = Image.new("RGB", (512, 300))
        both.paste(portrait, (0, 0))
        both.paste(
            portrait.point([int(value * (1 - 0.1 * i)) for value in range(256)] * 3), (256, 0)
        )
        both.save(folder / f"{i:03d}.png")
    return folder


def model_of(path: Path) -> Path:
    """A classifier of random descriptors, pooled over the faces of a frame and then over frames."""
    descriptor = np.random.default_rng(0).normal(size=(60, 4 * CARD.embedding)).astype(np.float32)
    made = {
        "extractor": extractor_provenance(CARD),
        "statistics": ["mean", "std"],
        "pooling": "group",
    }
    table = toy_table()
    return fitted(
        replace(table, descriptor=descriptor, provenance={**table.provenance, **made}), path
    )


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pair(tmp_path_factory.mktemp("in") / "pair")


def scored(pair: Path, folder: Path, *, model: Path | None = None, **settings: Any) -> VideoRow:
    folder.mkdir()
    pipeline = change_pipeline(load_pipeline(), fps=4.0, min_face=60, **settings)
    classifier = None if model is None else load_fitted_classifier(model)
    score = load_work(pipeline, {}, classifier, folder.parent)
    row = score(Job(Clip(pair, "pair"), folder, {}), lambda frames, share: None)
    assert isinstance(row, VideoRow), row
    return row


@pytest.fixture(scope="module")
def whole(pair: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[VideoRow, Path]:
    """All that can be written, the classifier's window as long as the video; the row and
    the folder.
    """
    folder = tmp_path_factory.mktemp("out") / "whole"
    return scored(
        pair, folder, model=model_of(folder.parent / "m.skops"), prediction_window=10.0
    ), folder


def test_a_video_of_two_persons_has_a_group(whole: tuple[VideoRow, Path]) -> None:
    files = {path.name for path in whole[1].iterdir()}
    assert files == {
        "expressions.csv",
        "faces.parquet",
        "group.parquet",
        "group.png",
        "summary.json",
        "thumbnail.png",
        "timeline.png",
        "tracks.csv",
        "windows.csv",
    }
    assert pd.read_parquet(whole[1] / "group.parquet")["faces"].tolist() == [2] * 6


def test_its_thumbnail_shows_both_side_by_side(whole: tuple[VideoRow, Path]) -> None:
    with Image.open(whole[1] / "thumbnail.png") as picture:
        width, height = picture.size
    assert width == 2 * height > 0


def test_the_summary_tells_of_the_group(whole: tuple[VideoRow, Path]) -> None:
    told = json.loads((whole[1] / "summary.json").read_text())["group"]
    assert (told["persons"], told["mean_faces"], len(told["deviations"])) == (2, 2.0, 2)


def test_a_window_as_long_as_the_video_is_classified_as_the_video(
    whole: tuple[VideoRow, Path],
) -> None:
    row, folder = whole
    with (folder / "windows.csv").open(newline="") as file:
        (window,) = csv.DictReader(file)
    assert row.prediction is not None
    assert (window["frames"], window["faces"], window["prediction"]) == (
        "6",
        "12",
        row.prediction.label,
    )
    assert {name: float(window[name]) for name in row.prediction.scores} == pytest.approx(
        row.prediction.scores, abs=1e-5
    )


def test_the_group_and_the_pictures_can_be_left_out(pair: Path, tmp_path: Path) -> None:
    scored(pair, tmp_path / "out", pictures=False, group=False)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "expressions.csv",
        "faces.parquet",
        "summary.json",
        "tracks.csv",
    }


def test_several_descriptors_are_classified_as_each_alone(tmp_path: Path) -> None:
    classify = ClipClassifier(load_fitted_classifier(model_of(tmp_path / "m.skops")), CARD)
    vectors = np.random.default_rng(1).normal(size=(6, CARD.embedding)).astype(np.float32)
    frame = np.array([0, 0, 1, 3, 3, 3])
    alone = [classify(frame[:3], vectors[:3]), classify(frame[3:], vectors[3:])]
    together = classify.predictions(
        np.stack(
            [classify.describe(frame[:3], vectors[:3]), classify.describe(frame[3:], vectors[3:])]
        )
    )
    assert [one.label for one in together] == [one.label for one in alone]
    for one, other in zip(together, alone, strict=True):
        assert one.scores == pytest.approx(other.scores)


@pytest.mark.parametrize(
    ("given", "again"),
    [
        ({"group": False}, False),
        ({"group_window": 0.5}, True),
        ({"synchrony_lag": 1.0}, True),
        ({"prediction_step": 0.5}, True),
    ],
    ids=["no group", "another window", "another lag", "another step"],
)
def test_what_changes_a_table_makes_it_again(given: dict[str, Any], again: bool) -> None:
    before, after = (
        settings_key(resolved(change_pipeline(load_pipeline(), **settings)))
        for settings in ({}, given)
    )
    assert (before != after) is again

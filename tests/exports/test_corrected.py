"""Exports of results that somebody put right by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pympi.Elan import Eaf

from tests.support.exports import exported, faces_showing, results_of
from videoemo.results import VideoResults, load_results
from videoemo.tables.corrections import CORRECTIONS, Corrections, write_corrections


@pytest.fixture
def corrected(tmp_path: Path) -> VideoResults:
    """A person who was found displaying happiness, and is said to display fear from frame 20 on."""
    video = results_of(tmp_path, faces_showing({0: "4" * 40}))
    n = 20
    corrections = Corrections(
        np.arange(20, 20 + n),
        np.arange(20, 20 + n) / 25,
        np.zeros(n, np.int64),
        np.tile(np.array([10, 20, 30, 40], np.float32), (n, 1)),
        ("fear",) * n,
    )
    write_corrections(corrections, video.folder / CORRECTIONS)
    return load_results(tmp_path).video(video.name)


def test_annotations_say_what_somebody_corrected(corrected: VideoResults) -> None:
    eaf = Eaf(str(exported(corrected, "elan")[0]))
    assert eaf.get_annotation_data_for_tier("person 0") == [
        (0, 800, "happiness"),
        (800, 1600, "fear"),
    ]


def test_a_corrected_expression_counts_as_a_probability_of_1(corrected: VideoResults) -> None:
    path, remarks = exported(corrected, "py-feat")
    table = pd.read_csv(path)
    assert table["happiness"].round(3).tolist() == [0.8] * 20 + [0] * 20
    assert table["fear"].iloc[20:].eq(1).all()
    assert "corrected expressions count as a probability of 1" in remarks

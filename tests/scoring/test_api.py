from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import videoemo
from tests.support.clips import write_clip
from videoemo.cli.demo_clip import write_portrait
from videoemo.errors import InputError, RecipeError, UnreadableVideoError


@pytest.fixture(scope="module")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_portrait(tmp_path_factory.mktemp("in") / "portrait.jpg")


def test_score_gives_the_faces_table(portrait: Path) -> None:
    table = videoemo.score(portrait)
    places = [
        "frame",
        "seconds",
        "face",
        "track",
        "x",
        "y",
        "width",
        "height",
        "score",
        "sharpness",
        "yaw",
        "pitch",
        "roll",
    ]
    assert list(table.columns[:13]) == places
    assert list(table.columns[13:]) == list(videoemo.load_extractor().classes)
    assert np.allclose(table.iloc[0, 13:].astype(float).sum(), 1, atol=1e-5)


def test_a_folder_gives_one_table_with_a_column_video(portrait: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(portrait.read_bytes())
    write_clip(tmp_path / "b.mp4", n=2)
    table = videoemo.score(tmp_path)
    assert table["video"].tolist() == ["a.jpg", "b.mp4", "b.mp4"]
    assert table["face"].isna().tolist() == [False, True, True]


def test_settings_are_the_pipelines_keys(portrait: Path) -> None:
    assert len(videoemo.score(portrait, min_face=500)) == 1
    assert pd.isna(videoemo.score(portrait, min_face=500)["face"]).all()
    with pytest.raises(RecipeError, match="unknown key 'min_fase'"):
        videoemo.score(portrait, min_fase=500)


def test_an_aligned_face_is_scored_too(portrait: Path) -> None:
    assert np.allclose(
        videoemo.score(portrait, align=True).iloc[0, 13:].astype(float).sum(), 1, atol=1e-5
    )


def test_a_broken_video_raises_here(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("not a video")
    with pytest.raises(UnreadableVideoError):
        videoemo.score(tmp_path / "a.mp4")


def test_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        videoemo.score(tmp_path / "nowhere")

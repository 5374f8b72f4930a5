from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import videoemo
from tests.support.clips import write_clip
from tests.support.names import write_named
from videoemo.cli.demo_clip import write_portrait
from videoemo.errors import InputError, RecipeError, UnreadableVideoError, VideoError

pytestmark = pytest.mark.usefixtures("workers")  # which load networks once


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


def test_numbers_of_numpy_and_paths_are_settings_like_others(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "a.mp4", n=6)
    table = videoemo.score(
        clip, every=np.int64(3), min_face=np.int32(40), thresholds=np.array([0.5, 0.5, 0.5])
    )
    assert table["frame"].tolist() == [0, 3]
    assert videoemo.score(clip, fps=np.float32(5), extractor=Path("ferplus-small"))[
        "frame"
    ].tolist() == [0, 5]


def test_a_list_of_paths_is_scored_like_a_folder(portrait: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "b.mp4", n=1)
    assert videoemo.score([portrait, str(clip)])["video"].tolist() == ["portrait.jpg", "b.mp4"]
    assert videoemo.score(iter([clip]))["video"].tolist() == ["b.mp4"]


@pytest.mark.parametrize(
    "path",
    [
        b"a.jpg",
        None,
        3,
        np.zeros((8, 8, 3), np.uint8),
        Image.new("RGB", (8, 8)),
        [None],
        [],
        [b"a"],
    ],
    ids=["bytes", "None", "int", "array", "PIL", "[None]", "[]", "[bytes]"],
)
def test_what_is_no_path_is_told(path: Any) -> None:
    with pytest.raises(InputError, match=r"^path: expected the path of a file or folder.*, got"):
        videoemo.score(path)


def test_an_address_is_told(portrait: Path) -> None:
    with pytest.raises(InputError, match=r"'https:.*a\.mp4' is an address: fetch it"):
        videoemo.score("https://example.org/a.mp4")


def test_one_broken_file_does_not_lose_the_others(portrait: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(portrait.read_bytes())
    (tmp_path / "b\n.mp4").write_text("not a video")
    with pytest.warns(UserWarning, match=r"left out 1 video; the first: b\\x0a\.mp4: .+"):
        table = videoemo.score(tmp_path)
    assert table["video"].tolist() == ["a.jpg"]
    ((video, reason),) = table.attrs["errors"]
    assert video == "b\n.mp4"
    assert "a video" in reason
    with pytest.raises(UnreadableVideoError):
        videoemo.score(tmp_path, errors="raise")
    with pytest.raises(InputError, match="allowed are 'raise' and 'skip', got 'ignore'"):
        videoemo.score(tmp_path, errors="ignore")  # type: ignore[arg-type]


def test_where_every_file_is_broken_there_is_no_table(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_text("not a video")
    with pytest.raises(VideoError, match=r"none of 2 videos can be read; the first: a\.mp4: "):
        videoemo.score(tmp_path)


def test_a_name_that_is_not_utf8_is_in_the_table(portrait: Path, tmp_path: Path) -> None:
    write_named(tmp_path, "caf\udce9.jpg", portrait.read_bytes())
    table = videoemo.score(tmp_path)
    assert table["video"].tolist() == ["caf\udce9.jpg"]
    assert len(videoemo.score(tmp_path / "caf\udce9.jpg")) == 1


@pytest.mark.parametrize("paths", ["", [""], ["a.mp4", ""]])
def test_an_empty_path_is_not_the_working_folder(paths: str | list[str]) -> None:
    with pytest.raises(InputError, match="it is empty"):
        videoemo.score(paths)

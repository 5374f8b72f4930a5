"""Persons through the whole pipeline: two faces at first, one of them to the end."""

from __future__ import annotations

import csv
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import videoemo as library
from tests.support.commands import Run
from tests.support.extraction_recipe import write_recipe
from videoemo.cli.demo_clip import write_portrait

N, BOTH = 8, 3


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight frames: a face at the left in all but the last, one at the right in the first three."""
    folder = tmp_path_factory.mktemp("in")
    face = Image.open(write_portrait(folder / "portrait.jpg")).resize((160, 190))
    with av.open(str(folder / "clip.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.bit_rate = 960, 400, 20_000_000
        for i in range(N):
            picture = Image.new("RGB", (960, 400), (90, 90, 100))
            if i < N - 1:
                picture.paste(face, (60 + i, 80))
            if i < BOTH:
                picture.paste(face, (700, 90))
            frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return folder / "clip.mp4"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def table(clip: Path) -> pd.DataFrame:
    return library.score(clip)


def test_the_faces_table_says_whose_each_face_is(table: pd.DataFrame) -> None:
    left = table[table["x"] < 400]
    assert left["track"].tolist() == [0] * (N - 1)
    assert table[table["x"] > 400]["track"].tolist() == [1] * BOTH


def test_the_person_seen_longest_can_be_taken_alone(clip: Path) -> None:
    table = library.score(clip, faces="track:longest")
    assert table["frame"].tolist() == list(range(N))
    assert (table["x"].dropna() < 400).all()
    assert table["face"].isna().tolist() == [False] * (N - 1) + [True]


def test_tables_are_smoothed_where_asked_for(clip: Path, table: pd.DataFrame) -> None:
    smooth = library.score(clip, smooth_tables=True, smoothing=9.0)
    spread = [one.loc[one["track"] == 0, "neutral"].astype(float).std() for one in (table, smooth)]
    assert spread[1] < spread[0] / 4


def test_a_run_writes_who_was_there_and_how_much_was_seen(
    videoemo: Run, clip: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.toml").write_text("[tracking]\nmin_coverage = 0.9\n")
    assert (
        videoemo("score", clip, "-o", tmp_path / "out", "--pipeline", tmp_path / "mine.toml")[0]
        == 0
    )
    (row,) = rows(tmp_path / "out" / "videos.csv")
    assert (float(row["coverage"]), float(row["longest_gap"])) == ((N - 1) / N, 0.0)
    assert row["dominant"] == "low coverage"
    told = rows(next((tmp_path / "out").rglob("tracks.csv")))
    assert [(one["track"], one["frames"]) for one in told] == [("0", str(N - 1)), ("1", str(BOTH))]


def test_a_descriptor_can_be_of_the_person_seen_longest(
    videoemo: Run, clip: Path, tmp_path: Path
) -> None:
    from videoemo.features.embeddings import read_embeddings

    for name in ("all", "track:longest"):
        out = tmp_path / f"{name[:3]}.parquet"
        recipe = write_recipe(tmp_path / f"{name[:3]}.toml", f'[detection]\nfaces = "{name}"')
        (tmp_path / "clips.csv").write_text(f"path,label\n{clip},calm\n")
        assert (
            videoemo(
                "extract", "--dataset", recipe, "--root", tmp_path, "--keep-embeddings", "-o", out
            )[0]
            == 0
        )
    (all_faces,), (longest,) = (
        list(read_embeddings(tmp_path / f"{name}.embeddings.parquet")) for name in ("all", "tra")
    )
    assert (len(all_faces.frame), len(longest.frame)) == (N - 1 + BOTH, N - 1)
    assert np.array_equal(longest.frame, np.arange(N - 1))


def test_there_can_be_a_descriptor_a_person(videoemo: Run, clip: Path, tmp_path: Path) -> None:
    from videoemo.features.table import read_table

    (tmp_path / "clips.csv").write_text(f"path,label\n{clip},calm\n")
    recipe, out = write_recipe(tmp_path / "mine.toml", pooling="track"), tmp_path / "mine.parquet"
    status, printed, _ = videoemo("extract", "--dataset", recipe, "--root", tmp_path, "-o", out)
    assert (status, printed.split(" with ")[0]) == (0, "2 persons")
    table = read_table(out)
    clip_id = table.groups[0]
    assert table.ids.tolist() == [f"{clip_id}#0", f"{clip_id}#1"]
    assert (table.groups.tolist(), table.labels.tolist()) == ([clip_id] * 2, ["calm"] * 2)
    assert (table.n_frames.tolist(), table.n_face_frames.tolist()) == ([N, N], [N - 1, BOTH])

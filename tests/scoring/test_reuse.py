"""Faces that did not change since their last look keep what it gave, and the tables say so."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import videoemo as library
from tests.support.commands import Run
from tests.support.extraction_recipe import write_recipe
from tests.support.here import command_here
from tests.support.outputs import contents
from videoemo.features.embeddings import ClipEmbeddings, read_embeddings

REUSE = 8.0
SAMPLING = "[sampling]\nstart = 2.0\nend = 3.2\n"


def settings(folder: Path, reuse: float) -> Path:
    path = folder / f"reuse-{reuse}.toml"
    path.write_text(f"{SAMPLING}[network]\nreuse = {reuse}\n[outputs]\npictures = false\n")
    return path


@pytest.fixture(scope="module")
def scored(demos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scored")
    given = ("score", demos, "-o", folder / "out", "--csv", "--pipeline", settings(folder, REUSE))
    assert command_here(*given)[0] == 0
    return folder / "out"


def test_the_tables_say_which_faces_were_looked_at(scored: Path) -> None:
    table = pd.read_parquet(scored / "a.mp4" / "faces.parquet")
    assert table.columns[-1] == "looked_at"
    faces = table[table["face"].notna()]
    looked_at = faces["looked_at"].astype(bool)
    assert 0 < looked_at.sum() < len(faces)
    assert table.loc[table["face"].isna(), "looked_at"].isna().all()
    outputs = faces.loc[:, "anger":"surprise"]
    assert len(outputs.drop_duplicates()) == looked_at.sum()
    written = pd.read_csv(scored / "a.mp4" / "faces.csv")
    pd.testing.assert_frame_equal(written, table, check_dtype=False)


def test_results_are_read_back_with_the_column(scored: Path) -> None:
    results = library.load_results(scored)
    table = results.video("a.mp4").table
    assert table.looked_at is not None
    assert results.faces["looked_at"].sum() == 2 * table.looked_at.sum()


def test_python_gives_the_same(demos: Path, scored: Path) -> None:
    found = library.score(demos / "a.mp4", start=2.0, end=3.2, reuse=REUSE)
    written = pd.read_parquet(scored / "a.mp4" / "faces.parquet")
    pd.testing.assert_frame_equal(found, written)


def test_a_run_that_goes_on_gives_the_bytes_of_one_that_was_not_broken_off(
    demos: Path, scored: Path, tmp_path: Path, videoemo: Run
) -> None:
    shutil.copytree(scored, tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "b.mp4")
    command = ("score", demos, "-o", tmp_path / "out", "--csv")
    status, _, err = videoemo(*command, "--pipeline", settings(tmp_path, REUSE))
    assert status == 0, err
    assert contents(tmp_path / "out") == contents(scored)


@pytest.mark.parametrize("reuse", [0.0, 2.0])
def test_another_threshold_does_not_go_on_with_what_is_there(
    demos: Path, scored: Path, tmp_path: Path, videoemo: Run, reuse: float
) -> None:
    shutil.copytree(scored, tmp_path / "out")
    command = ("score", demos / "a.mp4", "-o", tmp_path / "out", "--csv")
    status, _, err = videoemo(*command, "--pipeline", settings(tmp_path, reuse))
    assert status == 0, err
    table = pd.read_parquet(tmp_path / "out" / "a.mp4" / "faces.parquet")
    before = pd.read_parquet(scored / "a.mp4" / "faces.parquet")
    assert ("looked_at" in table) == (reuse > 0)
    assert not np.array_equal(table["happiness"], before["happiness"], equal_nan=True)


def test_merged_results_keep_the_column(scored: Path, tmp_path: Path, videoemo: Run) -> None:
    assert videoemo("merge", scored, "-o", tmp_path / "out")[0] == 0
    merged = (tmp_path / "out" / "a.mp4" / "faces.parquet").read_bytes()
    assert merged == (scored / "a.mp4" / "faces.parquet").read_bytes()


def test_extracted_embeddings_are_those_of_the_last_look(
    demos: Path, tmp_path: Path, videoemo: Run
) -> None:
    (tmp_path / "clips.csv").write_text(f"path,label\n{demos / 'a.mp4'},calm\n")
    found = list[ClipEmbeddings]()
    for reuse in (0.0, REUSE):
        recipe = write_recipe(tmp_path / f"{reuse}.toml", f"{SAMPLING}[network]\nreuse = {reuse}")
        given = ("extract", "--dataset", recipe, "--root", tmp_path, "--keep-embeddings")
        assert videoemo(*given, "-o", tmp_path / f"{reuse}.parquet")[0] == 0
        found += read_embeddings(tmp_path / f"{reuse}.embeddings.parquet")
    own, kept = (np.unique(one.embedding, axis=0) for one in found)
    assert len(kept) < len(own)
    assert set(map(bytes, kept)) <= set(map(bytes, own))

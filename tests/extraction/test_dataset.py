"""Labelled clips to a table, on a made-up dataset of portraits and empty frames."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from tests.support.clips import write_clip
from tests.support.commands import Run
from tests.support.extraction_recipe import write_recipe
from tests.support.here import command_here
from videoemo.features.embeddings import read_embeddings
from videoemo.features.table import read_table
from videoemo.inference.extractor import load_extractor

SETTINGS = """
[sampling]
every = 30

[detection]
faces = "all"
"""


@pytest.fixture(scope="module")
def root(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips with a face, one without, one that is no video, in a manifest with labels, splits
    and groups.
    """
    folder = tmp_path_factory.mktemp("dataset")
    for name in ("face 1.mp4", "face 2.mp4"):
        shutil.copy(demo, folder / name)
    write_clip(folder / "empty.mp4", n=12)
    (folder / "broken.mp4").write_text("not a video")
    rows = [
        "face 1.mp4,Happy,train,a",
        "face 2.mp4,Sad,val,b",
        "empty.mp4,Sad,train,c",
        "broken.mp4,Happy,val,d",
    ]
    (folder / "clips.csv").write_text("\n".join(["path,label,split,group", *rows]))
    for pooling in ("video", "group"):
        write_recipe(
            folder / f"{pooling}.toml", SETTINGS, statistics=("mean", "std"), pooling=pooling
        )
    return folder


class Extracted(NamedTuple):
    """A run of `extract`: its output folder, exit status, standard output and standard error."""

    folder: Path
    status: int
    out: str
    err: str


@pytest.fixture(scope="module")
def extracted(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Extracted]:
    """Tables of both poolings, the vectors kept."""
    runs = {}
    for pooling in ("video", "group"):
        folder = tmp_path_factory.mktemp(pooling)
        given = command(root, pooling, folder / "toy.parquet")
        runs[pooling] = Extracted(folder, *command_here(*given, "--keep-embeddings"))
    return runs


def command(root: Path, pooling: str, out: Path) -> tuple[object, ...]:
    return ("extract", "--dataset", root / f"{pooling}.toml", "--root", root, "-o", out)


def test_extract_writes_a_row_a_clip_and_drops_none_silently(
    extracted: dict[str, Extracted],
) -> None:
    folder, status, printed, err = extracted["video"]
    assert status == 3
    assert f"3 clips with descriptors of {2 * load_extractor().card.embedding} numbers" in printed
    assert "1 without a face, 1 failed" in printed
    assert "failed: broken.mp4" in err
    table = read_table(folder / "toy.parquet")
    by_id = {name.split("/")[-1]: i for i, name in enumerate(table.ids.tolist())}
    assert set(by_id) == {"face 1.mp4", "face 2.mp4", "empty.mp4"}
    empty, face = by_id["empty.mp4"], by_id["face 1.mp4"]
    assert (table.labels[face], table.splits[face], table.groups[face]) == ("Happy", "train", "a")
    assert (
        table.n_frames[empty],
        table.n_face_frames[empty],
        np.abs(table.descriptor[empty]).max(),
    ) == (1, 0, 0)
    assert (table.n_frames[face], table.n_face_frames[face]) == (5, 5)
    assert np.array_equal(table.descriptor[face], table.descriptor[by_id["face 2.mp4"]])


def test_the_provenance_says_what_was_used(extracted: dict[str, Extracted]) -> None:
    provenance = read_table(extracted["video"].folder / "toy.parquet").provenance
    assert (provenance["statistics"], provenance["pooling"], provenance["dataset"]) == (
        ["mean", "std"],
        "video",
        "video",
    )
    assert provenance["extractor"]["checksum"] == load_extractor().card.checksum


@pytest.mark.parametrize("pooling", ["video", "group"])
def test_kept_vectors_pool_to_the_same_descriptors_in_ten_lines_of_numpy(
    extracted: dict[str, Extracted], pooling: str
) -> None:
    folder = extracted[pooling].folder
    table = read_table(folder / "toy.parquet")
    for row, clip in enumerate(read_embeddings(folder / "toy.embeddings.parquet")):
        v = clip.embedding.astype(np.float64)
        if not len(v):
            continue
        if pooling == "group":
            frames = [v[clip.frame == f] for f in np.unique(clip.frame)]
            v = np.array([np.concatenate([f.mean(0), f.std(0)]) for f in frames])
        assert np.allclose(table.descriptor[row], np.concatenate([v.mean(0), v.std(0)]), atol=1e-6)


def test_pool_makes_another_table_without_reading_a_video(
    videoemo: Run, extracted: dict[str, Extracted], tmp_path: Path
) -> None:
    kept = extracted["video"].folder
    status, printed, _ = videoemo(
        "pool",
        kept / "toy.embeddings.parquet",
        "--statistics",
        "max,mean",
        "-o",
        tmp_path / "other.parquet",
    )
    assert status == 0
    assert "3 clips" in printed
    before, after = read_table(kept / "toy.parquet"), read_table(tmp_path / "other.parquet")
    d = before.descriptor.shape[1] // 2
    assert np.allclose(after.descriptor[:, d:], before.descriptor[:, :d], atol=1e-6)
    assert after.provenance["statistics"] == ["max", "mean"]
    status, _, err = videoemo(
        "pool",
        kept / "toy.embeddings.parquet",
        "--statistics",
        "median",
        "-o",
        tmp_path / "x.parquet",
    )
    assert (status, "allowed are different names of mean, max, min, std, got median" in err) == (
        1,
        True,
    )


def test_a_table_of_other_settings_is_not_overwritten(
    videoemo: Run, root: Path, extracted: dict[str, Extracted], tmp_path: Path
) -> None:
    out = Path(shutil.copy(extracted["video"].folder / "toy.parquet", tmp_path))
    before = out.read_bytes()
    status, _, err = videoemo(*command(root, "group", out))
    assert status == 1
    assert "made with other settings" in err
    assert out.read_bytes() == before
    assert videoemo(*command(root, "group", out), "--redo")[0] == 3
    assert read_table(out).provenance["pooling"] == "group"


def test_the_same_clips_and_settings_give_the_same_bytes(
    videoemo: Run, root: Path, extracted: dict[str, Extracted], tmp_path: Path
) -> None:
    videoemo(*command(root, "video", tmp_path / "toy.parquet"))
    before = (extracted["video"].folder / "toy.parquet").read_bytes()
    assert (tmp_path / "toy.parquet").read_bytes() == before


def test_check_prints_what_was_found_and_stops(videoemo: Run, root: Path, tmp_path: Path) -> None:
    status, printed, _ = videoemo(
        "extract",
        "--dataset",
        root / "video.toml",
        "--root",
        root,
        "--check",
        "-o",
        tmp_path / "toy.parquet",
    )
    assert status == 0
    assert "Happy" in printed
    assert not (tmp_path / "toy.parquet").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--dataset", "afwe"], "nothing called 'afwe' in pipelines; did you mean 'afew'?"),
        (["--dataset", "score"], r"has no table [dataset]"),
        (
            ["--dataset", "afew", "--root", "nowhere"],
            "no folder nowhere: give the data's folder with --root",
        ),
    ],
)
def test_what_cannot_be_extracted_is_one_line(
    videoemo: Run, options: list[str], message: str
) -> None:
    status, _, err = videoemo("extract", *options)
    assert status == 1
    (line,) = err.splitlines()
    assert message in line

"""A person who comes back after a cut, recognised by a second network: from the settings to the
tables, and what is kept of the network.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from tests.support.commands import Run
from tests.support.here import command_here
from tests.support.outputs import contents
from tests.support.tiny_networks import SIDE, card_of, save_onnx, tiny_efficientnet, write_card
from videoemo.analysis.fingerprint import settings_key
from videoemo.analysis.remote import load_remote
from videoemo.annotation.search import thorough
from videoemo.cli.demo_clip import write_portrait
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.errors import WorkerError
from videoemo.inference.resolve import resolve
from videoemo.runs.job import Job
from videoemo.zoo.heads import Head

BEFORE, AFTER = 5, 3


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A face at the left, and after a cut the same at the right."""
    folder = tmp_path_factory.mktemp("in")
    face = Image.open(write_portrait(folder / "portrait.jpg")).resize((160, 190))
    with av.open(str(folder / "clip.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.bit_rate = 480, 320, 20_000_000
        for i in range(BEFORE + AFTER):
            before = i < BEFORE
            picture = Image.new("RGB", (480, 320), (40, 60, 160) if before else (220, 210, 190))
            picture.paste(face, (40, 60) if before else (270, 80))
            frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return folder / "clip.mp4"


def make_card(folder: Path, seed: int) -> Path:
    """A network that gives nothing but an embedding, and its card."""
    torch.manual_seed(seed)
    save_onnx(tiny_efficientnet(num_classes=0), folder / "identity.onnx", side=SIDE)
    vector = (Head(name="embedding", kind="embedding", size=64),)
    return write_card(folder, card_of("identity.onnx", name="identity", outputs=vector))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline with a network for re-identification."""
    folder = tmp_path_factory.mktemp("settings")
    card = make_card(folder, seed=0)
    path = folder / "mine.toml"
    path.write_text(
        f"[tracking]\ntrack_reid = 0.5\nreid_network = '{card}'\n[outputs]\npictures = false\n"
    )
    return path


@pytest.fixture(scope="module")
def scored(clip: Path, settings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results with the embeddings kept."""
    out = tmp_path_factory.mktemp("scored")
    given = ("score", clip, "-o", out, "--pipeline", settings, "--keep-embeddings")
    status, _, err = command_here(*given)
    assert status == 0, err
    return out


def test_after_the_cut_the_number_is_the_same_and_another_one_without_the_network(
    videoemo: Run, clip: Path, scored: Path, tmp_path: Path
) -> None:
    assert videoemo("score", clip, "-o", tmp_path)[0] == 0
    without, with_it = (
        pd.read_parquet(out / "clip.mp4" / "faces.parquet")["track"].tolist()
        for out in (tmp_path, scored)
    )
    assert without == [0] * BEFORE + [1] * AFTER
    assert with_it == [0] * (BEFORE + AFTER)


def test_its_embeddings_are_written_only_where_they_are_asked_for(
    videoemo: Run, clip: Path, settings: Path, scored: Path, tmp_path: Path
) -> None:
    assert videoemo("score", clip, "-o", tmp_path, "--pipeline", settings)[0] == 0
    kept, others = contents(scored), contents(tmp_path)
    assert kept.keys() - others.keys() == {"clip.mp4/identities.parquet"}
    assert {name: kept[name] for name in others} == others
    assert pd.read_parquet(tmp_path / "clip.mp4" / "faces.parquet").shape[1] == 13 + 8


def test_of_each_person_there_is_one_embedding_of_length_1(scored: Path) -> None:
    table = pq.read_table(scored / "clip.mp4" / "identities.parquet")
    assert table.column_names == ["track", "faces", "embedding"]
    (row,) = table.to_pylist()
    # The first and the fourth face, and the first after the cut.
    assert (row["track"], row["faces"], len(row["embedding"])) == (0, 3, 64)
    assert np.linalg.norm(row["embedding"]) == pytest.approx(1, abs=1e-6)


def test_what_is_done_is_known_by_the_network_and_another_one_is_another_result(
    videoemo: Run, clip: Path, settings: Path, scored: Path, tmp_path: Path
) -> None:
    again = ("score", clip, "-o", scored, "--pipeline", settings, "--dry-run")
    assert "to do: 0 of 1" in videoemo(*again)[1]
    other = tmp_path / "other.toml"
    card = make_card(tmp_path, seed=1)
    other.write_text(settings.read_text().replace(str(settings.parent), str(card.parent)))
    _, out, err = videoemo("score", clip, "-o", scored, "--pipeline", other, "--dry-run")
    assert "reid_network.checksum was" in out + err
    summary = json.loads((scored / "clip.mp4" / "summary.json").read_text())
    assert summary["reid_network"]["name"] == "identity"


def _no_work(job: Job, report: Callable[[int, float], None]) -> None:
    """Never called."""


def test_another_machine_has_to_have_the_same_network(settings: Path, tmp_path: Path) -> None:
    pipeline = load_pipeline(str(settings))
    key = settings_key(resolve(pipeline, notice=pytest.fail))
    card = make_card(tmp_path, seed=1)
    there = change_pipeline(pipeline, reid_network=str(card))
    load_remote(lambda: _no_work, pipeline, key)
    with pytest.raises(WorkerError, match=r"reid_network\.checksum was"):
        load_remote(lambda: _no_work, there, key)


def test_covering_faces_needs_nobody_recognised(settings: Path) -> None:
    pipeline = change_pipeline(load_pipeline(str(settings)), keep_embeddings=True)
    assert resolve(thorough(pipeline, pictures=False), notice=pytest.fail).reid is None


def test_a_search_for_faces_to_cover_looks_at_each() -> None:
    pipeline = change_pipeline(load_pipeline(), reuse=4.0, skip_still=4.0)
    searched = thorough(pipeline, pictures=False)
    assert (searched.network.reuse, searched.sampling.skip_still) == (0, 0)


def test_merged_results_keep_them(videoemo: Run, scored: Path, tmp_path: Path) -> None:
    assert videoemo("merge", scored, "-o", tmp_path / "merged")[0] == 0
    (kept,) = (tmp_path / "merged").rglob("identities.parquet")
    assert kept.read_bytes() == (scored / "clip.mp4" / "identities.parquet").read_bytes()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--keep-embeddings"], "keep_embeddings: there are none to keep without a reid_network"),
        (["--pipeline", "no.toml"], "unknown extractor 'no-such-network'"),
    ],
)
def test_what_does_not_go_together_is_said_in_one_line(
    videoemo: Run, clip: Path, tmp_path: Path, given: list[str], words: str
) -> None:
    path = tmp_path / "no.toml"
    path.write_text('[tracking]\ntrack_reid = 0.5\nreid_network = "no-such-network"\n')
    given = [str(path) if one == "no.toml" else one for one in given]
    status, _, err = videoemo("score", clip, "-o", tmp_path / "out", *given)
    assert (status, len(err.splitlines())) == (1, 1)
    assert words in err

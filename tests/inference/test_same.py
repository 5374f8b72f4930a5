"""Whoever looks, the same is seen, to the bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from videoemo.analysis.video import analyze_video, sample_video
from videoemo.config.pipeline import change_pipeline, load_pipeline
from videoemo.inference.executor import Executor
from videoemo.inference.local import InlineExecutor, ThreadExecutor
from videoemo.inference.models import load_for_pipeline
from videoemo.inference.processes import ProcessExecutor, can_share_memory
from videoemo.records import Clip
from videoemo.scoring.video import score_video
from videoemo.tables.faces import FaceTable
from videoemo.util.timings import StageTimer

shares = pytest.mark.skipif(
    not can_share_memory(), reason="this system has no memory without a name that processes share"
)


@pytest.fixture
def clip(demo: Path) -> Clip:
    return Clip(demo, demo.name)


def tables(path: Path, kind: type[Executor], n_threads: int) -> tuple[FaceTable, FaceTable]:
    """What is seen where each face is looked at, and where those that did not change keep what
    they displayed.
    """
    every = change_pipeline(load_pipeline(), start=2.7, end=4.3, pictures=False, engine="openvino")
    clip = Clip(path, path.name)
    with pytest.MonkeyPatch.context() as patch:
        for room in (
            "inference.models",
            "inference.processes",
            "video._prefetch",
            "backends.mtcnn_openvino",
            "backends.timm_openvino",
        ):
            patch.setattr(f"videoemo.{room}.n_threads", lambda: n_threads)
        with load_for_pipeline(every, processes=kind is ProcessExecutor) as networks:
            assert isinstance(networks.executor, kind)
            return (
                score_video(clip, every, networks).table,
                score_video(clip, change_pipeline(every, reuse=8.0), networks).table,
            )


@pytest.fixture(scope="module")
def alone(demo: Path) -> tuple[FaceTable, FaceTable]:
    """What is seen where all is done in this thread."""
    return tables(demo, InlineExecutor, 1)


@pytest.fixture(
    scope="module",
    params=[
        (ThreadExecutor, 2),
        *(pytest.param((ProcessExecutor, n), marks=shares) for n in (2, 3)),
    ],
    ids=["two threads", "two processes", "three processes"],
)
def others(demo: Path, request: pytest.FixtureRequest) -> tuple[FaceTable, FaceTable]:
    """What others see."""
    return tables(demo, *request.param)


def test_the_table_does_not_depend_on_who_looks(
    alone: tuple[FaceTable, FaceTable], others: tuple[FaceTable, FaceTable]
) -> None:
    ours, theirs = alone[0], others[0]
    assert len(ours.frame_starts()) == 40  # in two batches
    assert (ours.face >= 0).sum() == 55  # one of two is away for most of the time
    for name in (
        "frame",
        "seconds",
        "face",
        "track",
        "boxes",
        "scores",
        "quality",
        "probabilities",
    ):
        np.testing.assert_array_equal(getattr(theirs, name), getattr(ours, name))


def test_nor_does_it_where_only_changed_faces_are_looked_at(
    alone: tuple[FaceTable, FaceTable], others: tuple[FaceTable, FaceTable]
) -> None:
    ours, theirs = alone[1], others[1]
    assert ours.looked_at is not None
    assert 0 < ours.looked_at.sum() < 55
    for name in ("frame", "track", "boxes", "quality", "probabilities", "looked_at"):
        np.testing.assert_array_equal(getattr(theirs, name), getattr(ours, name))


@pytest.mark.parametrize("wanted", [True, False])
def test_crops_travel_only_where_pictures_are_wanted(clip: Clip, wanted: bool) -> None:
    pipeline = change_pipeline(load_pipeline(), start=2.5, end=3.0, pictures=wanted)
    with load_for_pipeline(pipeline) as networks:
        sampled = sample_video(clip, pipeline, StageTimer())
        seen = [faces for _, faces, _ in analyze_video(sampled, pipeline, networks)]
    assert sum(map(len, seen)) > 0
    assert {faces.crops is not None for faces in seen} == {wanted}
    assert all(faces.quality is not None for faces in seen)

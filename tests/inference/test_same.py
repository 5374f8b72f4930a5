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


def table(path: Path, kind: type[Executor], n_threads: int, *, reuse: float = 0.0) -> FaceTable:
    pipeline = change_pipeline(
        load_pipeline(), start=2.5, end=4.5, pictures=False, engine="openvino", reuse=reuse
    )
    with pytest.MonkeyPatch.context() as patch:
        for room in (
            "inference.models",
            "inference.processes",
            "video._prefetch",
            "backends.mtcnn_openvino",
            "backends.timm_openvino",
        ):
            patch.setattr(f"videoemo.{room}.n_threads", lambda: n_threads)
        with load_for_pipeline(pipeline, processes=kind is ProcessExecutor) as networks:
            assert isinstance(networks.executor, kind)
            return score_video(Clip(path, path.name), pipeline, networks).table


@pytest.fixture(scope="module")
def alone(demo: Path) -> FaceTable:
    """What is seen where all is done in this thread."""
    return table(demo, InlineExecutor, 1)


@pytest.fixture(scope="module")
def some_alone(demo: Path) -> FaceTable:
    """The same where faces that did not change keep what they displayed."""
    return table(demo, InlineExecutor, 1, reuse=8.0)


whoever = pytest.mark.parametrize(
    ("kind", "n_threads"),
    [(ThreadExecutor, 2), *(pytest.param(ProcessExecutor, n, marks=shares) for n in (2, 3))],
)


@whoever
def test_the_table_does_not_depend_on_who_looks(
    demo: Path, alone: FaceTable, kind: type[Executor], n_threads: int
) -> None:
    others = table(demo, kind, n_threads)
    assert len(alone.frame_starts()) == 50
    assert (alone.face >= 0).sum() == 75  # one of two is away for half of the time
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
        np.testing.assert_array_equal(getattr(others, name), getattr(alone, name))


@whoever
def test_nor_does_it_where_only_changed_faces_are_looked_at(
    demo: Path, some_alone: FaceTable, kind: type[Executor], n_threads: int
) -> None:
    others = table(demo, kind, n_threads, reuse=8.0)
    assert some_alone.looked_at is not None
    assert 0 < some_alone.looked_at.sum() < 75
    for name in ("frame", "track", "boxes", "quality", "probabilities", "looked_at"):
        np.testing.assert_array_equal(getattr(others, name), getattr(some_alone, name))


@pytest.mark.parametrize("wanted", [True, False])
def test_crops_travel_only_where_pictures_are_wanted(clip: Clip, wanted: bool) -> None:
    pipeline = change_pipeline(load_pipeline(), start=2.5, end=3.0, pictures=wanted)
    with load_for_pipeline(pipeline) as networks:
        sampled = sample_video(clip, pipeline, StageTimer())
        seen = [faces for _, faces, _ in analyze_video(sampled, pipeline, networks)]
    assert sum(map(len, seen)) > 0
    assert {faces.crops is not None for faces in seen} == {wanted}
    assert all(faces.quality is not None for faces in seen)

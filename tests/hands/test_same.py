"""Whoever looks, the same is seen, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from videoemo.demo import write_clip
from videoemo.expressions import expressions
from videoemo.hands import Hands
from videoemo.hands._beside import Beside, can_share
from videoemo.hands._here import Here, Threads
from videoemo.networks import load_models
from videoemo.pipeline import score_video
from videoemo.recipes import change, load_pipeline
from videoemo.records import Clip
from videoemo.tables import FaceTable
from videoemo.video import probe

shares = pytest.mark.skipif(not can_share(), reason="this system has no memory without a name that processes share")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    path = write_clip(tmp_path_factory.mktemp("clip") / "portrait.mp4")
    return Clip(path, path.name)


def table(clip: Clip, kind: type[Hands], n_threads: int, monkeypatch: pytest.MonkeyPatch) -> FaceTable:
    for room in ("hands", "hands._beside", "ahead", "engines.mtcnn_openvino", "engines.timm_openvino"):
        monkeypatch.setattr(f"videoemo.{room}.threads", lambda: n_threads)
    pipeline = change(load_pipeline(), start=2.5, end=4.5, pictures=False, engine="openvino")
    with load_models(pipeline, beside=kind is Beside) as models:
        assert isinstance(models.hands, kind)
        return score_video(clip, pipeline, models).table


@pytest.mark.parametrize(
    ("kind", "n_threads"),
    [(Threads, 2), *(pytest.param(Beside, n, marks=shares) for n in (2, 3))],
)
def test_the_table_does_not_depend_on_who_looks(clip: Clip, kind: type[Hands], n_threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, others = table(clip, Here, 1, monkeypatch), table(clip, kind, n_threads, monkeypatch)
    assert len(alone.face) == 50
    assert (alone.face >= 0).sum() == 25
    for name in ("frame", "seconds", "face", "track", "boxes", "scores", "quality", "probabilities"):
        np.testing.assert_array_equal(getattr(others, name), getattr(alone, name))


@pytest.mark.parametrize("wanted", [True, False])
def test_crops_travel_only_where_pictures_are_wanted(clip: Clip, wanted: bool) -> None:
    pipeline = change(load_pipeline(), start=2.5, end=3.0, pictures=wanted)
    with load_models(pipeline) as models:
        seen = [faces for _, faces, _ in expressions(probe(clip.path), pipeline, models)]
    assert sum(map(len, seen)) > 0
    assert {faces.crops is not None for faces in seen} == {wanted}
    assert all(faces.quality is not None for faces in seen)

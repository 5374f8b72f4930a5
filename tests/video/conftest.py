"""Clips that several tests of video read."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.clips import write_clip


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty numbered frames, 64x48, 25 a second, a keyframe every ten, the index at the front."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    return write_clip(path, n=40, options={"g": "10"}, container_options={"movflags": "faststart"})


@pytest.fixture(autouse=True)
def _decord_or_skipped(request: pytest.FixtureRequest) -> None:
    """decord is an extra: where it is not installed, its tests are skipped, saying so."""
    call = getattr(request.node, "callspec", None)
    given = call.params.values() if call is not None else ()
    if any(isinstance(one, str) and one == "decord" for one in given) and not find_spec("decord"):
        pytest.skip("decord is not installed: pip install 'videoemo[decord]'")

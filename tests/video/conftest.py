"""Clips that several tests of video read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clips import write_clip


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty numbered frames, 64x48, 25 a second, a keyframe every ten, the index at the front."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    return write_clip(path, n=40, options={"g": "10"}, container_options={"movflags": "faststart"})

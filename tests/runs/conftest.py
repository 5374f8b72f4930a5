"""Clips that runs are made over, and what an uninterrupted one gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clips import write_clip
from tests.support.commands import settings, start
from tests.support.here import work_here
from videoemo.cli.demo_clip import write_portrait


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four clips of different lengths and a portrait."""
    folder = tmp_path_factory.mktemp("clips")
    for i, n in enumerate((10, 60, 25, 5)):
        write_clip(folder / f"{i}.mp4", n=n, size=(160, 120))
    write_portrait(folder / "portrait.jpg")
    return folder


@pytest.fixture(scope="session")
def uninterrupted(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("uninterrupted")
    command = ("score", clips, "-o", folder / "out", "--pipeline", settings(folder))
    process = start(*command, threads=2)
    _, err = process.communicate()
    assert process.returncode == 0, err
    return folder / "out"


@pytest.fixture
def workers() -> None:
    """Processes, as users have them."""


@pytest.fixture
def workers_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers in the test's own process: for tests of what is done again, not of who does it."""
    work_here(monkeypatch)

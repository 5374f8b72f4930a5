"""What all tests share."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from eval.support.browser import chromium, find_chromium
from tests.support.commands import Run
from tests.support.here import work_here
from tests.support.paths import ROOT
from videoemo.cli.demo_clip import write_clip
from videoemo.cli.main import main
from videoemo.runs.workers.process import thread_settings
from videoemo.runs.workers.start import MALLOC

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_configure(config: pytest.Config) -> None:
    """No test fetches a network, nor sees those of whoever runs it (those of fetching say otherwise
    for themselves); commands can be interrupted.
    """
    os.environ["VIDEOEMO_OFFLINE"] = "1"
    if not hasattr(config, "workerinput"):
        # A folder of this run alone, in which networks are converted once for all its processes,
        # and the demo's clip is written.
        folder = tempfile.mkdtemp(prefix="videoemo-tests-")
        os.environ["VIDEOEMO_MODELS"] = str(Path(folder) / "models")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    # As a worker of several: processes of tests share the processors, and a command that may use
    # but one starts one process for a video and not three. What is said of more threads, and of
    # processes beside a worker, allows itself more.
    os.environ |= thread_settings(1) | {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    # Read when a process starts: heeded by the processes among which tests are shared out.
    os.environ |= MALLOC
    # Where a shell's background job runs the tests, the signal is ignored, and would be by the
    # commands that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What collecting makes stays to the end: it need not be looked through for garbage each time
    that a test makes some, nor for each few hundred objects.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """Every test starts from the same random state."""
    np.random.seed(0)  # noqa: NPY002 - the global state is what a library under test might draw from


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real clips and data; where it is absent the test is skipped, saying so."""
    folder = Path(os.environ.get("VIDEOEMO_SHARED") or ROOT.parent / "shared")
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder}: set VIDEOEMO_SHARED")
    return folder


@pytest.fixture(scope="session")
def converted() -> Path:
    """Where this run of the tests keeps networks that were converted for OpenVINO."""
    return Path(os.environ["VIDEOEMO_MODELS"]) / "openvino"


@pytest.fixture(scope="session")
def demo() -> Path:
    """The demo's clip, to be left as it is: six seconds, two persons. Who finds none yet writes it,
    for the other processes of this run too.
    """
    path = Path(os.environ["VIDEOEMO_MODELS"]).parent / "portrait.mp4"
    return path if path.exists() else write_clip(path)


@pytest.fixture(scope="session")
def demos(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's clip twice, as a.mp4 and b.mp4; to be left as it is."""
    folder = tmp_path_factory.mktemp("demos")
    for name in ("a.mp4", "b.mp4"):
        shutil.copy(demo, folder / name)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as it is installed; where there is none the test is skipped, saying so."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if find_chromium() is None:
        pytest.skip("no Chromium is installed")
    with chromium() as started:
        yield started


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The workers of commands that `videoemo` runs: in this process. Where more is told of them
    than what they give, they are processes; see tests/runs/conftest.py, and `commands.start`.
    """
    work_here(monkeypatch)


@pytest.fixture
def videoemo(
    workers: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """Run a command line in this process: exit status, standard output, standard error."""

    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["videoemo", *map(str, args)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capfd.readouterr()
        # The repair of torchvision's import and the conversion of networks speak once a process,
        # whichever test comes first.
        err = "".join(
            line
            for line in err.splitlines(keepends=True)
            if "torchvision" not in line and "converted for OpenVINO" not in line
        )
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, out, err

    return run


@pytest.fixture
def unprivileged() -> Iterator[Callable[[Path], Path]]:
    """From a call to the end of the test, be a user who may not read everything: gives a folder
    that belongs to that user, with the same files. Where that cannot be, the test is skipped.
    """
    made: list[str] = []

    def become(folder: Path) -> Path:
        if os.name == "nt":
            pytest.skip("permissions are other ones on Windows")
        if os.geteuid() != 0:
            return folder
        made.append(tempfile.mkdtemp(prefix="videoemo-tests-"))
        nobody = 65534
        shutil.copytree(folder, made[0], dirs_exist_ok=True)
        for path in (Path(made[0]), *Path(made[0]).rglob("*")):
            os.chown(path, nobody, nobody)
        os.seteuid(nobody)
        if not os.access(made[0], os.R_OK | os.W_OK | os.X_OK, effective_ids=True):
            pytest.skip(f"{made[0]} cannot be reached by another user than root")
        return Path(made[0])

    yield become
    if made:
        os.seteuid(0)
        shutil.rmtree(made[0])

"""Workers in the process of a test, for commands of which other things are told than what becomes
of their processes: nothing is started, and networks are loaded once for all of them.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO, TextIOWrapper
from pathlib import Path
from queue import SimpleQueue
from types import ModuleType
from typing import Any

import pytest

from videoemo.cli import annotate, learn, score
from videoemo.cli.main import main
from videoemo.errors import VideoemoError
from videoemo.inference import face_analyzer
from videoemo.runs import execute
from videoemo.runs.workers.interfaces import Event, Worker
from videoemo.runs.workers.worker import Batch, Done, Ready, Refused


def work_here(patch: pytest.MonkeyPatch) -> None:
    """Have runs work in this process."""
    patch.setattr(execute, "LocalWorkerSource", SourceHere)
    for module in (annotate, learn, score):
        patch.setattr(module, "start_ahead", lambda *modules: None)
    for module, name, load in _loaders():
        patch.setattr(module, name, load)


def command_here(*args: object) -> tuple[int, str, str]:
    """Run a command line in this process, outside a test: for fixtures of many tests; exit status,
    standard output, standard error.
    """
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        work_here(patch)
        patch.setattr(sys, "argv", ["videoemo", *map(str, args)])
        with pytest.raises(SystemExit) as stopped:
            main()
    for stream in (out, err):
        stream.seek(0)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code, out.read(), err.read()


@dataclass(frozen=True)
class SourceHere:
    """Source of workers that are no processes, see `LocalWorkerSource`."""

    prepare: Callable[[], Any]
    jobs: int
    threads: int
    cwd: Path | None = None

    def start_missing(
        self,
        running: Sequence[Worker],
        events: SimpleQueue[Event],
        stderr_line: Callable[[str], None],
    ) -> Iterator[Worker]:
        for _ in range(self.jobs - len(running)):
            yield WorkerHere(self.prepare, events)


class WorkerHere:
    """Does an item when it is sent it. What goes to and fro is pickled, as between processes."""

    ready = False

    def __init__(self, prepare: Callable[[], Any], events: SimpleQueue[Event]) -> None:
        self._events = events
        try:
            self._work = _sent(prepare)()
        except VideoemoError as exc:
            self._say(Refused(exc))
        else:
            self._say(Ready())

    def send(self, what: Any) -> None:
        try:
            self._say(Done(self._work(_sent(what), self._report)))
        except VideoemoError as exc:
            self._say(Refused(exc))

    def memory(self) -> float:
        return 0.0

    def close(self) -> str:
        return "ended with status 0"

    def _report(self, n_frames: int, share: float) -> None:
        self._say(Batch(n_frames, share))

    def _say(self, message: Any) -> None:
        self._events.put((self, _sent(message)))


def _sent(what: Any) -> Any:
    return pickle.loads(pickle.dumps(what))


@cache
def _loaders() -> list[tuple[ModuleType, str, Callable[..., Any]]]:
    """What loads networks, with what does so once."""
    mtcnn = "mtcnn_openvino" if find_spec("openvino") else "mtcnn_torch"
    return [
        (module, name, _once(getattr(module, name)))
        for module, name in (
            (face_analyzer, "open_extractor"),
            (import_module(f"videoemo.backends.{mtcnn}"), "load_networks"),
        )
    ]


def _once(load: Callable[..., Any]) -> Callable[..., Any]:
    """Load what was loaded lately no second time, unless networks are kept in another folder."""

    @lru_cache(maxsize=4)
    def loaded(given: bytes, folder: str | None) -> Any:
        return load(*pickle.loads(given))

    return lambda *given: loaded(pickle.dumps(given), os.environ.get("VIDEOEMO_MODELS"))

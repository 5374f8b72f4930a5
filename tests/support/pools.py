"""Pools of worker processes, and who listens to them."""

from __future__ import annotations

from typing import Any

from tests.support import work
from videoemo.runs.workers.interfaces import Limits
from videoemo.runs.workers.pool import WorkerPool
from videoemo.runs.workers.process import LocalWorkerSource


class Log:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.batches: list[tuple[Any, int, float]] = []
        self.suspects: list[Any] = []
        self.lines: list[str] = []

    def batch(self, item: Any, n_frames: int, share: float) -> None:
        self.batches.append((item, n_frames, share))

    def suspect(self, item: Any, reason: str) -> None:
        self.suspects.append(item)

    def stderr_line(self, line: str) -> None:
        self.lines.append(line)


def workers(
    log: Log | None = None, *, jobs: int = 1, prepare: Any = work.prepare, **limits: Any
) -> WorkerPool[Any]:
    return WorkerPool(
        LocalWorkerSource(prepare, jobs=jobs, threads=1),
        limits=Limits(**limits),
        watcher=log or Log(),
    )


def numbers(n: int) -> list[Any]:
    return [("double", i) for i in range(n)]

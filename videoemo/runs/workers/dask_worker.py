"""Clip servers in the workers of a Dask cluster: each has a worker process of ours beside the
cluster's, which loads the networks once and does the videos.

It is a process like those of a run without a cluster: a video that crashes it does not crash the
cluster's worker, it can be ended at any moment, and it has the environment that makes results the
same to the byte. It lives as long as the run keeps a reference to the `ClipServer`.
"""

from __future__ import annotations

import pickle
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from distributed import Worker as DaskWorker
from distributed import get_worker

from videoemo.errors import WorkerError
from videoemo.runs.workers.interfaces import Limits
from videoemo.runs.workers.pool import WorkerPool
from videoemo.runs.workers.process import LocalWorkerSource
from videoemo.util.versions import versions

__all__ = ["TOPIC", "ClipServer", "Outcome", "Setup"]

# The topic of progress events: one for all runs, since a scheduler keeps every topic forever.
TOPIC = "videoemo"
# Seconds between two progress events.
_INTERVAL = 1.0


@dataclass(frozen=True)
class Setup:
    """Settings of a clip server.

    Parameters
    ----------
    run : str
        The run's name, for the events.
    prepare : callable
        The first thing its process runs, see `WorkerProcess`.
    limits : Limits
        Of one item.
    cwd : Path
        The folder in which the run was started, to which paths are relative.
    versions : dict of str to (str or None)
        `versions.versions()` of the run.
    """

    run: str
    prepare: Callable[[], Any]
    limits: Limits
    cwd: Path
    versions: dict[str, str | None]

    def start_server(self) -> ClipServer:
        """Start a clip server in this worker of the cluster.

        Raises
        ------
        WorkerError
            The versions of libraries are not those of the run.
        VideoemoError
            What is needed cannot be loaded.
        """
        return ClipServer(self)


@dataclass(frozen=True)
class Outcome:
    """Outcome of an item.

    Parameters
    ----------
    result : object
        Its result, or a `WorkerCrash`.
    n_frames : int
        How many of its frames were done.
    """

    result: Any
    n_frames: int


class ClipServer:
    """Server of one worker process beside a worker of the cluster, which ends when there is no
    reference to this any more.

    Parameters
    ----------
    setup : Setup or None
        None makes a server without a process, which does nothing.

    Attributes
    ----------
    name : str
        Unique, also among the servers that Dask makes again after a worker was lost; empty for one
        without a process.
    """

    def __init__(self, setup: Setup | None = None) -> None:
        self.name = ""
        if setup is not None:
            self.name, here = uuid4().hex, get_worker()
            _check_versions(setup.versions, here)
            self._watcher = _EventWatcher(here, setup.run)
            source = LocalWorkerSource(
                setup.prepare,
                jobs=1,
                threads=here.state.nthreads,
                cwd=setup.cwd if setup.cwd.is_dir() else None,
            )
            limits = replace(setup.limits, wanted=self._watcher.wanted)
            self._workers: WorkerPool[Any] = WorkerPool(
                source, limits=limits, watcher=self._watcher, retry=False
            ).__enter__()
            weakref.finalize(self, self._workers.__exit__)

    def __reduce__(self) -> tuple[type[ClipServer], tuple[()]]:
        """Pickle without the process: where Dask moves a server, as from a worker that it retires,
        one that does nothing arrives.
        """
        return ClipServer, ()

    def run_item(self, name: str, item: bytes) -> Outcome | None:
        """Run a pickled item.

        Parameters
        ----------
        name : str
            The name of the server that is meant.
        item : bytes
            The item.

        Returns
        -------
        Outcome or None
            None if this is another server, which Dask put in its place after its worker was lost.

        Raises
        ------
        VideoemoError
            It cannot go on, as where results cannot be written.
        """
        if name != self.name:
            return None
        self._watcher.begin()
        _, result = next(self._workers.run(iter([pickle.loads(item)])))
        return Outcome(result, self._watcher.n_frames)


class _EventWatcher:
    """Watcher that reports to the run by Dask events, and knows whether the run still waits."""

    def __init__(self, here: DaskWorker, run: str) -> None:
        self._here, self._run = here, run
        self.begin()

    def begin(self) -> None:
        """Begin with the task that runs in this thread."""
        self._task = self._here.get_current_task()
        self.n_frames, self._last_report = 0, monotonic()

    def batch(self, item: Any, n_frames: int, share: float) -> None:
        """Count frames, and report at intervals."""
        self.n_frames += n_frames
        if monotonic() - self._last_report > _INTERVAL:
            self._last_report = monotonic()
            self._here.log_event(
                TOPIC,
                {"run": self._run, "task": self._task, "n_frames": self.n_frames, "share": share},
            )

    def suspect(self, item: Any, reason: str) -> None:
        """Never called: the run decides what is tried again."""

    def stderr_line(self, line: str) -> None:
        """Report a line."""
        self._here.log_event(TOPIC, {"run": self._run, "line": line})

    def wanted(self) -> bool:
        """Whether the task is neither cancelled nor forgotten, as it is when its run has ended or
        was killed.
        """
        task = self._here.state.tasks.get(self._task)
        return task is not None and task.state == "executing"


def _check_versions(wanted: dict[str, str | None], here: DaskWorker) -> None:
    """Check that the versions are those that the run's summaries state."""
    found = versions()
    different = [
        f"{name} {found.get(name)} in place of {version}"
        for name, version in wanted.items()
        if found.get(name) != version
    ]
    if different:
        raise WorkerError(
            f"the cluster's worker {here.address} has {', '.join(different)}; install the same "
            "versions everywhere"
        )

"""What runs in the workers of a Dask cluster: each has a worker process of ours beside it, which loads the networks once and does the videos.

It is a process like those of a run without a cluster: a video that brings it down does not bring the cluster's worker down, it can be ended
at any moment, and it has the environment that makes results the same to the byte. It lives as long as the run holds on to the `Host`.
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
from videoemo.provenance import versions
from videoemo.work.crew import Limits
from videoemo.work.process import LocalCrew
from videoemo.work.workers import Workers

__all__ = ["TOPIC", "Host", "Outcome", "Setup"]

# Of the events by which hosts tell how it goes: one for all runs, since a scheduler keeps every topic for good.
TOPIC = "videoemo"
# Seconds between two of them.
_TELL = 1.0


@dataclass(frozen=True)
class Setup:
    """What a host is made of.

    Parameters
    ----------
    run : its name, for the events.
    prepare : what its process runs first, see `process.Process`.
    limits : of one item.
    cwd : the folder that the run was started in, which relative paths are of.
    versions : `provenance.versions()` of the run.
    """

    run: str
    prepare: Callable[[], Any]
    limits: Limits
    cwd: Path
    versions: dict[str, str | None]

    def host(self) -> Host:
        """Load; what comes back stays with the worker of the cluster.

        Raises
        ------
        WorkerError : the versions of libraries are not those of the run.
        VideoemoError : what is needed cannot be loaded.
        """
        return Host(self)


@dataclass(frozen=True)
class Outcome:
    """What became of an item: its result or how it was lost, and how many frames of it were done."""

    result: Any
    n_frames: int


class Host:
    """The worker process beside a worker of the cluster; ended when nobody holds on to this any more.

    Attributes
    ----------
    name : no other has it, nor this one's like that Dask makes again after its worker was lost; empty for one that was moved, and does nothing.
    """

    def __init__(self, setup: Setup | None = None) -> None:
        self.name = ""
        if setup is not None:
            self.name, here = uuid4().hex, get_worker()
            _check(setup.versions, here)
            self._teller = _Teller(here, setup.run)
            crew = LocalCrew(setup.prepare, jobs=1, threads=here.state.nthreads, cwd=setup.cwd if setup.cwd.is_dir() else None)
            limits = replace(setup.limits, wanted=self._teller.wanted)
            self._workers: Workers[Any] = Workers(crew, limits=limits, watcher=self._teller, again=False).__enter__()
            weakref.finalize(self, self._workers.__exit__)

    def __reduce__(self) -> tuple[type[Host], tuple[()]]:
        """A process does not travel: where Dask moves a host, as from a worker that it retires, nothing arrives."""
        return Host, ()

    def work_on(self, name: str, item: bytes) -> Outcome | None:
        """Have a pickled item done, if this is the host of that name; None for another, which Dask put in its place after its worker was lost.

        Raises
        ------
        VideoemoError : it cannot go on, as where results cannot be written.
        """
        if name != self.name:
            return None
        self._teller.begin()
        _, result = next(self._workers.run(iter([pickle.loads(item)])))
        return Outcome(result, self._teller.n_frames)


class _Teller:
    """A watcher that tells the run by events, and knows whether the run still waits."""

    def __init__(self, here: DaskWorker, run: str) -> None:
        self._here, self._run = here, run
        self.begin()

    def begin(self) -> None:
        """With the task that runs in this thread."""
        self._task = self._here.get_current_task()
        self.n_frames, self._told = 0, monotonic()

    def batch(self, item: Any, n_frames: int, share: float) -> None:
        """Tell it now and then."""
        self.n_frames += n_frames
        if monotonic() - self._told > _TELL:
            self._told = monotonic()
            self._here.log_event(TOPIC, {"run": self._run, "task": self._task, "n_frames": self.n_frames, "share": share})

    def suspect(self, item: Any, reason: str) -> None:
        """Never called: what is to be tried again is for the run to say."""

    def said(self, line: str) -> None:
        """Pass it on."""
        self._here.log_event(TOPIC, {"run": self._run, "line": line})

    def wanted(self) -> bool:
        """Whether the task is neither cancelled nor forgotten, as it is when its run has ended or was killed."""
        task = self._here.state.tasks.get(self._task)
        return task is not None and task.state == "executing"


def _check(wanted: dict[str, str | None], here: DaskWorker) -> None:
    """Refuse to give results that another version made than the run's summaries say."""
    there = versions()
    different = [f"{name} {there.get(name)} in place of {version}" for name, version in wanted.items() if there.get(name) != version]
    if different:
        raise WorkerError(f"the cluster's worker {here.address} has {', '.join(different)}; install the same versions everywhere")

"""Interfaces of workers, wherever they run, and the limits of one item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from videoemo.errors import WorkerError

__all__ = ["Event", "Limits", "Watcher", "Worker", "WorkerCrash", "WorkerSource"]

# Seconds of loading in which its memory is not looked at, which takes time: most are ready by then.
_UNWATCHED = 1.0

T_contra = TypeVar("T_contra", contravariant=True)


class Worker(Protocol):
    """Worker process: on this machine a `WorkerProcess`, in a cluster a `DaskWorkerProxy`."""

    ready: bool  # whether it has loaded

    def send(self, what: Any) -> None:
        """Send it an item; if it has died meanwhile, its last event says so."""

    def memory(self) -> float:
        """Memory that it holds, in MiB; 0 where its limit is enforced elsewhere."""

    def close(self) -> str:
        """End it if it has not ended; return how it ended, in words."""


# A worker and its message (`worker.Ready`, `Refused`, `Batch`, `Done`), or None when it has ended.
Event = tuple[Worker, Any]


class WorkerSource(Protocol):
    """Source of workers."""

    def start_missing(
        self,
        running: Sequence[Worker],
        events: SimpleQueue[Event],
        stderr_line: Callable[[str], None],
    ) -> Iterator[Worker]:
        """Start the missing workers, each as the iterator is advanced.

        Parameters
        ----------
        running : sequence of Worker
            Those that run.
        events : SimpleQueue
            Where their messages are put.
        stderr_line : callable
            Called with each line that a worker, or a library in it, writes on standard error.

        Raises
        ------
        VideoemoError
            No worker can be started.
        """


@dataclass(frozen=True)
class Limits:
    """Limits of one item, and of what a worker loads before its first.

    Parameters
    ----------
    timeout : float or None
        Of an item, in seconds.
    memory : int or None
        MiB of its worker, the networks included.
    load_timeout : float or None
        Of loading, in seconds.
    load_memory : int or None
        MiB of a worker that loads.
    wanted : callable or None
        Called at intervals: whether the result is still wanted.
    """

    timeout: float | None = None
    memory: int | None = None
    load_timeout: float | None = None
    load_memory: int | None = None
    wanted: Callable[[], bool] | None = None

    def check_loading(self, worker: Worker, seconds: float) -> None:
        """Check a worker that loads.

        Parameters
        ----------
        worker : Worker
            It.
        seconds : float
            It has loaded for so long.

        Raises
        ------
        WorkerError
            It exceeds a limit.
        """
        if self.load_timeout is not None and seconds > self.load_timeout:
            raise WorkerError(
                f"load_timeout: the networks were not loaded in {self.load_timeout:g} s; allow "
                "more, or use another network"
            )
        limits = {"memory": self.memory, "load_memory": self.load_memory}
        if seconds < _UNWATCHED or all(allowed is None for allowed in limits.values()):
            return
        held = worker.memory()
        for name, allowed in limits.items():
            if allowed is not None and held > allowed:
                raise WorkerError(
                    f"{name}: {allowed} MiB are allowed, loading the networks took {held:.0f}; "
                    "allow more, or use another network"
                )


@dataclass(frozen=True)
class WorkerCrash:
    """Crash of a worker, the result of the item it was working on.

    Parameters
    ----------
    kind : str
        `killed`, `timeout`, `memory` or `unwanted`.
    reason : str
        In words.
    """

    kind: str
    reason: str


class Watcher(Protocol[T_contra]):
    """Watcher of a worker pool: receives its events."""

    def batch(self, item: T_contra, n_frames: int, share: float) -> None:
        """Receive that `n_frames` more frames of an item are done, and `share` of it, 0 to 1."""

    def suspect(self, item: T_contra, reason: str) -> None:
        """Receive that an item cost its worker, and will be tried again."""

    def stderr_line(self, line: str) -> None:
        """Receive a line that a worker wrote on standard error."""

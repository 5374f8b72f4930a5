"""Pool of worker processes, watched by a parent that no item can crash.

A worker that dies (a crash of a decoder, out of memory), takes too long or too much memory costs at
most the item it was working on: that one is tried once more when nothing else is left to do, with
no other worker running, and is given up when that fails too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Generic, Self, TypeVar

from videoemo.errors import InputError, WorkerError
from videoemo.runs.workers.interfaces import (
    Event,
    Limits,
    Watcher,
    Worker,
    WorkerCrash,
    WorkerSource,
)
from videoemo.runs.workers.worker import Batch, Done, Ready, Refused

__all__ = ["WorkerPool"]

T = TypeVar("T")

# Seconds between two checks of the limits.
_POLL = 0.2
# Workers that may end one after another while they load, before the run gives up.
_MAX_FAILED_LOADS = 3


@dataclass(frozen=True)
class _Task(Generic[T]):
    item: T
    began: float
    first_crash: WorkerCrash | None  # of a second try, which is made alone


class WorkerPool(Generic[T]):
    """Pool of worker processes, ended on leaving the context.

    Parameters
    ----------
    source : WorkerSource
        Where they come from.
    limits : Limits
        Of one item.
    watcher : Watcher
        Receives the pool's events.
    retry : bool, default=True
        Whether an item that cost its worker is tried once more.
    """

    def __init__(
        self, source: WorkerSource, *, limits: Limits, watcher: Watcher[T], retry: bool = True
    ) -> None:
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._source, self._limits, self._watcher, self._retry = source, limits, watcher, retry
        self._workers: list[Worker] = []
        self._loading: dict[Worker, float] = {}  # since when
        self._busy: dict[Worker, _Task[T]] = {}
        self._suspects: list[tuple[T, WorkerCrash]] = []
        self._failed_loads = 0
        self._next_check = 0.0

    def __enter__(self) -> Self:
        """Start the workers, and wait until the first has loaded.

        Raises
        ------
        VideoemoError
            What they need cannot be loaded, or they cannot be started.
        """
        try:
            while not any(worker.ready for worker in self._workers):
                self._workers.extend(self._start_missing())
                for _ in self._poll():
                    pass  # no item is sent yet
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.close()
        self._workers.clear()
        self._loading.clear()

    def run(self, items: Iterator[T | None]) -> Iterator[tuple[T, Any]]:
        """Run items on the workers, in order, as these are free.

        Parameters
        ----------
        items : iterator of (object or None)
            Advanced when a worker is free; None where there is nothing to do at the moment.

        Yields
        ------
        tuple of (object, object)
            An item and its result, or the `WorkerCrash` that says why there is none.

        Raises
        ------
        WorkerError
            A worker exceeds the limits of loading.
        VideoemoError
            A worker cannot go on, as where results cannot be written.
        """
        more = True
        while True:
            idle = not more
            for worker in [
                worker for worker in self._workers if worker.ready and worker not in self._busy
            ]:
                item = next(items, _END) if more else _END
                if item is _END or item is None:
                    more, idle = more and item is None, True
                    break
                self._begin(worker, item, None)
            if idle and not self._busy and self._suspects:
                self._retry_alone()
            elif not more and not self._busy:
                return
            elif more and not any(task.first_crash for task in self._busy.values()):
                self._workers.extend(self._start_missing())
            yield from self._poll()

    def _start_missing(self) -> Iterator[Worker]:
        running = tuple(self._workers)
        for worker in self._source.start_missing(running, self._events, self._watcher.stderr_line):
            self._loading[worker] = monotonic()
            yield worker

    def _begin(self, worker: Worker, item: T, first_crash: WorkerCrash | None) -> None:
        self._busy[worker] = _Task(item, monotonic(), first_crash)
        worker.send(item)

    def _retry_alone(self) -> None:
        """Retry a suspect, once one worker has loaded and no other runs that it could harm, or that
        could be to blame.
        """
        self._workers.sort(key=lambda worker: not worker.ready)
        for worker in self._workers[1:]:
            self._loading.pop(worker, None)
            worker.close()
        self._workers = self._workers[:1] or list(islice(self._start_missing(), 1))
        if self._workers and self._workers[0].ready:
            self._begin(self._workers[0], *self._suspects.pop(0))

    def _poll(self) -> Iterator[tuple[T, Any]]:
        """Results of the next event, if there is one before the next check of the limits, or of
        that check.
        """
        try:
            worker, message = self._events.get(timeout=max(0.0, self._next_check - monotonic()))
        except Empty:
            pass
        else:
            if worker in self._workers:
                yield from self._handle(worker, message)
        if monotonic() < self._next_check:
            return
        self._next_check = monotonic() + _POLL
        for worker, task in list(self._busy.items()):
            crash = self._exceeded_limit(worker, task)
            if crash is not None:
                yield from self._remove(worker, crash)
        for worker, began in self._loading.items():
            self._limits.check_loading(worker, monotonic() - began)

    def _handle(self, worker: Worker, message: Any) -> Iterator[tuple[T, Any]]:
        match message:
            case None:
                yield from self._remove(worker, None)
            case Ready():
                worker.ready, self._failed_loads = True, 0
                self._loading.pop(worker, None)
                needed, allowed = worker.memory(), self._limits.memory
                if allowed is not None and needed > allowed:
                    raise InputError(
                        f"memory: {allowed} MiB are allowed, a worker takes {needed:.0f} before "
                        "its first video; allow more"
                    )
            case Refused(error):
                raise error
            case Batch(n_frames, share):
                self._watcher.batch(self._busy[worker].item, n_frames, share)
            case Done(WorkerCrash() as crash):  # of a process of its own
                yield from self._record_crash(self._busy.pop(worker), crash)
            case Done(result):
                yield self._busy.pop(worker).item, result

    def _exceeded_limit(self, worker: Worker, task: _Task[T]) -> WorkerCrash | None:
        timeout, memory = self._limits.timeout, self._limits.memory
        if timeout is not None and monotonic() - task.began > timeout:
            return WorkerCrash("timeout", f"not done in {timeout:g} s")
        if memory is not None and worker.memory() > memory:
            return WorkerCrash("memory", f"its worker took more than {memory} MiB of memory")
        if self._limits.wanted is not None and not self._limits.wanted():
            return WorkerCrash("unwanted", "nobody waits for it any more")
        return None

    def _remove(self, worker: Worker, cause: WorkerCrash | None) -> Iterator[tuple[T, WorkerCrash]]:
        """Remove a worker, which has ended by itself unless there is another cause."""
        self._workers.remove(worker)
        self._loading.pop(worker, None)
        ending = worker.close()
        task = self._busy.pop(worker, None)
        crash = cause or WorkerCrash("killed", f"its worker was {ending}")
        if task is not None:
            yield from self._record_crash(task, crash)
        elif not worker.ready:
            self._failed_loads += 1
            if self._failed_loads >= _MAX_FAILED_LOADS:
                raise WorkerError(
                    f"{_MAX_FAILED_LOADS} workers in a row were {ending} while they loaded the "
                    "networks; work on fewer videos at a time, or run videoemo doctor where they "
                    "run"
                )

    def _record_crash(self, task: _Task[T], crash: WorkerCrash) -> Iterator[tuple[T, WorkerCrash]]:
        """Make an item a suspect after its first crash; the second one is its result."""
        if not self._retry:
            yield task.item, crash
        elif task.first_crash is None:
            self._suspects.append((task.item, crash))
            self._watcher.suspect(task.item, crash.reason)
        else:
            first = task.first_crash
            again = "twice" if crash == first else f"after {first.reason}"
            yield task.item, WorkerCrash(crash.kind, f"{crash.reason}, {again}")


_END: Any = object()

"""Worker processes at a run's items, watched by a parent that none of the items can bring down.

A worker that dies (a crash of a decoder, out of memory), takes too long or too much memory costs at most the item it was at: that one is
tried once more when nothing else is left to do, with no other worker beside it, and is given up when that fails too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Generic, Self, TypeVar

from videoemo.errors import InputError, WorkerError
from videoemo.work.crew import Crew, Event, Limits, Lost, Watcher, Worker
from videoemo.work.worker import Batch, Done, Ready, Refused

__all__ = ["Workers"]

T = TypeVar("T")

# Seconds between two looks at the clock and at the workers' memory.
_LOOK = 0.2
# Workers that may end one after another while they load, before it is taken that none will load.
_LOADS = 3


@dataclass(frozen=True)
class _Task(Generic[T]):
    item: T
    began: float
    before: Lost | None  # how it was lost the first time; it is then alone


class Workers(Generic[T]):
    """Some worker processes, ended on leaving the context.

    Parameters
    ----------
    crew : where they come from.
    limits : of one item.
    again : whether an item that cost its worker is tried once more.
    """

    def __init__(self, crew: Crew, *, limits: Limits, watcher: Watcher[T], again: bool = True) -> None:
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._crew, self._limits, self._watcher, self._again = crew, limits, watcher, again
        self._workers: list[Worker] = []
        self._busy: dict[Worker, _Task[T]] = {}
        self._suspects: list[tuple[T, Lost]] = []
        self._loads_lost = 0

    def __enter__(self) -> Self:
        """Start them, and wait until the first has loaded.

        Raises
        ------
        VideoemoError : what they need cannot be loaded, or they cannot be started.
        """
        try:
            while not any(worker.ready for worker in self._workers):
                self._replenish()
                for _ in self._listen():
                    pass  # no item is given yet
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.close()
        self._workers.clear()

    def run(self, items: Iterator[T | None]) -> Iterator[tuple[T, Any]]:
        """Have the items done, in the order given, as workers are free; yield each with its result, or with the `Lost` that says why there is none.

        Parameters
        ----------
        items : asked for one when a worker is free; None where there is nothing to do at the moment.

        Raises
        ------
        VideoemoError : a worker cannot go on, as where results cannot be written.
        """
        more = True
        while True:
            nothing = not more
            for worker in [worker for worker in self._workers if worker.ready and worker not in self._busy]:
                item = next(items, _END) if more else _END
                if item is _END or item is None:
                    more, nothing = more and item is None, True
                    break
                self._begin(worker, item, None)
            if nothing and not self._busy and self._suspects:
                self._retry_alone()
            elif not more and not self._busy:
                return
            elif more and not any(task.before for task in self._busy.values()):
                self._replenish()
            yield from self._listen()

    def _replenish(self) -> None:
        self._workers.extend(self._hire())

    def _hire(self) -> Iterator[Worker]:
        return self._crew.hire(tuple(self._workers), self._events, self._watcher.said)

    def _begin(self, worker: Worker, item: T, before: Lost | None) -> None:
        self._busy[worker] = _Task(item, monotonic(), before)
        worker.send(item)

    def _retry_alone(self) -> None:
        """Begin with a suspect, once one worker has loaded and no other is there to be harmed by it, or to blame."""
        self._workers.sort(key=lambda worker: not worker.ready)
        for worker in self._workers[1:]:
            worker.close()
        self._workers = self._workers[:1] or list(islice(self._hire(), 1))
        if self._workers and self._workers[0].ready:
            self._begin(self._workers[0], *self._suspects.pop(0))

    def _listen(self) -> Iterator[tuple[T, Any]]:
        """What comes of the next event, if there is one soon, and of a look at the limits."""
        try:
            worker, message = self._events.get(timeout=_LOOK)
        except Empty:
            pass
        else:
            if worker in self._workers:
                yield from self._heard(worker, message)
        for worker, task in list(self._busy.items()):
            over = self._over(worker, task)
            if over is not None:
                yield from self._lose(worker, over)

    def _heard(self, worker: Worker, message: Any) -> Iterator[tuple[T, Any]]:
        match message:
            case None:
                yield from self._lose(worker, None)
            case Ready():
                worker.ready, self._loads_lost = True, 0
                needed, allowed = worker.memory(), self._limits.memory
                if allowed is not None and needed > allowed:
                    raise InputError(f"memory: {allowed} MiB are allowed, a worker takes {needed:.0f} before its first video; allow more")
            case Refused(error):
                raise error
            case Batch(n_frames, share):
                self._watcher.batch(self._busy[worker].item, n_frames, share)
            case Done(Lost() as lost):  # what was lost was a worker of its own
                yield from self._count(self._busy.pop(worker), lost)
            case Done(result):
                yield self._busy.pop(worker).item, result

    def _over(self, worker: Worker, task: _Task[T]) -> Lost | None:
        timeout, memory = self._limits.timeout, self._limits.memory
        if timeout is not None and monotonic() - task.began > timeout:
            return Lost("timeout", f"not done in {timeout:g} s")
        if memory is not None and worker.memory() > memory:
            return Lost("memory", f"its worker took more than {memory} MiB of memory")
        if self._limits.wanted is not None and not self._limits.wanted():
            return Lost("unwanted", "nobody waits for it any more")
        return None

    def _lose(self, worker: Worker, why: Lost | None) -> Iterator[tuple[T, Lost]]:
        """Part with a worker, which has ended unless there is another reason."""
        self._workers.remove(worker)
        ending = worker.close()
        task = self._busy.pop(worker, None)
        lost = why or Lost("killed", f"its worker was {ending}")
        if task is not None:
            yield from self._count(task, lost)
        elif not worker.ready:
            self._loads_lost += 1
            if self._loads_lost >= _LOADS:
                raise WorkerError(
                    f"{_LOADS} workers in a row were {ending} while they loaded the networks; "
                    "work on fewer videos at a time, or run videoemo doctor where they run"
                )

    def _count(self, task: _Task[T], lost: Lost) -> Iterator[tuple[T, Lost]]:
        """A first loss makes an item a suspect; a second is what became of it."""
        if not self._again:
            yield task.item, lost
        elif task.before is None:
            self._suspects.append((task.item, lost))
            self._watcher.suspect(task.item, lost.reason)
        else:
            again = "twice" if lost == task.before else f"after {task.before.reason}"
            yield task.item, Lost(lost.kind, f"{lost.reason}, {again}")


_END: Any = object()

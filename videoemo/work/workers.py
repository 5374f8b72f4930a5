"""Worker processes at a run's items, watched by a parent that none of the items can bring down.

A worker that dies (a crash of a decoder, out of memory), takes too long or too much memory costs at most the item it was at: that one is
tried once more when nothing else is left to do, with no other worker beside it, and is given up when that fails too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Generic, Protocol, Self, TypeVar

from videoemo.errors import InputError, WorkerError
from videoemo.work.process import Event, Process
from videoemo.work.worker import Batch, Done, Ready, Refused

__all__ = ["Limits", "Lost", "Watcher", "Workers"]

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)

# Seconds between two looks at the clock and at the workers' memory.
_LOOK = 0.2
# Workers that may end one after another while they load, before it is taken that none will load.
_LOADS = 3


@dataclass(frozen=True)
class Limits:
    """What one item may take.

    Parameters
    ----------
    timeout : seconds.
    memory : MiB of its worker, the networks included.
    """

    timeout: float | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Lost:
    """What became of an item that cost its worker.

    Parameters
    ----------
    kind : killed, timeout or memory.
    reason : in words.
    """

    kind: str
    reason: str


class Watcher(Protocol[T_contra]):
    """What is told how it goes."""

    def batch(self, item: T_contra, n_frames: int, share: float) -> None:
        """So many frames of an item are done, and this share of it, 0 to 1."""

    def suspect(self, item: T_contra, reason: str) -> None:
        """An item cost its worker, and will be tried again."""

    def said(self, line: str) -> None:
        """A worker wrote a line on standard error."""


@dataclass(frozen=True)
class _Task(Generic[T]):
    item: T
    began: float
    before: Lost | None  # how it was lost the first time; it is then alone


class Workers(Generic[T]):
    """Some worker processes, ended on leaving the context.

    Parameters
    ----------
    prepare : what each runs first, see `Process`.
    jobs : how many.
    threads : the most that each may use.
    limits : of one item.
    """

    def __init__(self, prepare: Callable[[], Any], *, jobs: int, threads: int, limits: Limits, watcher: Watcher[T]) -> None:
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._start = partial(Process, prepare, threads=threads, events=self._events, said=watcher.said)
        self._jobs, self._limits, self._watcher = jobs, limits, watcher
        self._processes: list[Process] = []
        self._busy: dict[Process, _Task[T]] = {}
        self._suspects: list[tuple[T, Lost]] = []
        self._loads_lost = 0

    def __enter__(self) -> Self:
        """Start them, and wait until the first has loaded.

        Raises
        ------
        VideoemoError : what they need cannot be loaded, or they cannot be started.
        """
        try:
            while not any(process.ready for process in self._processes):
                self._replenish()
                for _ in self._listen():
                    pass  # no item is given yet
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.close()
        self._processes.clear()

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
            for process in [process for process in self._processes if process.ready and process not in self._busy]:
                item = next(items, _END) if more else _END
                if item is _END or item is None:
                    more, nothing = more and item is None, True
                    break
                self._begin(process, item, None)
            if nothing and not self._busy and self._suspects:
                self._retry_alone()
            elif not more and not self._busy:
                return
            elif more and not any(task.before for task in self._busy.values()):
                self._replenish()
            yield from self._listen()

    def _replenish(self) -> None:
        self._processes += [self._start() for _ in range(self._jobs - len(self._processes))]

    def _begin(self, process: Process, item: T, before: Lost | None) -> None:
        self._busy[process] = _Task(item, monotonic(), before)
        process.send(item)

    def _retry_alone(self) -> None:
        """Begin with a suspect, once one worker has loaded and no other is there to be harmed by it, or to blame."""
        self._processes.sort(key=lambda process: not process.ready)
        for process in self._processes[1:]:
            process.close()
        self._processes = self._processes[:1] or [self._start()]
        if self._processes[0].ready:
            self._begin(self._processes[0], *self._suspects.pop(0))

    def _listen(self) -> Iterator[tuple[T, Any]]:
        """What comes of the next event, if there is one soon, and of a look at the limits."""
        try:
            process, message = self._events.get(timeout=_LOOK)
        except Empty:
            pass
        else:
            if process in self._processes:
                yield from self._heard(process, message)
        for process, task in list(self._busy.items()):
            over = self._over(process, task)
            if over is not None:
                yield from self._lose(process, over)

    def _heard(self, process: Process, message: Any) -> Iterator[tuple[T, Any]]:
        match message:
            case None:
                yield from self._lose(process, None)
            case Ready():
                process.ready, self._loads_lost = True, 0
                needed, allowed = process.memory(), self._limits.memory
                if allowed is not None and needed > allowed:
                    raise InputError(f"memory: {allowed} MiB are allowed, a worker takes {needed:.0f} before its first video; allow more")
            case Refused(error):
                raise error
            case Batch(n_frames, share):
                self._watcher.batch(self._busy[process].item, n_frames, share)
            case Done(result):
                yield self._busy.pop(process).item, result

    def _over(self, process: Process, task: _Task[T]) -> Lost | None:
        timeout, memory = self._limits.timeout, self._limits.memory
        if timeout is not None and monotonic() - task.began > timeout:
            return Lost("timeout", f"not done in {timeout:g} s")
        if memory is not None and process.memory() > memory:
            return Lost("memory", f"its worker took more than {memory} MiB of memory")
        return None

    def _lose(self, process: Process, why: Lost | None) -> Iterator[tuple[T, Lost]]:
        """Part with a process, which has ended unless there is another reason."""
        self._processes.remove(process)
        ending = process.close()
        task = self._busy.pop(process, None)
        lost = why or Lost("killed", f"its worker was {ending}")
        if task is None:
            self._loads_lost += not process.ready
            if self._loads_lost >= _LOADS:
                raise WorkerError(f"{_LOADS} workers in a row were {ending} while they loaded the networks; lower --jobs, or run videoemo doctor")
        elif task.before is None:
            self._suspects.append((task.item, lost))
            self._watcher.suspect(task.item, lost.reason)
        else:
            again = "twice" if lost == task.before else f"after {task.before.reason}"
            yield task.item, Lost(lost.kind, f"{lost.reason}, {again}")


_END: Any = object()

"""Executor of processes; frames reach them through shared memory, uncopied."""

from __future__ import annotations

import os
import pickle
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from videoemo.errors import LostError, WorkerError
from videoemo.inference.face_analyzer import FaceAnalyzer
from videoemo.inference.shared_memory import ArenaReader, SharedArena
from videoemo.runs.workers.fork import ForkedProcess, can_fork
from videoemo.runs.workers.interfaces import Limits
from videoemo.runs.workers.process import WorkerProcess
from videoemo.runs.workers.start import start_interpreter
from videoemo.runs.workers.worker import Done, Ready, Refused
from videoemo.util.cpu import n_threads
from videoemo.util.terminal import say
from videoemo.util.timings import stage_of

__all__ = ["ProcessExecutor", "can_share_memory"]

A = TypeVar("A")
T = TypeVar("T")

# At most so many; each may use its share of the processors.
_MAX_PROCESSES = 4
# Seconds between two checks of processes that load.
_POLL = 0.2
_UNLIMITED = Limits()


def can_share_memory() -> bool:
    """Whether this system has anonymous shared memory (Linux)."""
    return hasattr(os, "memfd_create")


@dataclass(frozen=True)
class _Raised:
    """The error that a call ended with."""

    error: Exception


class ProcessExecutor:
    """Processes, one for each core up to four; one that dies is replaced, and its call is lost.

    One loads at once, and each of the others when a call waits that no process is free for: a first
    frame, or a video of few, does not wait for them.

    Parameters
    ----------
    load : callable
        Called in each process, makes its analyzer: a function of a module, or a partial of one.
    limits : Limits
        Of loading, for each process that is waited for.

    Raises
    ------
    WorkerError
        One cannot be started.
    """

    def __init__(self, load: Callable[[], FaceAnalyzer], *, limits: Limits = _UNLIMITED) -> None:
        self._n = min(n_threads(), _MAX_PROCESSES)
        self.n_ahead = self._n
        self._arena = SharedArena()
        self._prepare = partial(_prepare, load, self._arena.fd)
        self._events: SimpleQueue[Any] = SimpleQueue()  # of a process and what it says; None to end
        self._lock = Lock()
        self._processes: list[WorkerProcess] = []
        self._unloaded: deque[WorkerProcess] = deque()
        self._loading: WorkerProcess | None = None
        self._free: list[WorkerProcess] = []
        self._busy: dict[WorkerProcess, Future[Any]] = {}
        self._waiting: deque[tuple[bytes, Future[Any]]] = deque()
        self._limits, self._receiver = limits, Thread(target=self._receive, daemon=True)
        self._start()
        self._load_next()

    def wait(self) -> None:
        """Wait until the first process has loaded; where memory is limited all, so that it is known
        what they take.
        """
        try:
            self._wait(1 if self._limits.memory is None else self._n)
        except BaseException:
            self._end()
            raise
        self._receiver.start()

    def empty(self, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
        """An uninitialised array in the shared memory."""
        return self._arena.empty(shape)

    def submit(self, function: Callable[[FaceAnalyzer, A], T], argument: A) -> Future[T]:
        """Call the function in the next process that is free."""
        future: Future[T] = Future()
        task = self._arena.dumps((function, argument))
        with self._lock:
            self._start()
            self._waiting.append((task, future))
            self._hand_out()
        return future

    def close(self) -> None:
        """End what was started."""
        if self._receiver.is_alive():
            self._events.put(None)
            self._receiver.join()
        self._end()

    def _start(self) -> None:
        """Start the processes that are missing."""
        missing, fd = range(self._n - len(self._processes)), self._arena.fd
        # All before the threads that listen to them: a copy has none.
        started: list[Any] = (
            [ForkedProcess(keep_fds=(fd,)) for _ in missing]
            if can_fork()
            else [start_interpreter((FaceAnalyzer.__module__,), pass_fds=(fd,)) for _ in missing]
        )
        for one in started:
            process = WorkerProcess(one, events=self._events, stderr_line=partial(say, error=True))
            self._processes.append(process)
            self._unloaded.append(process)

    def _load_next(self) -> None:
        """Have the next process load, if none does."""
        if self._unloaded and self._loading is None:
            self._loading = self._unloaded.popleft()
            self._loading.load(self._prepare, threads=max(1, n_threads() // self._n))

    def _wait(self, n_awaited: int) -> None:
        began = monotonic()
        while len(self._free) < n_awaited:
            self._load_next()
            try:
                process, message = self._events.get(timeout=_POLL)
            except Empty:
                for process in self._processes:
                    self._limits.check_loading(process, monotonic() - began)
                continue
            match message:
                case Ready():
                    self._note_ready(process)
                case Refused(error):
                    raise error
                case _:
                    raise WorkerError(
                        f"a process was {process.close()} while it loaded the networks; close "
                        "other programs, or run videoemo doctor"
                    )

    def _receive(self) -> None:
        """Receive results and hand out calls, in a thread of its own."""
        while (event := self._events.get()) is not None:
            with self._lock:
                tell = self._note(*event)
                self._hand_out()
            tell()

    def _note(self, process: WorkerProcess, message: Any) -> Callable[[], None]:
        """Note a message; what comes back settles futures, and is called without the lock."""
        match message:
            case Ready():
                self._note_ready(process)
            case Done(_Raised(error)):
                self._free.append(process)
                return partial(self._busy.pop(process).set_exception, error)
            case Done(result):
                self._free.append(process)
                return partial(self._busy.pop(process).set_result, result)
            case Refused(error):  # one that replaced another; it ends
                return partial(_fail, self._take_waiting(), error)
            case None:
                lost = self._note_lost(process)
                error = LostError(f"a process beside its worker was {process.close()}")
                return partial(
                    _fail, [*lost, *([] if self._processes else self._take_waiting())], error
                )
        return _nothing

    def _note_ready(self, process: WorkerProcess) -> None:
        self._free.append(process)
        self._loading = None

    def _note_lost(self, process: WorkerProcess) -> list[Future[Any]]:
        """Note that a process has ended; what comes back is the call that it was busy with."""
        self._processes.remove(process)
        if process is self._loading:
            self._loading = None
            # Not started again and again where there is no memory for it.
            self._n = max(1, self._n - 1)
            say(
                "notice: a process ended while it loaded the networks; videoemo goes on with fewer,"
                " more slowly: close other programs",
                error=True,
            )
        for waiting in (self._unloaded, self._free):
            if process in waiting:
                waiting.remove(process)
        return [self._busy.pop(process)] if process in self._busy else []

    def _take_waiting(self) -> list[Future[Any]]:
        """Take all calls that wait for a process."""
        waiting = [future for _, future in self._waiting]
        self._waiting.clear()
        return waiting

    def _hand_out(self) -> None:
        while self._free and self._waiting:
            task, future = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                process = self._free.pop()
                self._busy[process] = future
                process.send(task)
        if self._waiting:
            self._load_next()

    def _end(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.close()
        self._processes.clear()
        self._arena.close()


def _fail(futures: list[Future[Any]], error: Exception) -> None:
    for future in futures:
        if future.running() or future.set_running_or_notify_cancel():
            future.set_exception(error)


def _nothing() -> None:
    """Nothing is to be settled."""


def _prepare(load: Callable[[], FaceAnalyzer], fd: int) -> Callable[[bytes, object], object]:
    """In the process: load the analyzer; what comes back makes one call."""
    analyzer, reader = load(), ArenaReader(fd)

    def work(task: bytes, _: object) -> object:
        try:
            function, argument = reader.loads(task)
            return function(analyzer, argument)
        except Exception as exc:  # raised where the result is taken
            return _Raised(_portable(exc))

    return work


def _portable(exc: Exception) -> Exception:
    """The error, or where it cannot be pickled one like it, with where it arose."""
    try:
        pickle.loads(pickle.dumps(exc))
    except Exception:
        like = RuntimeError(f"{type(exc).__name__}: {exc}").with_traceback(exc.__traceback__)
        like.stage = stage_of(exc)  # type: ignore[attr-defined]
        exc = like
    exc.trace = traceback.extract_tb(exc.__traceback__)  # type: ignore[attr-defined]
    return exc

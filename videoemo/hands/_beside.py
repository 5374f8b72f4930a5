"""Hands that are processes, which the frames reach through memory that all see."""

from __future__ import annotations

import os
import pickle
import sys
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from videoemo.errors import LostError, WorkerError
from videoemo.hands._board import Board, Reader
from videoemo.looking import Looker
from videoemo.processors import threads
from videoemo.work.process import Process
from videoemo.work.worker import Done, Ready, Refused

__all__ = ["Beside", "can_share"]

A = TypeVar("A")
T = TypeVar("T")

# At most so many; each may use its share of the processors.
_MOST = 4


def can_share() -> bool:
    """Whether this system has memory without a name that processes can share."""
    return hasattr(os, "memfd_create")


@dataclass(frozen=True)
class _Raised:
    """What a piece of work ended with."""

    error: Exception


class Beside:
    """Processes beside this one; one that dies is replaced, and what it was at is lost.

    Parameters
    ----------
    load : makes in each the looker that works: a function of a module, or a partial of one.

    Raises
    ------
    WorkerError : one cannot be started, or ended while it loaded.
    VideoemoError : what it needs cannot be loaded.
    """

    def __init__(self, load: Callable[[], Looker]) -> None:
        self._n = min(threads(), _MOST)
        self.n_ahead = self._n
        self._board = Board()
        self._prepare = partial(_prepare, load, self._board.fd)
        self._events: SimpleQueue[Any] = SimpleQueue()  # of a process and what it says; None to end
        self._lock = Lock()
        self._processes: list[Process] = []
        self._free: list[Process] = []
        self._busy: dict[Process, Future[Any]] = {}
        self._waiting: deque[tuple[bytes, Future[Any]]] = deque()
        try:
            self._start()
            self._wait()
        except BaseException:
            self._end()
            raise
        self._hearing = Thread(target=self._hear, daemon=True)
        self._hearing.start()

    def empty(self, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
        """On the board."""
        return self._board.empty(shape)

    def submit(self, look: Callable[[Looker, A], T], what: A) -> Future[T]:
        """Have it done by the next process that is free."""
        future: Future[T] = Future()
        task = self._board.dumps((look, what))
        with self._lock:
            self._start()
            self._waiting.append((task, future))
            self._give()
        return future

    def close(self) -> None:
        """End the processes."""
        self._events.put(None)
        self._hearing.join()
        self._end()

    def _start(self) -> None:
        """Start those that are missing."""
        while len(self._processes) < self._n:
            share = max(1, threads() // self._n)
            said = partial(print, file=sys.stderr)
            self._processes.append(Process(self._prepare, threads=share, events=self._events, said=said, inherited=(self._board.fd,)))

    def _wait(self) -> None:
        """Until all have loaded."""
        while len(self._free) < self._n:
            process, message = self._events.get()
            match message:
                case Ready():
                    self._free.append(process)
                case Refused(error):
                    raise error
                case _:
                    raise WorkerError(f"a process was {process.close()} while it loaded the networks; close other programs, or run videoemo doctor")

    def _hear(self) -> None:
        """Take what the processes say, and give them more to do, whatever the thread that asks is at."""
        while (event := self._events.get()) is not None:
            with self._lock:
                tell = self._heard(*event)
                self._give()
            tell()

    def _heard(self, process: Process, message: Any) -> Callable[[], None]:
        """What is to be told of it."""
        match message:
            case Ready():
                self._free.append(process)
            case Done(_Raised(error)):
                self._free.append(process)
                return partial(self._busy.pop(process).set_exception, error)
            case Done(result):
                self._free.append(process)
                return partial(self._busy.pop(process).set_result, result)
            case Refused(error):  # one that replaced another; it ends
                return partial(_fail, self._forsaken(), error)
            case None:
                self._processes.remove(process)
                if process in self._free:
                    self._free.remove(process)
                lost = [self._busy.pop(process)] if process in self._busy else []
                error = LostError(f"a process beside its worker was {process.close()}")
                return partial(_fail, [*lost, *([] if self._processes else self._forsaken())], error)
        return _nothing

    def _forsaken(self) -> list[Future[Any]]:
        """What waits for a process."""
        waiting = [future for _, future in self._waiting]
        self._waiting.clear()
        return waiting

    def _give(self) -> None:
        while self._free and self._waiting:
            task, future = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                process = self._free.pop()
                self._busy[process] = future
                process.send(task)

    def _end(self) -> None:
        for process in self._processes:
            process.close()
        self._processes.clear()
        self._board.close()


def _fail(futures: list[Future[Any]], error: Exception) -> None:
    for future in futures:
        if future.running() or future.set_running_or_notify_cancel():
            future.set_exception(error)


def _nothing() -> None:
    """There is nothing to tell."""


def _prepare(load: Callable[[], Looker], fd: int) -> Callable[[bytes, object], object]:
    """In the process: load, then do each piece of work."""
    looker, reader = load(), Reader(fd)

    def work(task: bytes, _: object) -> object:
        try:
            look, what = reader.loads(task)
            return look(looker, what)
        except Exception as exc:  # raised where the result is taken
            return _Raised(_portable(exc))

    return work


def _portable(exc: Exception) -> Exception:
    """An error that can travel, with the place it comes from."""
    try:
        pickle.loads(pickle.dumps(exc))
    except Exception:
        exc = RuntimeError(f"{type(exc).__name__}: {exc}").with_traceback(exc.__traceback__)
    exc.trace = traceback.extract_tb(exc.__traceback__)  # type: ignore[attr-defined]
    return exc

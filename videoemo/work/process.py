"""A worker process as its parent sees it: started, spoken to, watched, ended."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from videoemo.errors import WorkerError
from videoemo.processors import processors
from videoemo.work import worker
from videoemo.work.crew import Event, Worker
from videoemo.work.memory import memory_of

__all__ = ["LocalCrew", "Process", "threads_each"]

# Of glibc: it gives the memory of arrays back to the system, and takes it again for the next ones page by page, which takes a twentieth of the time
# of a small frame. With these, in bytes, it keeps what it has for arrays up to 32 MiB, and up to 256 MiB of it unused.
_MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(32 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20)}
# Seconds in which a process that was killed ends, unless it hangs in the system, as on a network drive that is gone.
_PATIENCE = 10.0


@dataclass(frozen=True)
class LocalCrew:
    """Worker processes of this machine.

    Parameters
    ----------
    prepare, threads, cwd : of each, see `Process`.
    jobs : how many.
    """

    prepare: Callable[[], Any]
    jobs: int
    threads: int
    cwd: Path | None = None

    def hire(self, having: Sequence[Worker], events: SimpleQueue[Event], said: Callable[[str], None]) -> Iterator[Worker]:
        """Start those that are missing; see `crew.Crew`.

        Raises
        ------
        WorkerError : one cannot be started.
        """
        for _ in range(self.jobs - len(having)):
            yield Process(self.prepare, threads=self.threads, events=events, said=said, cwd=self.cwd)


class Process:
    """A worker.

    Parameters
    ----------
    prepare : what it runs first, to load what it needs; what comes back takes an item and a function to report progress to, and gives its
        result. A function of a module, or a partial of one: it travels as a pickle.
    threads : the most that its libraries may use at a time.
    events : where what it says is put.
    said : takes each line that it, or a library in it, writes on standard error.
    cwd : the folder that it works in, if it is not this process's.
    inherited : file descriptors that it has too.

    Raises
    ------
    WorkerError : it cannot be started.
    """

    def __init__(
        self,
        prepare: Callable[[], Any],
        *,
        threads: int,
        events: SimpleQueue[Event],
        said: Callable[[str], None],
        cwd: Path | None = None,
        inherited: Sequence[int] = (),
    ) -> None:
        self.ready = False  # whether it has loaded
        try:
            self._process = subprocess.Popen(
                # -P: no module is taken from the folder that it happens to be started in.
                [sys.executable, "-P", "-m", worker.__name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                pass_fds=inherited,
                env=_MALLOC | os.environ | _threads(threads) | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
            )
        except OSError as exc:
            raise WorkerError(f"cannot start a worker process: {exc.strerror or exc}; close other programs, or lower --jobs") from exc
        self._hearing = Thread(target=self._hear, args=(events,), daemon=True)
        self._reading = Thread(target=self._read_errors, args=(said,), daemon=True)
        self._hearing.start()
        self._reading.start()
        self.send(prepare)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def send(self, what: Any) -> None:
        """Send it something to do; if it has died meanwhile, its last event says so."""
        assert self._process.stdin is not None
        try:
            pickle.dump(what, self._process.stdin)
            self._process.stdin.flush()
        except (BrokenPipeError, ConnectionResetError):
            return

    def memory(self) -> float:
        """The memory that it and the processes it started hold, in MiB; 0 when it has ended."""
        return memory_of(self.pid)

    def close(self) -> str:
        """End it if it has not ended; return how it ended, in words."""
        self._process.kill()
        try:
            status = self._process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            return "cannot be ended"  # left behind: its threads end with this process
        for thread in (self._hearing, self._reading):  # both end with its pipes
            thread.join()
        for pipe in (self._process.stdout, self._process.stderr, self._process.stdin):
            assert pipe is not None
            with suppress(BrokenPipeError):  # what it no longer took
                pipe.close()
        return _ending(status)

    def _hear(self, events: SimpleQueue[Event]) -> None:
        assert self._process.stdout is not None
        while True:
            try:
                message = pickle.load(self._process.stdout)
            except (EOFError, pickle.UnpicklingError):  # the latter: it died in the middle of a message
                events.put((self, None))
                return
            events.put((self, message))

    def _read_errors(self, said: Callable[[str], None]) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            said(line.decode(errors="replace").rstrip())


def threads_each(jobs: int) -> int:
    """The share of each of some workers in the processors that this process may use; no more than OMP_NUM_THREADS, where that is set."""
    usable = processors()
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(usable // jobs, int(asked) if asked.isdigit() else usable))


def _threads(threads: int) -> dict[str, str]:
    """The environment in which libraries use so many threads.

    torch takes other ways through its convolutions where it is told of one thread than where it is told of several, and the last bits
    differ; so it is told of two at least, and of a limit that keeps to one. Results then do not depend on the number of workers.
    """
    return {
        "OMP_NUM_THREADS": str(max(threads, 2)),
        "MKL_NUM_THREADS": str(max(threads, 2)),  # torch heeds it before the other, and Dask sets both to 1
        "OMP_THREAD_LIMIT": str(threads),
        "OMP_WAIT_POLICY": "passive",  # threads that spin while they wait take the processors from other workers
        "OPENBLAS_NUM_THREADS": "1",
        "OPENCV_FOR_THREADS_NUM": str(threads),
    }


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"killed by signal {-status} ({signal.Signals(-status).name})"
    except ValueError:
        return f"killed by signal {-status}"

"""Worker processes of this machine, as their parent handles them."""

from __future__ import annotations

import pickle
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import psutil

from videoemo.runs.workers.fork import ForkedProcess
from videoemo.runs.workers.interfaces import Event, Worker
from videoemo.runs.workers.memory import process_memory
from videoemo.runs.workers.start import start_interpreter, take_started
from videoemo.runs.workers.worker import Load
from videoemo.util.cpu import n_processors, n_threads

__all__ = ["LocalWorkerSource", "WorkerProcess", "thread_settings", "threads_per_worker"]

# Seconds in which a process ends that was killed, or is ending by itself, unless it hangs in the
# system, as on a network drive that is gone.
_PATIENCE = 10.0


@dataclass(frozen=True)
class LocalWorkerSource:
    """Source of worker processes of this machine.

    Parameters
    ----------
    prepare, threads : callable, int
        Of each, see `WorkerProcess.load`.
    jobs : int
        The number of workers.
    cwd : Path or None
        The working folder of each, if it is not this process's.
    """

    prepare: Callable[[], Any]
    jobs: int
    threads: int
    cwd: Path | None = None

    def start_missing(
        self,
        running: Sequence[Worker],
        events: SimpleQueue[Event],
        stderr_line: Callable[[str], None],
    ) -> Iterator[Worker]:
        """Start the missing workers; see `WorkerSource`.

        Parameters
        ----------
        running, events, stderr_line : sequence of Worker, SimpleQueue, callable
            See `WorkerSource`.

        Raises
        ------
        WorkerError
            One cannot be started.
        """
        for _ in range(self.jobs - len(running)):
            started = take_started() if self.cwd is None else None
            process = started or start_interpreter(cwd=self.cwd)
            worker = WorkerProcess(process, events=events, stderr_line=stderr_line)
            worker.load(self.prepare, threads=self.threads)
            yield worker


class WorkerProcess:
    """Worker process of this machine.

    Parameters
    ----------
    process : Popen or ForkedProcess
        It, as it was started.
    events : SimpleQueue
        Where its messages are put.
    stderr_line : callable
        Called with each line that it, or a library in it, writes on standard error.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes] | ForkedProcess,
        *,
        events: SimpleQueue[Event],
        stderr_line: Callable[[str], None],
    ) -> None:
        self.ready = False  # whether it has loaded
        self._is_ending = False  # it has closed its end of the pipe, as it does when it ends
        self._process = process
        self._message_reader = Thread(target=self._read_messages, args=(events,), daemon=True)
        self._stderr_reader = Thread(target=self._read_stderr, args=(stderr_line,), daemon=True)
        self._message_reader.start()
        self._stderr_reader.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def load(self, prepare: Callable[[], Any], *, threads: int) -> None:
        """Have it load what it needs, once, before its first item.

        Parameters
        ----------
        prepare : callable
            What it runs, which returns a function of an item and of a callable for progress
            reports, which gives the item's result. A function of a module, or a partial of one: it
            is pickled.
        threads : int
            The most that its libraries may use at a time.
        """
        self.send(Load(thread_settings(threads), pickle.dumps(prepare)))

    def send(self, what: Any) -> None:
        """Send it an item; if it has died meanwhile, its last event says so."""
        assert self._process.stdin is not None
        try:
            pickle.dump(what, self._process.stdin)
            self._process.stdin.flush()
        except (BrokenPipeError, ConnectionResetError):
            return

    def memory(self) -> float:
        """Memory of it and its descendants, in MiB; 0 when it has ended."""
        return process_memory(self.pid)

    def close(self) -> str:
        """End it if it has not ended; return how it ended, in words."""
        # Those beside it end when it does, unless they have stopped, or are too busy to see it.
        beside = _descendants(self.pid) if self._process.poll() is None else []
        if self._is_ending:  # killed on its way out, it would not say how it ended
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=_PATIENCE)
        self._process.kill()
        for process in beside:
            with suppress(psutil.Error):
                process.kill()
        try:
            status = self._process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            return "cannot be ended"  # left behind: its threads end with this process
        for thread in (self._message_reader, self._stderr_reader):  # both end with its pipes
            thread.join()
        for pipe in (self._process.stdout, self._process.stderr, self._process.stdin):
            assert pipe is not None
            with suppress(BrokenPipeError):  # data that it did not read
                pipe.close()
        return _describe_ending(status)

    def _read_messages(self, events: SimpleQueue[Event]) -> None:
        assert self._process.stdout is not None
        while True:
            try:
                message = pickle.load(self._process.stdout)
            except (EOFError, pickle.UnpicklingError):
                # The latter: it died in the middle of a message.
                self._is_ending = True
                events.put((self, None))
                return
            events.put((self, message))

    def _read_stderr(self, stderr_line: Callable[[str], None]) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            stderr_line(line.decode(errors="replace").rstrip())


def _descendants(pid: int) -> list[psutil.Process]:
    """Processes that a process has started, and those that they have."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def threads_per_worker(jobs: int) -> int:
    """Threads of each of some workers: their even share of the processors that this process may
    use; no more than this process may keep busy, see `n_threads`.
    """
    return max(1, min(n_processors() // jobs, n_threads()))


def thread_settings(threads: int) -> dict[str, str]:
    """Environment variables that limit the threads of libraries.

    torch computes convolutions in another way with one thread than with several, and the last bits
    differ; so it is set to two at least, under a limit of one. Results then do not depend on the
    number of workers.
    """
    return {
        "OMP_NUM_THREADS": str(max(threads, 2)),
        # torch reads it before the other, and Dask sets both to 1.
        "MKL_NUM_THREADS": str(max(threads, 2)),
        "OMP_THREAD_LIMIT": str(threads),
        # Threads that spin while they wait take the processors from other workers.
        "OMP_WAIT_POLICY": "passive",
        "OPENCV_FOR_THREADS_NUM": str(threads),
    }


def _describe_ending(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"killed by signal {-status} ({signal.Signals(-status).name})"
    except ValueError:
        return f"killed by signal {-status}"

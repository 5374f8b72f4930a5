"""Worker processes as copies of a worker, which has imported already what they need."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NoReturn

import psutil

from videoemo.runs.workers import worker
from videoemo.runs.workers.start import PROGRAM, cannot_start

__all__ = ["ForkedProcess", "can_fork"]

_THREADS = Path("/proc/self/task")
# Of a worker that loads: the one that loads, and the one that waits for its parent.
_N_THREADS = 2


def can_fork() -> bool:
    """Whether a copy of this process is whole: it is a worker's (Linux), and no library has begun a
    thread in it yet, which a copy would lack.

    The thread that listens to the parent waits for what comes after loading, and holds no lock.
    """
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return (
        spec is not None
        and spec.name == PROGRAM
        and _THREADS.is_dir()
        and len(list(_THREADS.iterdir())) <= _N_THREADS
    )


class ForkedProcess:
    """A copy of this process that runs as a worker, handled as a `subprocess.Popen` is.

    Parameters
    ----------
    keep_fds : sequence of int, default=()
        File descriptors that it keeps; all others are closed in it.

    Raises
    ------
    WorkerError
        It cannot be started.
    """

    def __init__(self, keep_fds: Sequence[int] = ()) -> None:
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        ours_err, theirs_err = os.pipe()
        theirs = (theirs_in, theirs_out, theirs_err)
        try:
            self.pid = os.fork()
        except OSError as exc:
            for fd in (*theirs, ours_in, ours_out, ours_err):
                os.close(fd)
            raise cannot_start(exc) from exc
        if self.pid == 0:
            _run(theirs, keep_fds)
        for fd in theirs:
            os.close(fd)
        self.stdin: BinaryIO = os.fdopen(ours_in, "wb")
        self.stdout: BinaryIO = os.fdopen(ours_out, "rb")
        self.stderr: BinaryIO = os.fdopen(ours_err, "rb")
        self._process = psutil.Process(self.pid)

    def poll(self) -> int | None:
        """Its exit status, less than 0 for a signal; None while it runs."""
        try:
            return self.wait(timeout=0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended, and return its exit status.

        Raises
        ------
        subprocess.TimeoutExpired
            It has not ended in so many seconds.
        """
        try:
            return int(self._process.wait(timeout))
        except psutil.TimeoutExpired as exc:
            raise subprocess.TimeoutExpired(PROGRAM, timeout or 0) from exc

    def kill(self) -> None:
        """End it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def _run(streams: Sequence[int], keep_fds: Sequence[int]) -> NoReturn:
    """In the copy: run as a worker, and end without going back to what was copied."""
    status = 1
    try:
        for standard, fd in enumerate(streams):
            os.dup2(fd, standard)
        _close_all_but(keep_fds)
        worker.main()
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def _close_all_but(kept: Sequence[int]) -> None:
    """Close all descriptors but the standard ones and those: held open here, the pipes of others
    would not be seen to end.
    """
    begin = 3
    for fd in (*sorted(kept), os.sysconf("SC_OPEN_MAX")):
        os.closerange(begin, fd)
        begin = fd + 1

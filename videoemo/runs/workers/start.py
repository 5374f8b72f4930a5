"""How a worker's process starts: as a new interpreter, if need be before it is known what for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from videoemo.errors import WorkerError

__all__ = ["MALLOC", "PROGRAM", "cannot_start", "start_ahead", "start_interpreter", "take_started"]

PROGRAM = "videoemo.runs.workers.worker"
# Settings of glibc's malloc: by default it returns the memory of arrays to the system, and gets it
# again for the next ones page by page, which takes a twentieth of the time of a small frame. With
# these, in bytes, it keeps the memory of arrays up to 32 MiB, and up to 256 MiB of it unused.
MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(32 * 2**20), "MALLOC_TRIM_THRESHOLD_": str(256 * 2**20)}
# Read when numpy is imported, before anything is said to the worker.
_NUMPY = {"OPENBLAS_NUM_THREADS": "1"}

_started: list[subprocess.Popen[bytes]] = []


def start_interpreter(
    modules: Sequence[str] = (), *, cwd: Path | None = None, pass_fds: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a worker's process as a new interpreter.

    Parameters
    ----------
    modules : sequence of str
        What it imports at once, while it waits to be told what to load.
    cwd : Path or None
        Its working folder, if it is not this process's.
    pass_fds : sequence of int, default=()
        File descriptors that it inherits.

    Raises
    ------
    WorkerError
        It cannot be started.
    """
    search = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    try:
        return subprocess.Popen(
            # -P: no module is imported from the folder that it happens to be started in.
            [sys.executable, "-P", "-m", PROGRAM, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            pass_fds=pass_fds,
            env=MALLOC | os.environ | _NUMPY | {"PYTHONPATH": search},
        )
    except OSError as exc:
        raise cannot_start(exc) from exc


def cannot_start(error: OSError) -> WorkerError:
    """The error of a worker's process that the system does not start."""
    return WorkerError(
        f"cannot start a worker process: {error.strerror or error}; close other programs, or "
        "lower --jobs"
    )


def start_ahead(*modules: str) -> None:
    """Start the process of the first worker that this process will need, so that it imports while
    it is planned what there is to do; one that is not needed ends with this process.

    Parameters
    ----------
    *modules : str
        What it imports.
    """
    with suppress(WorkerError):  # said where it is needed, and cannot be started either
        _started.append(start_interpreter(modules))


def take_started() -> subprocess.Popen[bytes] | None:
    """The process that was started ahead, unless there is none, or it was taken."""
    return _started.pop() if _started else None

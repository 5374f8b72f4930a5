"""Main program of a worker process: it loads once, then does one item at a time, until its parent
closes the pipe.

`python -m videoemo.runs.workers.worker [MODULE ...]` imports the modules while it waits for its
first message. `videoemo.runs.workers.process` and it send pickled messages, through standard input
and output.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from dataclasses import dataclass
from importlib import import_module
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from videoemo.errors import VideoemoError

__all__ = ["Batch", "Done", "Load", "Ready", "Refused"]


@dataclass(frozen=True)
class Load:
    """Message to the worker, its first: what it loads.

    Parameters
    ----------
    settings : dict of str to str
        Environment variables, set before libraries are imported that read them.
    prepare : bytes
        A pickled callable: see `process.WorkerProcess.load`.
    """

    settings: dict[str, str]
    prepare: bytes


@dataclass(frozen=True)
class Ready:
    """Message: the worker has loaded."""


@dataclass(frozen=True)
class Refused:
    """Message: the worker cannot go on, and ends; what it needs cannot be loaded, or results cannot
    be written.
    """

    error: VideoemoError


@dataclass(frozen=True)
class Batch:
    """Message: `n_frames` more frames of its item are done, and `share` of it, 0 to 1."""

    n_frames: int
    share: float


@dataclass(frozen=True)
class Done:
    """Message: its item is done; it waits for another."""

    result: Any


def main(*modules: str) -> None:
    """Run a worker: load, then do items.

    Parameters
    ----------
    *modules : str
        Imported first.
    """
    # Ctrl-C reaches the whole group; the parent decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Descriptors of our own: what a library prints must not get among the messages, nor may it read
    # them.
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a path of nothing
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    inbox: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_listen, args=(incoming, inbox), daemon=True).start()

    def send(message: Any) -> None:
        try:
            outgoing.write(pickle.dumps(message))
        except BrokenPipeError:
            os._exit(0)  # the parent is gone

    try:
        for name in modules:
            import_module(name)
        load: Load = inbox.get()
        os.environ.update(load.settings)
        work = pickle.loads(load.prepare)()
        send(Ready())
        while True:
            send(Done(work(inbox.get(), lambda n_frames, share: send(Batch(n_frames, share)))))
    except VideoemoError as exc:
        send(Refused(exc))


def _listen(incoming: BinaryIO, inbox: SimpleQueue[Any]) -> None:
    """Pass on the parent's messages; when it has closed the pipe, or has died, end at once, in the
    middle of an item too.
    """
    while True:
        try:
            inbox.put(pickle.load(incoming))
        except EOFError:
            os._exit(0)
        except Exception:  # the work cannot be loaded: the parent reads why on standard error
            sys.excepthook(*sys.exc_info())
            os._exit(1)


if __name__ == "__main__":
    # Imported, so that the classes of messages are those that the parent knows, not of __main__.
    from videoemo.runs.workers import worker

    worker.main(*sys.argv[1:])

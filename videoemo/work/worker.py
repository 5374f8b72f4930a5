"""A worker process: it loads once, then does one item at a time, until its parent hangs up.

`python -m videoemo.work.worker` is started by `videoemo.work.process` and talks to it in pickles, through its standard input and output.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from videoemo.errors import VideoemoError

__all__ = ["Batch", "Done", "Ready", "Refused"]


@dataclass(frozen=True)
class Ready:
    """It has loaded."""


@dataclass(frozen=True)
class Refused:
    """It cannot go on: what it needs cannot be loaded, or results cannot be written. It ends."""

    error: VideoemoError


@dataclass(frozen=True)
class Batch:
    """So many frames of its item are done, and this share of it, 0 to 1."""

    n_frames: int
    share: float


@dataclass(frozen=True)
class Done:
    """Its item is done; it waits for another."""

    result: Any


def main() -> None:
    """Load, say so, and work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; what becomes of the workers is the parent's to say
    # Descriptors of our own: whatever a library prints must not fall among the messages, nor be read from them.
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
            os._exit(0)  # nobody is left to tell

    try:
        work = inbox.get()()
        send(Ready())
        while True:
            send(Done(work(inbox.get(), lambda n_frames, share: send(Batch(n_frames, share)))))
    except VideoemoError as exc:
        send(Refused(exc))


def _listen(incoming: BinaryIO, inbox: SimpleQueue[Any]) -> None:
    """Pass on what the parent sends; when it has hung up, or has died, end at once, whatever is being worked on."""
    while True:
        try:
            inbox.put(pickle.load(incoming))
        except EOFError:
            os._exit(0)
        except Exception:  # the work cannot be loaded: the parent reads why on standard error
            sys.excepthook(*sys.exc_info())
            os._exit(1)


if __name__ == "__main__":
    # Through its import, so that the messages are of the module that the parent knows, not of __main__.
    from videoemo.work import worker

    worker.main()

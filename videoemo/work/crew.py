"""What a run needs of its workers, wherever they are, and what it lets one item take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

__all__ = ["Crew", "Event", "Limits", "Lost", "Watcher", "Worker"]

T_contra = TypeVar("T_contra", contravariant=True)


class Worker(Protocol):
    """A process that works: on this machine `process.Process`, in a cluster `cluster.Remote`."""

    ready: bool  # whether it has loaded

    def send(self, what: Any) -> None:
        """Send it an item; if it has died meanwhile, its last event says so."""

    def memory(self) -> float:
        """The memory it holds, in MiB; 0 where that is looked after elsewhere."""

    def close(self) -> str:
        """End it if it has not ended; return how it ended, in words."""


# Which worker, and what it says (`worker.Ready`, `Refused`, `Batch`, `Done`); None when it says nothing more, because it has ended.
Event = tuple[Worker, Any]


class Crew(Protocol):
    """Where workers come from."""

    def hire(self, having: Sequence[Worker], events: SimpleQueue[Event], said: Callable[[str], None]) -> Iterator[Worker]:
        """Start those that are missing, each when it is asked for.

        Parameters
        ----------
        having : those that are there.
        events : where what they say is put.
        said : takes each line that one, or a library in it, writes on standard error.

        Raises
        ------
        VideoemoError : there can be none.
        """


@dataclass(frozen=True)
class Limits:
    """What one item may take.

    Parameters
    ----------
    timeout : seconds.
    memory : MiB of its worker, the networks included.
    wanted : says now and then whether anybody still waits for what comes of it.
    """

    timeout: float | None = None
    memory: int | None = None
    wanted: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Lost:
    """What became of an item that cost its worker.

    Parameters
    ----------
    kind : killed, timeout, memory or unwanted.
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

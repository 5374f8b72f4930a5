"""What a process takes together with those that it has started."""

from __future__ import annotations

from contextlib import suppress
from threading import Event, Thread

import psutil

from videoemo.runs.workers.memory import process_memory

__all__ = ["Peak", "cpu_seconds", "helpers_cpu_seconds"]

# Seconds between two samples of the memory.
_INTERVAL = 0.1


def cpu_seconds(pid: int) -> float:
    """User and system seconds of a process and its living descendants, to a hundredth each."""
    return _spent([psutil.Process(pid)]) + helpers_cpu_seconds(pid)


def helpers_cpu_seconds(pid: int) -> float:
    """Those of the descendants alone."""
    return _spent(psutil.Process(pid).children(recursive=True))


def _spent(processes: list[psutil.Process]) -> float:
    spent = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            spent += sum(process.cpu_times()[:2])
    return spent


class Peak:
    """The peak memory of a process and its descendants, sampled within a context.

    Attributes
    ----------
    mib : float
        The most that they held together in any sample.
    """

    def __init__(self, pid: int) -> None:
        self.mib = 0.0
        self._pid, self._ended = pid, Event()
        self._sampling = Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Peak:
        self._sampling.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._sampling.join()

    def _sample(self) -> None:
        while not self._ended.wait(_INTERVAL):
            self.mib = max(self.mib, process_memory(self._pid))

"""Memory of a process and its descendants."""

from __future__ import annotations

from contextlib import suppress

import psutil

__all__ = ["process_memory"]

_MIB = 2**20


def process_memory(pid: int) -> float:
    """Memory of a process and its descendants, in MiB; 0 when it has ended.

    Shared memory is counted once where the system can tell (Linux).
    """
    try:
        process = psutil.Process(pid)
        return sum(_held(one) for one in (process, *process.children(recursive=True))) / _MIB
    except psutil.Error:
        return 0.0


def _held(process: psutil.Process) -> int:
    """Bytes that one process holds; of shared memory, its proportional share."""
    with suppress(psutil.NoSuchProcess):
        held = process.memory_full_info()
        return int(getattr(held, "pss", held.rss))
    return 0

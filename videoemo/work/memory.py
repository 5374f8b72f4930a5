"""The memory that a process takes, with those it has started."""

from __future__ import annotations

from contextlib import suppress

import psutil

__all__ = ["memory_of"]

_MIB = 2**20


def memory_of(pid: int) -> float:
    """What a process and its descendants hold, in MiB, what they share counted once where the system can tell (Linux); 0 when it has ended."""
    try:
        process = psutil.Process(pid)
        return sum(_held(one) for one in (process, *process.children(recursive=True))) / _MIB
    except psutil.Error:
        return 0.0


def _held(process: psutil.Process) -> int:
    """Bytes; of what is shared, the process's share."""
    with suppress(psutil.NoSuchProcess):
        held = process.memory_full_info()
        return int(getattr(held, "pss", held.rss))
    return 0

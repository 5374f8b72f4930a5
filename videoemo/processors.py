"""How many processors there are to keep busy."""

from __future__ import annotations

import os

__all__ = ["processors", "threads"]


def processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads() -> int:
    """How many threads this process may keep busy: its processors, or less where OMP_NUM_THREADS or OMP_THREAD_LIMIT say so."""
    given = [os.environ.get(name, "") for name in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT")]
    return max(1, min([processors(), *(int(number) for number in given if number.isdecimal())]))

"""Numbers of processors and threads."""

from __future__ import annotations

import os

__all__ = ["n_processors", "n_threads"]


def n_processors() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def n_threads() -> int:
    """Number of threads that this process may keep busy: its processors, or fewer where
    OMP_NUM_THREADS or OMP_THREAD_LIMIT are set.
    """
    given = [os.environ.get(name, "") for name in ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT")]
    return max(1, min([n_processors(), *(int(number) for number in given if number.isdecimal())]))

"""How many videos are worked on at a time, where nobody says it."""

from __future__ import annotations

from collections.abc import Collection

import psutil

from videoemo.config.pipeline import Pipeline
from videoemo.util.cpu import n_threads

__all__ = ["choose_jobs"]

# In the time of so many of the longest videos one after another a worker has to be busy: at the
# end, when others have nothing left to do, at most a fraction of it is lost.
_ROUNDS = 4
# Bytes that a worker of one thread may take. With frames of 360p it takes half of that.
_MEMORY = 2**30


def choose_jobs(
    sizes: Collection[int], pipeline: Pipeline, *, jobs: int | None, cluster: str | None
) -> int:
    """Choose the number of videos that are worked on at a time.

    One alone cannot keep all processors busy at its beginning and its end, so that short ones are
    done side by side; one after another where one is so long that it would be left alone at last.

    Parameters
    ----------
    sizes : collection of int
        Bytes of each video to do.
    pipeline : Pipeline
        The settings.
    jobs : int or None
        What was asked for, which holds.
    cluster : str or None
        The address of a Dask scheduler, whose workers do one video each.

    Returns
    -------
    int
        A divisor of the number of processors, where it was left open.
    """
    # A graphics processor is kept busy by one, and its memory is not known here.
    if jobs is not None or cluster is not None or pipeline.network.device != "cpu" or not sizes:
        return jobs or 1
    rounds = sum(sizes) // (_ROUNDS * max(sizes))
    most = min(rounds, psutil.virtual_memory().available // _MEMORY)
    processors = n_threads()
    return max(n for n in range(1, processors + 1) if n == 1 or (n <= most and not processors % n))

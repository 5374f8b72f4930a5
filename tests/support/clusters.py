"""Dask's clusters, as tests start them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Workers are copies of one process that has imported what they need, and do not look all the time
# how they are doing, as Dask's would.
_LEAN = {
    "distributed.worker.multiprocessing-method": "forkserver",
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500 ms",
    "distributed.admin.system-monitor.interval": "5 s",
}


@contextmanager
def lean_clusters(more: dict[str, Any]) -> Iterator[None]:
    """Have clusters cost little, with more settings of Dask's; the environment is afterwards as it
    was: Dask's nannies leave in it that libraries shall take one thread.
    """
    import dask.config

    before = dict(os.environ)
    with dask.config.set(_LEAN | more):
        yield
    os.environ.clear()
    os.environ.update(before)

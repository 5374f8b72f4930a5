"""Work for a worker process that has processes beside it."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

from tests.support import analyzers
from videoemo.inference import processes
from videoemo.inference.processes import ProcessExecutor
from videoemo.runs.workers.interfaces import Limits

Report = Callable[[int, float], None]


def prepare(n_threads: int) -> Callable[[Any, Report], Any]:
    """An item is the name of a function of `analyzers` and its argument, and is done by each of the
    two processes that the worker starts, once it has begun some threads.
    """
    for _ in range(n_threads):
        Thread(target=time.sleep, args=(600,), daemon=True).start()
    processes.n_threads = lambda: 2  # type: ignore[attr-defined]
    executor = ProcessExecutor(analyzers.load, limits=Limits(memory=10**6))  # type: ignore[arg-type]
    executor.wait()

    def work(item: Any, report: Report) -> Any:
        name, argument = item
        calls = [executor.submit(getattr(analyzers, name), argument) for _ in range(2)]
        return [call.exception() or call.result() for call in calls]

    return work

"""Workers of a running Dask cluster, as workers of a run.

The run sends each of them one item at a time, to that worker alone, so that it knows which item
crashed which worker: Dask itself would send an item whose worker died to another one, and again,
until it had crashed several. Tasks that Dask repeats by itself have no effect
(`ClipServer.run_item`).

Anyone who reaches a Dask scheduler can run code on its workers, and on the clients that connect to
it: all data is unpickled. Use a cluster of your own, in a network of your own, or one that is
secured by TLS.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import attrgetter, methodcaller
from pathlib import Path
from queue import SimpleQueue
from threading import Event as Flag
from threading import Lock, Thread
from time import monotonic
from typing import Any, Self
from uuid import uuid4

from distributed import CancelledError, Client, Future, KilledWorker
from distributed.comm.addressing import get_address_host_port
from distributed.scheduler import NoValidWorkerError

from videoemo.errors import InputError, VideoemoError, WorkerError
from videoemo.runs.workers.dask_worker import TOPIC, Outcome, Setup
from videoemo.runs.workers.interfaces import Event, Limits, Worker, WorkerCrash
from videoemo.runs.workers.worker import Batch, Done, Ready, Refused
from videoemo.util.messages import one_line
from videoemo.util.versions import versions

__all__ = ["DaskWorkerSource"]

# Seconds between two checks of the cluster's workers.
_POLL = 1.0
# Seconds for the transfer of a result.
_TRANSFER = 30.0


class DaskWorkerSource:
    """Source of workers of a Dask cluster; a context manager, which releases them.

    Parameters
    ----------
    address : str
        The scheduler's, such as `tcp://10.0.0.1:8786`.
    prepare : callable
        The first thing that the process beside each worker runs, see `WorkerProcess`.
    jobs : int
        The number of workers used, at most.
    limits : Limits
        Of one item, enforced where it is done.
    patience : float, default=60.0
        Seconds without a single worker after which the run gives up.
    """

    # Patience: a worker that died is started again by its nanny within a few seconds.
    def __init__(
        self,
        address: str,
        prepare: Callable[[], Any],
        *,
        jobs: int,
        limits: Limits,
        patience: float = 60.0,
    ) -> None:
        self._address, self._jobs, self._patience = address, jobs, patience
        self._run = uuid4().hex
        self._setup = pickle.dumps(Setup(self._run, prepare, limits, Path.cwd(), versions()))
        self._proxies: list[DaskWorkerProxy] = []
        self._stderr_line: Callable[[str], None] | None = None
        self._stop = Flag()

    def __enter__(self) -> Self:
        """Connect to the scheduler.

        Raises
        ------
        InputError
            There is no scheduler at the address.
        WorkerError
            It has no workers.
        """
        try:
            # First: a client that is given no address keeps the process from ending.
            get_address_host_port(self._address)
            self._client = _connect(self._address)
        except (
            OSError,
            ValueError,
            TypeError,  # of TLS without certificates
            MemoryError,  # another server's words, such as the dashboard's, read as lengths
        ) as exc:
            raise InputError(
                f"no Dask scheduler at {self._address!r} ({one_line(exc)}); give the address that "
                "`dask scheduler` says"
            ) from exc
        self._refresh()
        if not self._addresses:
            self._client.close()
            raise WorkerError(
                f"the cluster at {self._address} has no workers; start some: dask "
                f"worker {self._address}"
            )
        self._client.subscribe_topic(TOPIC, self._on_event)
        self._monitor = Thread(target=self._watch, name="cluster", daemon=True)
        self._monitor.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._client.close()
        self._monitor.join()

    def start_missing(
        self,
        running: Sequence[Worker],
        events: SimpleQueue[Event],
        stderr_line: Callable[[str], None],
    ) -> Iterator[Worker]:
        """Take workers of the cluster that are not in use; see `WorkerSource`.

        Parameters
        ----------
        running, events, stderr_line : sequence of Worker, SimpleQueue, callable
            See `WorkerSource`.

        Raises
        ------
        WorkerError
            There has been none for a while, or the scheduler is gone.
        """
        self._stderr_line = stderr_line
        self._proxies = [proxy for proxy in self._proxies if proxy in running]
        if self._client.status != "running":
            raise _scheduler_lost()
        if monotonic() - self._last_seen > self._patience:
            raise WorkerError(
                f"the cluster has had no workers for {self._patience:g} s; what is done is kept: "
                "start some, and run it again"
            )
        used = {proxy.address for proxy in self._proxies}
        for address in sorted(self._addresses - used)[: self._jobs - len(used)]:
            proxy = DaskWorkerProxy(self._client, address, self._setup, events)
            self._proxies.append(proxy)
            yield proxy

    def _watch(self) -> None:
        while not self._stop.wait(_POLL):
            try:
                self._refresh()
            except Exception:
                # The scheduler is gone, whatever the error: tasks that are cancelled by that say
                # so, if there are any.
                continue
            for proxy in list(self._proxies):
                if proxy.address not in self._addresses:
                    proxy.end()

    def _refresh(self) -> None:
        """Get the addresses of the cluster's workers."""
        self._addresses = frozenset(self._client.nthreads())
        if self._addresses:
            self._last_seen = monotonic()

    def _on_event(self, event: tuple[float, dict[str, Any]]) -> None:
        """Pass on an event of a clip server."""
        _, message = event
        if message["run"] != self._run:
            return
        if "line" in message:
            if self._stderr_line is not None:
                self._stderr_line(message["line"])
            return
        for proxy in list(self._proxies):
            proxy.report(message["task"], message["n_frames"], message["share"])


class DaskWorkerProxy:
    """Proxy of a worker of the cluster, with a clip server of ours.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster.
    address : str
        The worker's.
    setup : bytes
        A pickled `dask_worker.Setup`.
    events : SimpleQueue
        Where its messages are put.
    """

    def __init__(
        self, client: Client, address: str, setup: bytes, events: SimpleQueue[Event]
    ) -> None:
        self.ready, self.address = False, address
        self._client, self._events, self._lock = client, events, Lock()
        # On this worker alone, and never taken for the same as an earlier task.
        self._submit = partial(
            client.submit, workers=[address], allow_other_workers=False, pure=False
        )
        # Pickled by us: unpickling ends with an error there where videoemo is missing, whereas
        # Dask's own ends the worker.
        loaded = self._submit(pickle.loads, setup)
        self._server = self._submit(methodcaller("start_server"), loaded)
        self._name = ""
        self._n_reported = 0
        self._await(self._submit(attrgetter("name"), self._server), self._on_loaded)

    def send(self, what: Any) -> None:
        """Send it an item."""
        self._n_reported = 0
        try:
            # It would wait for the scheduler, which has forgotten all when it is back.
            if self._client.status != "running":
                raise CancelledError
            call = methodcaller("run_item", self._name, pickle.dumps(what))
            self._await(self._submit(call, self._server), self._on_done)
        except CancelledError:  # by Dask too, where the scheduler has come back
            self._events.put((self, Refused(_scheduler_lost())))

    def memory(self) -> float:
        """0: its clip server enforces the limit."""
        return 0.0

    def close(self) -> str:
        """Release it: its clip server ends, in the middle of an item too. Return how it ended,
        where it did so by itself.
        """
        self._task.release()
        self._server.release()
        return "lost by the cluster"

    def end(self) -> None:
        """Report that the cluster has lost it."""
        self._events.put((self, None))

    def report(self, task: str, n_frames: int, share: float) -> None:
        """Report progress, if it is of the present task.

        Parameters
        ----------
        task : str
            The key of the task.
        n_frames : int
            The frames done in all.
        share : float
            The share of the item that is done, 0 to 1.
        """
        with self._lock:
            if self._task_key == task:
                self._events.put((self, Batch(n_frames - self._n_reported, share)))
                self._n_reported = n_frames

    def _await(self, task: Future[Any], then: Callable[[Any], Iterator[Any]]) -> None:
        self._task = task
        self._task_key: str | None = str(task.key)
        task.add_done_callback(partial(self._on_result, then))

    def _on_result(self, then: Callable[[Any], Iterator[Any]], task: Future[Any]) -> None:
        # Not longer: events come through the same thread as results.
        with self._lock:
            self._task_key = None
        for message in _messages(task, then):
            self._events.put((self, message))

    def _on_loaded(self, name: str) -> Iterator[Any]:
        self._name = name
        yield Ready() if name else None

    def _on_done(self, outcome: Outcome | None) -> Iterator[Any]:
        if outcome is None:
            yield None
            return
        if not isinstance(outcome.result, WorkerCrash):
            yield Batch(outcome.n_frames - self._n_reported, 1.0)
        yield Done(outcome.result)


def _messages(task: Future[Any], then: Callable[[Any], Iterator[Any]]) -> Iterator[Any]:
    """Messages for the pool that the end of a task makes."""
    try:
        result = task.result(timeout=_TRANSFER)
    except VideoemoError as exc:
        yield Refused(exc)
    except CancelledError:
        yield Refused(_scheduler_lost())
    except (KilledWorker, NoValidWorkerError, OSError):
        # The last: the worker died during the transfer of its result.
        yield None
    except Exception as exc:  # such as where videoemo is not installed
        reason = one_line(f"{type(exc).__name__}: {exc}")
        yield Refused(
            WorkerError(
                f"the cluster's worker cannot work ({reason}); install the same videoemo on "
                "every worker"
            )
        )
    else:
        yield from then(result)


def _scheduler_lost() -> WorkerError:
    return WorkerError(
        "the cluster's scheduler is gone; what is done is kept: run it again when it is back"
    )


def _connect(address: str) -> Client:
    """A client of the scheduler at an address; one that cannot connect is closed.

    It would close itself when it is collected, and where that happened in the thread that the next
    client starts, each would wait for the other.
    """
    client = Client.__new__(Client)
    try:
        Client.__init__(client, address, set_as_default=False, name="videoemo")
    except BaseException:
        client.close()
        raise
    return client

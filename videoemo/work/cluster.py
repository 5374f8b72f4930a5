"""The workers of a Dask cluster that is there, as workers of a run.

The run gives each of them one item at a time, to it alone, so that it knows which item cost which worker: Dask would give an item whose worker
died to another one, and again, until it had brought down a few. What Dask does again by itself does nothing (`hosting.Host.work_on`).

Whoever reaches a Dask scheduler can run code on its workers, and on those who connect to it: everything that travels is unpickled. Use a cluster
of your own, in a network of your own, or one that is secured by TLS.
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
from videoemo.provenance import versions
from videoemo.work.crew import Event, Limits, Lost, Worker
from videoemo.work.hosting import TOPIC, Outcome, Setup
from videoemo.work.worker import Batch, Done, Ready, Refused

__all__ = ["ClusterCrew"]

# Seconds between two looks at which workers the cluster has.
_LOOK = 1.0
# Seconds for the way of a result that is there.
_WAY = 30.0


class ClusterCrew:
    """The workers of a cluster; a context manager that lets go of them.

    Parameters
    ----------
    address : the scheduler's, such as `tcp://10.0.0.1:8786`.
    prepare : what the process beside each worker runs first, see `process.Process`.
    jobs : how many workers are taken, at most.
    limits : of one item, kept where it is done.
    patience : seconds without a single worker, after which none is waited for.
    """

    # Patience: a worker that died is started again by its nanny within a few seconds.
    def __init__(self, address: str, prepare: Callable[[], Any], *, jobs: int, limits: Limits, patience: float = 60.0) -> None:
        self._address, self._jobs, self._patience = address, jobs, patience
        self._run = uuid4().hex
        self._setup = pickle.dumps(Setup(self._run, prepare, limits, Path.cwd(), versions()))
        self._remotes: list[Remote] = []
        self._said: Callable[[str], None] | None = None
        self._stop = Flag()

    def __enter__(self) -> Self:
        """Connect.

        Raises
        ------
        InputError : there is no scheduler at the address.
        WorkerError : it has no workers.
        """
        try:
            get_address_host_port(self._address)  # first: a client that is given no address keeps the process from ending
            self._client = Client(self._address, set_as_default=False, name="videoemo")
        except (OSError, ValueError) as exc:
            reason = " ".join(str(exc).split())
            raise InputError(f"no Dask scheduler at {self._address!r} ({reason}); give the address that `dask scheduler` says") from exc
        self._look()
        if not self._there:
            self._client.close()
            raise WorkerError(f"the cluster at {self._address} has no workers; start some: dask worker {self._address}")
        self._client.subscribe_topic(TOPIC, self._told)
        self._watching = Thread(target=self._watch, name="cluster", daemon=True)
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._client.close()
        self._watching.join()

    def hire(self, having: Sequence[Worker], events: SimpleQueue[Event], said: Callable[[str], None]) -> Iterator[Worker]:
        """Take those of the cluster's workers that are not taken; see `crew.Crew`.

        Raises
        ------
        WorkerError : there has been none for a while, or the scheduler is gone.
        """
        self._said = said
        self._remotes = [remote for remote in self._remotes if remote in having]
        if self._client.status != "running":
            raise _gone()
        if monotonic() - self._seen > self._patience:
            raise WorkerError(f"the cluster has had no workers for {self._patience:g} s; what is done is kept: start some, and run it again")
        taken = {remote.address for remote in self._remotes}
        for address in sorted(self._there - taken)[: self._jobs - len(taken)]:
            remote = Remote(self._client, address, self._setup, events)
            self._remotes.append(remote)
            yield remote

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK):
            try:
                self._look()
            except Exception:  # the scheduler is gone, in whatever words: tasks that are cancelled by that say so, if there are any
                continue
            for remote in list(self._remotes):
                if remote.address not in self._there:
                    remote.lost()

    def _look(self) -> None:
        self._there = frozenset(self._client.nthreads())
        if self._there:
            self._seen = monotonic()

    def _told(self, event: tuple[float, dict[str, Any]]) -> None:
        """Pass on what hosts tell."""
        _, message = event
        if message["run"] != self._run:
            return
        if "line" in message:
            if self._said is not None:
                self._said(message["line"])
            return
        for remote in list(self._remotes):
            remote.told(message["task"], message["n_frames"], message["share"])


class Remote:
    """A worker of the cluster, with a host of ours.

    Parameters
    ----------
    setup : a `hosting.Setup`, pickled.
    """

    def __init__(self, client: Client, address: str, setup: bytes, events: SimpleQueue[Event]) -> None:
        self.ready, self.address = False, address
        self._client, self._events, self._lock = client, events, Lock()
        # Not to be done by another, nor taken for something that was done before.
        self._submit = partial(client.submit, workers=[address], allow_other_workers=False, pure=False)
        # Pickled by us: unpickling ends with an error there where videoemo is missing, whereas Dask's own ends the worker.
        self._host = self._submit(methodcaller("host"), self._submit(pickle.loads, setup))
        self._name = ""
        self._told = 0
        self._await(self._submit(attrgetter("name"), self._host), self._loaded)

    def send(self, what: Any) -> None:
        """Give it an item."""
        self._told = 0
        try:
            if self._client.status != "running":  # it would wait for the scheduler, which has forgotten all when it is back
                raise CancelledError
            self._await(self._submit(methodcaller("work_on", self._name, pickle.dumps(what)), self._host), self._done)
        except CancelledError:  # by Dask too, where the scheduler has come back
            self._events.put((self, Refused(_gone())))

    def memory(self) -> float:
        """Not known here: its host keeps to the limit."""
        return 0.0

    def close(self) -> str:
        """Let go of it: its host ends, with whatever it is at. Return how it ended, where it did so by itself."""
        self._task.release()
        self._host.release()
        return "lost by the cluster"

    def lost(self) -> None:
        """The cluster has it no more."""
        self._events.put((self, None))

    def told(self, task: str, n_frames: int, share: float) -> None:
        """So many frames in all of what is done by a task are done, if it is the one it is at."""
        with self._lock:
            if self._at == task:
                self._events.put((self, Batch(n_frames - self._told, share)))
                self._told = n_frames

    def _await(self, task: Future[Any], then: Callable[[Any], Iterator[Any]]) -> None:
        self._task = task
        self._at: str | None = str(task.key)
        task.add_done_callback(partial(self._heard, then))

    def _heard(self, then: Callable[[Any], Iterator[Any]], task: Future[Any]) -> None:
        with self._lock:  # not longer: what is told comes through the thread that results come through too
            self._at = None
        for message in _outcome(task, then):
            self._events.put((self, message))

    def _loaded(self, name: str) -> Iterator[Any]:
        self._name = name
        yield Ready() if name else None

    def _done(self, outcome: Outcome | None) -> Iterator[Any]:
        if outcome is None:
            yield None
            return
        if not isinstance(outcome.result, Lost):
            yield Batch(outcome.n_frames - self._told, 1.0)
        yield Done(outcome.result)


def _outcome(task: Future[Any], then: Callable[[Any], Iterator[Any]]) -> Iterator[Any]:
    """What the result of a task says."""
    try:
        result = task.result(timeout=_WAY)
    except VideoemoError as exc:
        yield Refused(exc)
    except CancelledError:
        yield Refused(_gone())
    except (KilledWorker, NoValidWorkerError, OSError):  # the last: the worker died on the way of its result
        yield None
    except Exception as exc:  # videoemo is not there, for one
        reason = " ".join(f"{type(exc).__name__}: {exc}".split())
        yield Refused(WorkerError(f"the cluster's worker cannot work ({reason}); install the same videoemo on every worker"))
    else:
        yield from then(result)


def _gone() -> WorkerError:
    return WorkerError("the cluster's scheduler is gone; what is done is kept: run it again when it is back")

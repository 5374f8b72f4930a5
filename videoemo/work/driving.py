"""A plan carried out: by worker processes, under leases, with a word to whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any

from videoemo.errors import WorkerError
from videoemo.files import results_folder
from videoemo.progress import Progress
from videoemo.recipes import Pipeline
from videoemo.tables import VideoRow
from videoemo.work.claims import Claims
from videoemo.work.crew import Limits, Lost
from videoemo.work.jobs import Job, load_elsewhere
from videoemo.work.leases import RUN, Leases
from videoemo.work.plan import Plan
from videoemo.work.process import LocalCrew, threads_each
from videoemo.work.results import publishing
from videoemo.work.rows import Failure
from videoemo.work.workers import Workers

__all__ = ["carried_out", "tables"]

# Seconds between two tries to write the run's tables while another run writes them, which takes no longer.
_TABLES = 0.5


@contextmanager
def carried_out(
    plan: Plan, load: Callable[[], Any], pipeline: Pipeline, *, jobs: int, cluster: str | None = None, progress: Progress
) -> Iterator[Leases]:
    """Have all that is to do done, here or by other runs, with its results in `plan.known`; then yield the leases for what is left to write.

    Parameters
    ----------
    load : what each worker runs first, see `work.process.Process`.
    pipeline : says how much a video may take, and which extractor serves.
    jobs : workers, at most; of a cluster, all.
    cluster : the address of a Dask scheduler, whose workers do it in place of processes of this machine.

    Raises
    ------
    VideoemoError : what the workers need cannot be loaded, there is no such cluster, or results cannot be written.
    """
    for line in plan.lines():
        progress.notice(line)
    with _workers(plan, load, pipeline, jobs, cluster, progress) if plan.todo else nullcontext() as workers:
        results_folder(plan.out)  # made when it is known that there will be results
        with Leases(plan.out) as leases:
            leases.sweep()
            if workers is not None:
                progress.begin(plan.todo)
                _work(plan, workers, leases, progress)
            yield leases
            leases.sweep()


@contextmanager
def tables(leases: Leases) -> Iterator[Path]:
    """Yield an empty folder for the tables of the whole run, which then appear together; other runs wait meanwhile.

    Raises
    ------
    OutputError : they cannot be written.
    """
    while (lease := leases.take(RUN)) is None:
        sleep(_TABLES)
    with publishing(lease) as folder:
        yield folder
    leases.release(lease)


@contextmanager
def _workers(plan: Plan, load: Callable[[], Any], pipeline: Pipeline, jobs: int, cluster: str | None, progress: Progress) -> Iterator[Workers[Job]]:
    limits, watcher = Limits(pipeline.timeout, pipeline.memory), _Watcher(progress)
    if cluster is None:
        jobs = min(jobs, len(plan.todo))
        with Workers(LocalCrew(load, jobs=jobs, threads=threads_each(jobs)), limits=limits, watcher=watcher) as workers:
            yield workers
        return
    try:
        from videoemo.work.cluster import ClusterCrew
    except ImportError as exc:
        raise WorkerError(f"--cluster needs Dask ({exc}): pip install 'videoemo[dask]'") from exc
    with (
        ClusterCrew(cluster, partial(load_elsewhere, load, pipeline, plan.settings), jobs=len(plan.todo), limits=limits) as crew,
        Workers(crew, limits=Limits(), watcher=watcher) as workers,
    ):
        yield workers


def _work(plan: Plan, workers: Workers[Job], leases: Leases, progress: Progress) -> None:
    """Have all that is to do done, here or by other runs, and its results in `plan.known`."""

    def end(clip_id: str, result: VideoRow | Failure) -> None:
        plan.known[clip_id] = result
        progress.end(result.row() if isinstance(result, Failure) else result)

    def jobs() -> Iterator[Job | None]:
        for claim in claims.each():
            if claim is None:
                yield None
            elif isinstance(claim[1], Path):
                yield Job(claim[0], claim[1], plan.key(claim[0]))
            else:
                end(claim[0].id, claim[1])

    with Claims(plan, leases) as claims:
        while claims.left:
            for job, result in workers.run(jobs()):
                if isinstance(result, Lost):
                    result = Failure(job.clip.id, "worker", result.kind, result.reason)
                counts = claims.finish(job.clip, result)
                if counts is not None:
                    end(job.clip.id, counts)


class _Watcher:
    """What the workers say, for the run's progress."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._said: set[str] = set()

    def batch(self, job: Job, n_frames: int, share: float) -> None:
        """Pass it on."""
        self._progress.batch(job.clip, n_frames, share)

    def suspect(self, job: Job, reason: str) -> None:
        """Say so."""
        self._progress.notice(f"{job.clip.id}: {reason}; it is tried again, alone, when the others are done")

    def said(self, line: str) -> None:
        """Pass on what no other worker has said."""
        if line not in self._said:
            self._said.add(line)
            self._progress.said(line)

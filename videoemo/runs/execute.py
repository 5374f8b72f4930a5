"""Execution of a plan by worker processes, under leases, with progress reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from videoemo.errors import WorkerError
from videoemo.runs.job import Job, Work
from videoemo.runs.plan import Plan
from videoemo.runs.progress import Progress
from videoemo.runs.queue import WorkQueue
from videoemo.runs.state.leases import RUN, Leases
from videoemo.runs.state.results import publishing
from videoemo.runs.workers.interfaces import Limits, WorkerCrash
from videoemo.runs.workers.pool import WorkerPool
from videoemo.runs.workers.process import LocalWorkerSource, threads_per_worker
from videoemo.tables.results_folder import mark_results_folder
from videoemo.tables.summary import Failure
from videoemo.tables.videos import VideoRow
from videoemo.util.files import prepare_output_dir

__all__ = ["execute", "publishing_tables"]


@contextmanager
def execute(
    plan: Plan,
    load: Callable[[], Work],
    load_remote: Callable[[], Work],
    *,
    limits: Limits,
    jobs: int,
    cluster: str | None = None,
    progress: Progress,
) -> Iterator[Leases]:
    """Execute a plan: a context manager that yields the leases once all videos are done.

    Other runs may do some of them; the results of all are then in `plan.known`.

    Parameters
    ----------
    plan : Plan
        What is to be done.
    load : callable
        Loads the work in each worker process: a function of a module, or a partial of one.
    load_remote : callable
        The same for a worker that may be on another machine.
    limits : Limits
        Of one job.
    jobs : int
        The number of workers, at most; of a cluster, all are used.
    cluster : str or None
        The address of a Dask scheduler, whose workers do it in place of processes of this machine.
    progress : Progress
        Where the run reports its progress.

    Yields
    ------
    Leases
        For what is left to write.

    Raises
    ------
    InputError
        A run with other settings is at work on the output folder, or there is no such cluster.
    VideoemoError
        What the workers need cannot be loaded, or results cannot be written.
    """
    for line in plan.redo_notices():
        progress.notice(line)
    watcher = _Watcher(progress)
    if not plan.todo:
        pool: AbstractContextManager[WorkerPool[Job] | None] = nullcontext()
    elif cluster is None:
        pool = _local_workers(plan, load, limits, jobs, watcher)
    else:
        pool = _cluster_workers(plan, load_remote, limits, cluster, watcher)
    with pool as workers:
        prepare_output_dir(plan.out)  # not before it is certain that there will be results
        mark_results_folder(plan.out)
        with Leases(plan.out, own_files=plan.own_files, notice=progress.notice) as leases:
            leases.join(plan.settings)
            leases.sweep()
            if workers is not None:
                progress.begin(plan.todo_sizes)
                _run_jobs(plan, workers, leases, progress)
            yield leases
            leases.sweep()


@contextmanager
def publishing_tables(leases: Leases) -> Iterator[Path]:
    """Publish the tables of the whole run: yields an empty folder, whose files then appear in the
    output folder together; other runs wait meanwhile.

    Raises
    ------
    OutputError
        They cannot be written.
    """
    lease = leases.wait(RUN)
    with publishing(lease) as folder:
        yield folder
    leases.release(lease)


def _local_workers(
    plan: Plan, load: Callable[[], Work], limits: Limits, jobs: int, watcher: _Watcher
) -> WorkerPool[Job]:
    jobs = min(jobs, len(plan.todo))
    source = LocalWorkerSource(load, jobs=jobs, threads=threads_per_worker(jobs))
    return WorkerPool(source, limits=limits, watcher=watcher)


@contextmanager
def _cluster_workers(
    plan: Plan, load: Callable[[], Work], limits: Limits, cluster: str, watcher: _Watcher
) -> Iterator[WorkerPool[Job]]:
    try:
        from videoemo.runs.workers.dask_client import DaskWorkerSource
    except ImportError as exc:
        raise WorkerError(f"--cluster needs Dask ({exc}): pip install 'videoemo[dask]'") from exc
    with (
        DaskWorkerSource(cluster, load, jobs=len(plan.todo), limits=limits) as source,
        # The limits are enforced where the work is done.
        WorkerPool(source, limits=Limits(), watcher=watcher) as workers,
    ):
        yield workers


def _run_jobs(plan: Plan, workers: WorkerPool[Job], leases: Leases, progress: Progress) -> None:
    """Run all jobs of a plan, here or in other runs, and put their results into `plan.known`."""

    def end(clip_id: str, result: VideoRow | Failure) -> None:
        plan.known[clip_id] = result
        progress.end(result.row() if isinstance(result, Failure) else result)

    def jobs() -> Iterator[Job | None]:
        for claim in queue.claims():
            if claim is None:
                yield None
            elif isinstance(claim[1], Path):
                yield Job(claim[0], claim[1], plan.key(claim[0]))
            else:
                end(claim[0].id, claim[1])

    with WorkQueue(plan, leases) as queue:
        while queue.left:
            for job, result in workers.run(jobs()):
                if isinstance(result, WorkerCrash):
                    result = Failure(job.clip.id, "worker", result.kind, result.reason)
                finished = queue.finish(job.clip, result)
                if finished is not None:
                    end(job.clip.id, finished)


class _Watcher:
    """Watcher of the worker pool that reports to a run's progress."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._lines: set[str] = set()

    def batch(self, job: Job, n_frames: int, share: float) -> None:
        """Report frames done."""
        self._progress.batch(job.clip, n_frames, share)

    def suspect(self, job: Job, reason: str) -> None:
        """Report a job that cost its worker."""
        self._progress.notice(
            f"{job.clip.id}: {reason}; it is tried again, alone, when the others are done"
        )

    def stderr_line(self, line: str) -> None:
        """Report a line, unless another worker has written the same."""
        if line not in self._lines:
            self._lines.add(line)
            self._progress.stderr_line(line)

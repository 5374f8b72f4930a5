"""Many videos: handed to worker processes, the longest first; what is done is kept, what failed is listed and never swallowed.

The parent opens no video and loads no network, so that no video can bring it down.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import astuple, dataclass, fields
from functools import partial
from pathlib import Path
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any

from videoemo.datasets import find_clips
from videoemo.engines.mtcnn_weights import SHA256
from videoemo.files import results_folder, whole
from videoemo.progress import Progress
from videoemo.provenance import what_ran, write_json
from videoemo.recipes import Pipeline
from videoemo.serving import serving
from videoemo.tables import VideoRow, write_videos
from videoemo.work.claims import Claims
from videoemo.work.jobs import Job, load
from videoemo.work.keys import settings_key
from videoemo.work.leases import RUN, Leases
from videoemo.work.plan import Plan, Resume, make_plan
from videoemo.work.process import threads_each
from videoemo.work.results import publishing
from videoemo.work.rows import Failure
from videoemo.work.workers import Limits, Lost, Workers

if TYPE_CHECKING:
    from videoemo.cards import Card
    from videoemo.model import Model

__all__ = ["Run", "Scoring", "plan_scoring", "score_folder"]

# Seconds between two tries to write the run's tables while another run writes them, which takes no longer.
_TABLES = 0.5


@dataclass(frozen=True)
class Run:
    """What became of a run.

    Parameters
    ----------
    rows : one a video, in path order.
    failures : of those that failed, in path order.
    seconds : it took so long.
    before : how many of the videos had been done, or had failed, before.
    """

    rows: list[VideoRow]
    failures: list[Failure]
    seconds: float
    before: int


@dataclass(frozen=True)
class Scoring:
    """A run that is about to be.

    Parameters
    ----------
    plan : what there is to do.
    pipeline : with the extractor that serves.
    card : that extractor's.
    ran : what the summaries say of the run.
    model : classifies each video.
    scores : the columns of its scores in videos.csv.
    """

    plan: Plan
    pipeline: Pipeline
    card: Card
    ran: dict[str, Any]
    model: Model | None
    scores: tuple[str, ...] | None


def plan_scoring(
    paths: Sequence[Path], out: Path, pipeline: Pipeline, *, progress: Progress, model: Model | None = None, resume: Resume | None = None
) -> Scoring:
    """See what a run would have to do; nothing is written.

    Raises
    ------
    InputError : a path that does not exist, no video, an unknown extractor, a model that was fitted on another one's features.
    WeightsError : an extractor's weights that are missing or damaged.
    """
    clips = find_clips(paths, leave_out=out, picture_folders=pipeline.fps is not None)
    served, card = serving(pipeline, notice=progress.notice)
    ran, scores = what_ran(pipeline, card, SHA256), None
    if model is not None:
        from videoemo.prediction import ClipClassifier

        classify = ClipClassifier(model, card)
        ran, scores = ran | {"model": classify.provenance()}, classify.scores
    settings = settings_key(served, card, SHA256, model=ran.get("model"))
    return Scoring(make_plan(clips, out, served, settings, resume or Resume()), served, card, ran, model, scores)


def score_folder(
    paths: Sequence[Path],
    out: Path,
    pipeline: Pipeline,
    *,
    progress: Progress,
    model: Model | None = None,
    jobs: int = 1,
    resume: Resume | None = None,
) -> Run:
    """Score every video of some files and folders; `out` gets the tables, summaries and pictures.

    A video that cannot be read, or brings down two workers, becomes a failed row and the others go on. What an earlier run did with the same
    settings counts. Any number of runs may work on one folder.

    Parameters
    ----------
    model : classifies each video.
    jobs : worker processes; the results do not depend on it.

    Raises
    ------
    InputError : a path that does not exist, no video, an unknown extractor, a model that was fitted on another one's features.
    WeightsError : weights that are missing or damaged.
    WorkerError : the workers cannot be started.
    OutputError : `out` cannot be written.
    """
    scoring = plan_scoring(paths, out, pipeline, progress=progress, model=model, resume=resume)
    plan = scoring.plan
    for line in plan.lines():
        progress.notice(line)
    before = len(plan.known)
    jobs = min(jobs, len(plan.todo))
    watcher = _Watcher(progress)
    limits = Limits(pipeline.timeout, pipeline.memory)
    loading = partial(load, scoring.pipeline, scoring.ran, model)
    with Workers(loading, jobs=jobs, threads=threads_each(jobs), limits=limits, watcher=watcher) if plan.todo else nullcontext() as workers:
        results_folder(out)
        started = perf_counter()
        with Leases(out) as leases:
            leases.sweep()
            if workers is not None:
                progress.begin(plan.todo)
                _work(plan, workers, leases, progress)
            found = [plan.known[clip.id] for clip in plan.clips]
            failures = [result for result in found if isinstance(result, Failure)]
            rows = [result.row() if isinstance(result, Failure) else result for result in found]
            run = Run(rows, failures, perf_counter() - started, before)
            _publish(run, scoring, leases)
            leases.sweep()
    return run


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
                yield Job(claim[0], claim[1], plan.keys[claim[0].id])
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


def _publish(run: Run, scoring: Scoring, leases: Leases) -> None:
    """Write the tables of the whole run; they appear together."""
    out, card = scoring.plan.out, scoring.card
    while (lease := leases.take(RUN)) is None:
        sleep(_TABLES)
    counts = {"videos": len(run.rows), "failed": len(run.failures), "frames": sum(row.frames or 0 for row in run.rows)}
    with publishing(lease) as folder:
        write_videos(run.rows, card.classes, folder / "videos.csv", affect=card.valence_arousal, scores=scoring.scores)
        if run.failures:
            _write_errors(run.failures, folder / "errors.csv")
        if scoring.pipeline.pictures:
            from videoemo.plots import overview

            overview(folder / "overview.png", videos=run.rows, classes=card.classes)
        write_json(folder / "summary.json", {**counts, "seconds_taken": round(run.seconds, 3), **scoring.ran})
    if not run.failures:
        (out / "errors.csv").unlink(missing_ok=True)
    leases.release(lease)


def _write_errors(failures: Sequence[Failure], path: Path) -> None:
    with whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Failure)])
        writer.writerows(astuple(failure) for failure in failures)


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

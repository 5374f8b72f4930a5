"""Many videos: handed to worker processes, the longest first; what is done is kept, what failed is listed and never swallowed.

The parent opens no video and loads no network, so that no video can bring it down.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from videoemo.datasets import find_clips
from videoemo.engines.mtcnn_weights import SHA256
from videoemo.files import whole
from videoemo.progress import Progress
from videoemo.provenance import what_ran, write_json
from videoemo.recipes import Pipeline
from videoemo.serving import serving
from videoemo.tables import VideoRow, write_videos
from videoemo.work.driving import carried_out, tables
from videoemo.work.jobs import load_scoring
from videoemo.work.keys import settings_key
from videoemo.work.leases import Leases
from videoemo.work.plan import Plan, Resume, make_plan
from videoemo.work.rows import Failure

if TYPE_CHECKING:
    from videoemo.cards import Card
    from videoemo.model import Model

__all__ = ["Run", "Scoring", "plan_scoring", "score_folder"]


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
    outputs = ("faces.parquet", *["faces.csv"] * served.csv, *["timeline.png"] * served.pictures)
    settings = settings_key(served, card, SHA256, model=ran.get("model"))
    return Scoring(make_plan(clips, out, settings, outputs=outputs, resume=resume or Resume()), served, card, ran, model, scores)


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
    before, started = len(plan.known), perf_counter()
    loading = partial(load_scoring, scoring.pipeline, scoring.ran, model)
    with carried_out(plan, loading, pipeline, jobs=jobs, progress=progress) as leases:
        found = [plan.known[clip.id] for clip in plan.clips]
        failures = [result for result in found if isinstance(result, Failure)]
        rows = [result.row() if isinstance(result, Failure) else result for result in found]
        run = Run(rows, failures, perf_counter() - started, before)
        _publish(run, scoring, leases)
    return run


def _publish(run: Run, scoring: Scoring, leases: Leases) -> None:
    """Write the tables of the whole run; they appear together."""
    out, card = scoring.plan.out, scoring.card
    counts = {"videos": len(run.rows), "failed": len(run.failures), "frames": sum(row.frames or 0 for row in run.rows)}
    with tables(leases) as folder:
        write_videos(run.rows, card.classes, folder / "videos.csv", affect=card.valence_arousal, scores=scoring.scores)
        if run.failures:
            _write_errors(run.failures, folder / "errors.csv")
        if scoring.pipeline.pictures:
            from videoemo.plots import overview

            overview(folder / "overview.png", videos=run.rows, classes=card.classes)
        write_json(folder / "summary.json", {**counts, "seconds_taken": round(run.seconds, 3), **scoring.ran})
    if not run.failures:
        (out / "errors.csv").unlink(missing_ok=True)


def _write_errors(failures: Sequence[Failure], path: Path) -> None:
    with whole(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Failure)])
        writer.writerows(astuple(failure) for failure in failures)

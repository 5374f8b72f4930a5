"""Many videos: handed to worker processes, the longest first; what is done is kept, what failed is listed and never swallowed.

The parent opens no video and loads no network, so that no video can bring it down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from videoemo.datasets import find_clips
from videoemo.engines.mtcnn_weights import SHA256
from videoemo.progress import Progress
from videoemo.provenance import what_ran
from videoemo.recipes import Pipeline
from videoemo.run_tables import Columns, Run, publish, run_of
from videoemo.serving import serving
from videoemo.work.driving import carried_out
from videoemo.work.jobs import load_scoring
from videoemo.work.keys import settings_key
from videoemo.work.plan import Plan, Resume, make_plan

if TYPE_CHECKING:
    from videoemo.model import Model

__all__ = ["Scoring", "plan_scoring", "score_folder"]


@dataclass(frozen=True)
class Scoring:
    """A run that is about to be.

    Parameters
    ----------
    plan : what there is to do.
    pipeline : with the extractor that serves.
    ran : what the summaries say of the run.
    columns : of videos.csv.
    """

    plan: Plan
    pipeline: Pipeline
    ran: dict[str, Any]
    columns: Columns


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
    served, card, _ = serving(pipeline, notice=progress.notice)
    ran, scores = what_ran(pipeline, card, SHA256), None
    if model is not None:
        from videoemo.prediction import ClipClassifier

        classify = ClipClassifier(model, card)
        ran, scores = ran | {"model": classify.provenance()}, classify.scores
    outputs = (
        "faces.parquet",
        "tracks.csv",
        *["faces.csv"] * served.csv,
        *["timeline.png"] * served.pictures,
        *["group.parquet"] * served.group,
        *["windows.csv"] * (model is not None),
    )
    settings = settings_key(served, card, SHA256, model=ran.get("model"))
    plan = make_plan(clips, out, settings, outputs=outputs, resume=resume or Resume())
    return Scoring(plan, served, ran, Columns(card.classes, card.valence_arousal, scores))


def score_folder(
    paths: Sequence[Path],
    out: Path,
    pipeline: Pipeline,
    *,
    progress: Progress,
    model: Model | None = None,
    jobs: int = 1,
    cluster: str | None = None,
    resume: Resume | None = None,
) -> Run:
    """Score every video of some files and folders; `out` gets the tables, summaries and pictures.

    A video that cannot be read, or brings down two workers, becomes a failed row and the others go on. What an earlier run did with the same
    settings counts. Any number of runs may work on one folder.

    Parameters
    ----------
    model : classifies each video.
    jobs : worker processes; the results do not depend on it.
    cluster : the address of a Dask scheduler, whose workers serve in place of them.

    Raises
    ------
    InputError : a path that does not exist, no video, an unknown extractor, a model that was fitted on another one's features, no such cluster.
    WeightsError : weights that are missing or damaged.
    WorkerError : the workers cannot be started.
    OutputError : `out` cannot be written.
    """
    scoring = plan_scoring(paths, out, pipeline, progress=progress, model=model, resume=resume)
    plan = scoring.plan
    before, started = len(plan.known), perf_counter()
    loading = partial(load_scoring, scoring.pipeline, scoring.ran, model)
    with carried_out(plan, loading, scoring.pipeline, jobs=jobs, cluster=cluster, progress=progress) as leases:
        run = run_of([plan.known[clip.id] for clip in plan.clips], seconds=perf_counter() - started, before=before)
        publish(run, out, leases, columns=scoring.columns, pictures=pipeline.pictures, ran=scoring.ran)
    return run

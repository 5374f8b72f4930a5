"""A folder of videos scored: handed to worker processes, the longest first; what is done is kept,
what failed is listed.

The parent opens no video and loads no network, so that no video can bring it down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from videoemo.analysis.fingerprint import settings_key
from videoemo.analysis.jobs import choose_jobs
from videoemo.analysis.remote import load_remote
from videoemo.config.pipeline import Pipeline
from videoemo.datasets.clips import find_clips
from videoemo.inference.resolve import resolve
from videoemo.runs.execute import execute
from videoemo.runs.plan import Plan, Resume, make_plan
from videoemo.runs.progress import Progress
from videoemo.runs.workers.interfaces import Limits
from videoemo.scoring.loading import load_work
from videoemo.scoring.outputs import REPLACED, wanted_outputs
from videoemo.scoring.provenance import run_provenance
from videoemo.scoring.run_tables import Run, write_run_tables
from videoemo.scoring.surplus import tell_or_prune
from videoemo.tables.columns import Columns
from videoemo.zoo.cards import require_expression
from videoemo.zoo.scored import heads_notice, refuse_ethnicity

if TYPE_CHECKING:
    from videoemo.classification.model_file import FittedClassifier

__all__ = ["Scoring", "plan_scoring", "score_folder"]


@dataclass(frozen=True)
class Scoring:
    """A run that is planned.

    Parameters
    ----------
    plan : Plan
        What there is to do.
    pipeline : Pipeline
        With the extractor that serves.
    ran : dict of str to object
        What the summaries say of the run.
    columns : Columns
        Of videos.csv.
    """

    plan: Plan
    pipeline: Pipeline
    ran: dict[str, Any]
    columns: Columns


def plan_scoring(
    paths: Sequence[Path],
    out: Path,
    pipeline: Pipeline,
    *,
    progress: Progress,
    classifier: FittedClassifier | None = None,
    resume: Resume | None = None,
) -> Scoring:
    """Plan what a run would have to do; nothing is written.

    Parameters
    ----------
    paths : sequence of Path
        Videos, pictures and folders of them.
    out : Path
        The output folder.
    pipeline : Pipeline
        The settings.
    progress : Progress
        Called where another extractor serves than the one asked for.
    classifier : FittedClassifier or None
        Classifies each video.
    resume : Resume or None
        What of an earlier run counts.

    Raises
    ------
    InputError
        A path that does not exist, no video, an unknown extractor, a classifier that was fitted on
        another one's features.
    WeightsError
        An extractor's weights that are missing or damaged.
    """
    clips = find_clips(
        paths,
        exclude=out,
        picture_folders=pipeline.sampling.fps is not None,
        notice=progress.notice,
    )
    resolved = resolve(pipeline, notice=progress.notice)
    require_expression(resolved.card)
    if pipeline.network.heads:
        progress.notice(heads_notice(pipeline.network.heads))
    ran, scores, sha256 = run_provenance(resolved), None, None
    if classifier is not None:
        refuse_ethnicity(classifier.classes, "the classes of the classifier are")
        from videoemo.classification.predict import ClipClassifier

        predictor = ClipClassifier(classifier, resolved.card)
        ran, scores = ran | {"classifier": predictor.provenance()}, predictor.scores
        sha256 = classifier.sha256
    wanted = wanted_outputs(resolved.pipeline, classifier=classifier is not None)
    columns = Columns(
        resolved.scored.classes,
        resolved.scored.number_names,
        scores,
        looked_at=resolved.pipeline.network.reuse > 0,
    )
    plan = make_plan(
        clips,
        out,
        settings_key(resolved, classifier=sha256),
        outputs={output.name: output.check(columns) for output in wanted if output.has is None},
        own_files=REPLACED,
        columns=columns,
        resume=resume or Resume(),
        notice=progress.notice,
    )
    return Scoring(plan, resolved.pipeline, ran, columns)


def score_folder(
    paths: Sequence[Path],
    out: Path,
    pipeline: Pipeline,
    *,
    progress: Progress,
    classifier: FittedClassifier | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    resume: Resume | None = None,
    prune: bool = False,
) -> Run:
    """Score every video of some files and folders; `out` gets the tables, summaries and pictures.

    A video that cannot be read, or brings down two workers, becomes a failed row and the others go
    on. What an earlier run did with the same settings counts. Any number of runs may work on
    one folder.

    Parameters
    ----------
    paths : sequence of Path
        Videos, pictures and folders of them.
    out : Path
        The output folder.
    pipeline : Pipeline
        The settings.
    progress : Progress
        Called with how the run goes.
    classifier : FittedClassifier or None
        Classifies each video.
    jobs : int or None
        Worker processes; None for as many as suit the videos. The results do not depend on it.
    cluster : str or None
        The address of a Dask scheduler, whose workers serve in place of them.
    resume : Resume or None
        What of an earlier run counts.
    prune : bool, default=False
        Whether what `out` holds of earlier runs, and this one does not make, is removed at the end,
        and not only told.

    Raises
    ------
    InputError
        A path that does not exist, no video, an unknown extractor, a classifier that was fitted on
        another one's features, no such cluster.
    WeightsError
        Weights that are missing or damaged.
    WorkerError
        The workers cannot be started.
    OutputError
        `out` cannot be written.
    """
    scoring = plan_scoring(
        paths, out, pipeline, progress=progress, classifier=classifier, resume=resume
    )
    plan, served = scoring.plan, scoring.pipeline
    before, started = len(plan.known), perf_counter()
    load = partial(load_work, served, scoring.ran, classifier, out)
    with execute(
        plan,
        load,
        partial(load_remote, load, served, plan.settings),
        limits=Limits(**asdict(served.limits)),
        jobs=choose_jobs(plan.todo_sizes.values(), served, jobs=jobs, cluster=cluster),
        cluster=cluster,
        progress=progress,
    ) as leases:
        results = [plan.known[clip.id] for clip in plan.clips]
        run = Run.from_results(results, seconds=perf_counter() - started, before=before)
        pictures = served.outputs.pictures
        write_run_tables(
            run, out, leases, columns=scoring.columns, pictures=pictures, ran=scoring.ran
        )
        tell_or_prune(
            plan,
            served,
            leases,
            classifier=classifier is not None,
            remove=prune,
            notice=progress.notice,
        )
    return run

"""The commands `score` and `merge`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from videoemo.cli import options
from videoemo.cli.report import report_on
from videoemo.runs.state.paths import INDEX
from videoemo.runs.workers.start import start_ahead
from videoemo.util.messages import count_noun
from videoemo.util.regular_files import is_regular
from videoemo.util.terminal import print_result, say

if TYPE_CHECKING:
    from videoemo.scoring.run_tables import Run

__all__ = ["merge", "print_run", "score"]


@click.command(no_args_is_help=False)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=options.GivenPath())
@options.out
@click.option(
    "--faces",
    type=click.Choice(["all", "largest", "score", "track:longest"]),
    help="Every face; one a frame, the largest or the surest; the person seen longest.",
)
@click.option("--every", type=click.IntRange(min=1), metavar="N", help="Sample every N-th frame.")
@click.option(
    "--fps",
    type=click.FloatRange(min=0, min_open=True),
    metavar="RATE",
    help="Sample so many frames a second; a folder of numbered pictures is then one video at that "
    "rate.",
)
@click.option("--start", type=float, metavar="SECONDS", help="Begin at this time.")
@click.option("--end", type=float, metavar="SECONDS", help="Stop before this time.")
@options.stream
@click.option(
    "--min-face", type=click.IntRange(min=12), metavar="PX", help="The smallest face looked for."
)
@click.option(
    "--extractor",
    type=options.NAME,
    metavar="NAME",
    help="The network: its name, or the path of its card.",
)
@click.option(
    "--heads",
    type=options.NAMES,
    metavar="NAME,NAME",
    help="age, gender: tell these, too, of a network that has such heads. Ethnicity is never told.",
)
@click.option(
    "--device",
    type=click.Choice(["cpu", "cuda", "mps"]),
    help="What runs the networks; cuda and mps are torch's.",
)
@click.option(
    "--pipeline",
    type=options.NAME,
    metavar="FILE",
    help="Settings: a TOML file with the keys to change.",
)
@click.option(
    "--classifier",
    type=options.GivenPath(),
    metavar="FILE",
    help="Classify each video, by a classifier that `fit` wrote.",
)
@click.option("--csv", is_flag=True, default=None, help="Write faces.csv beside faces.parquet.")
@click.option(
    "--keep-embeddings",
    is_flag=True,
    default=None,
    help="Write identities.parquet: what the network for re-identification says of each person.",
)
@options.jobs
@options.cluster
@click.option("--redo", is_flag=True, help="Do again what an earlier run has done.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed in an earlier run.")
@click.option(
    "--verify",
    is_flag=True,
    help="Read all that an earlier run has done, and the videos, before taking it for done.",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Remove results in OUT that this run does not make, as of a video that is gone.",
)
@click.option(
    "--report", "with_report", is_flag=True, help="Write a report for the browser, like `report`."
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Say what would be done, and how long it would take, and stop.",
)
@click.option(
    "--log-json",
    is_flag=True,
    help="Progress for machines: one JSON object a line, on standard error.",
)
def score(
    paths: tuple[Path, ...],
    out: Path,
    pipeline: str | None,
    classifier: Path | None,
    jobs: int | None,
    cluster: str | None,
    redo: bool,
    retry_failed: bool,
    verify: bool,
    prune: bool,
    with_report: bool,
    dry_run: bool,
    log_json: bool,
    **settings: Any,
) -> int:
    """Score videos, pictures and folders of them.

    OUT gets videos.csv (one row a video), overview.png, and for each video a folder with
    faces.parquet (one row a face a frame), tracks.csv (a person), expressions.csv (an episode),
    group.parquet (a frame), timeline.png, thumbnail.png, group.png of several persons, and
    summary.json; errors.csv says why videos failed. With --report it gets index.html, and each
    folder report.html. What an earlier run did in OUT with the same settings is not done again, so
    an interrupted run goes on when it is started again; any number of runs may share the work.
    Options left out are those of the pipeline `score`; with --classifier those that the classifier
    was fitted with, and videos.csv gets its prediction for each video and its probabilities or
    margins, windows.csv the same over time.
    """
    if cluster is None and not dry_run:
        start_ahead("videoemo.inference.models")
    from videoemo.analysis.jobs import choose_jobs
    from videoemo.config.pipeline import change_pipeline, load_pipeline
    from videoemo.runs.plan import Resume
    from videoemo.runs.progress import ConsoleProgress, JsonProgress
    from videoemo.scoring.folder import plan_scoring, score_folder
    from videoemo.scoring.surplus import surplus_line

    workers = options.jobs_or_cluster(jobs, cluster)
    given = {key: value for key, value in settings.items() if value is not None}
    progress, fitted = JsonProgress() if log_json else ConsoleProgress(), None
    if classifier is None:
        chosen = change_pipeline(load_pipeline(pipeline), **given)
    else:
        from videoemo.classification.model_file import load_fitted_classifier
        from videoemo.classification.predict import pipeline_for

        fitted = load_fitted_classifier(classifier)
        chosen, differences = pipeline_for(fitted, pipeline, **given)
        doubts = [f"{difference}: its figures may not hold" for difference in differences]
        for notice in [*filter(None, [fitted.notice]), *doubts]:
            progress.notice(notice)
    resume = Resume(redo=redo, retry_failed=retry_failed, verify=verify)
    if dry_run:
        planned = plan_scoring(
            paths, out, chosen, progress=progress, classifier=fitted, resume=resume
        )
        surplus = surplus_line(planned.plan, planned.pipeline, classifier=fitted is not None)
        sizes = planned.plan.todo_sizes.values()
        at_a_time = choose_jobs(sizes, planned.pipeline, jobs=jobs, cluster=cluster)
        print_result(*planned.plan.forecast(at_a_time), *filter(None, [surplus]))
        return 0
    run = score_folder(
        paths,
        out,
        chosen,
        progress=progress,
        classifier=fitted,
        resume=resume,
        prune=prune,
        **workers,
    )
    status = print_run(run, out)
    if classifier is not None:
        say(f"{classifier.name} says: {_tally(run)}")
    if with_report:
        return max(status, report_on(out, progress))
    _say_if_older(run, out)
    return status


@click.command()
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=options.GivenPath())
@options.out
def merge(folders: tuple[Path, ...], out: Path) -> int:
    """Put the results of several runs into one folder.

    Each FOLDER is the OUT of a finished `score`. Runs with different settings are refused.
    """
    from videoemo.scoring.merge import merge as merge_folders

    run = merge_folders(folders, out)
    status = print_run(run, out)
    _say_if_older(run, out)
    return status


def print_run(run: Run, out: Path) -> int:
    """Print what became of a run.

    Returns
    -------
    int
        The exit status.
    """
    done = [row for row in run.rows if not row.failed]
    frames = count_noun(sum(row.frames or 0 for row in done), "frame")
    faces = count_noun(sum(row.faces or 0 for row in done), "face")
    say(
        f"{count_noun(len(done), 'video')} scored, {len(run.failures)} failed: {frames}, {faces} "
        f"in {run.seconds:.1f} s"
    )
    if run.before:
        again = ", --retry-failed those that failed" if run.failures else ""
        say(f"{run.before:,} of them before; --redo does them again{again}")
    names = ("videos.csv", "errors.csv", "overview.png")
    tables = [name for name in names if (out / name).exists()]
    say(f"results in {out}: {', '.join(tables)}, and a folder a video")
    return options.FAILED_VIDEOS if run.failures else 0


def _say_if_older(run: Run, out: Path) -> None:
    """Say that a report of before shows results of before."""
    if run.before < len(run.rows) and is_regular(out / INDEX):
        say(f"{out / INDEX} shows results of before: `videoemo report` writes it anew")


def _tally(run: Run) -> str:
    """How many videos a classifier put in each class, the most frequent first."""
    predictions = [row.prediction for row in run.rows if row.prediction is not None]
    labels = Counter(prediction.label or "no face" for prediction in predictions)
    return ", ".join(f"{label} {n:,}" for label, n in labels.most_common()) or "nothing"

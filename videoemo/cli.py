"""The command line: parse, call one library function, print. Nothing heavy is imported at the top."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from videoemo._version import __version__
from videoemo.cli_models import models
from videoemo.errors import VideoemoError

if TYPE_CHECKING:
    from videoemo.run_tables import Run

__all__ = ["main"]

FAILED_VIDEOS = 3


def main() -> None:
    """Run the command line.

    Exit status: 0 all done; 1 could not run; 2 wrong usage; 3 finished, but some or all videos failed.
    """
    try:
        status = cli.main(prog_name="videoemo", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as exc:
        print(exc.format_message())
        status = 0
    except click.UsageError as exc:
        _complain(f"{exc.format_message().rstrip('.')}; see {exc.ctx.command_path if exc.ctx else 'videoemo'} --help")
        status = 2
    except (VideoemoError, click.ClickException) as exc:
        _complain(exc.format_message() if isinstance(exc, click.ClickException) else str(exc))
        status = 1
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted; what was finished is kept")
        status = 130
    sys.exit(status)


def _complain(message: str) -> None:
    print(f"videoemo: {' '.join(message.split())}", file=sys.stderr)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="%(version)s")
def cli() -> None:
    """Displayed facial expressions in folders of videos: which face, where, at which second, expressing what.

    What a face displays is not what a person feels. Not for use at work, in schools, or on people who did not consent.
    """


cli.add_command(models)

_jobs = click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Work on N videos at a time, not on one; the results are the same.")
_cluster = click.option("--cluster", metavar="ADDRESS", help="Have a Dask cluster do it: the address of its scheduler, such as tcp://10.0.0.1:8786.")
_out = click.option("-o", "--out", type=click.Path(path_type=Path, file_okay=True), required=True, help="Folder for the results; made if need be.")


@cli.command(no_args_is_help=False)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@_out
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
    help="Sample so many frames a second; a folder of numbered pictures is then one video at that rate.",
)
@click.option("--start", type=float, metavar="SECONDS", help="Begin at this time.")
@click.option("--end", type=float, metavar="SECONDS", help="Stop before this time.")
@click.option("--min-face", type=click.IntRange(min=12), metavar="PX", help="The smallest face looked for.")
@click.option("--extractor", metavar="NAME", help="The network: its name, or the path of its card.")
@click.option("--device", type=click.Choice(["cpu", "cuda", "mps"]), help="What runs the networks; cuda and mps are torch's.")
@click.option("--pipeline", metavar="FILE", help="Settings: a TOML file with the keys to change.")
@click.option("--model", type=click.Path(path_type=Path), metavar="FILE", help="Classify each video, by a model that `fit` wrote.")
@click.option("--csv", is_flag=True, default=None, help="Write faces.csv beside faces.parquet.")
@_jobs
@_cluster
@click.option("--redo", is_flag=True, help="Do again what an earlier run has done.")
@click.option("--retry-failed", is_flag=True, help="Try again what failed in an earlier run.")
@click.option("--verify", is_flag=True, help="Read all that an earlier run has done, and the videos, before taking it for done.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and how long it would take, and stop.")
@click.option("--log-json", is_flag=True, help="Progress for machines: one JSON object a line, on standard error.")
def score(
    paths: tuple[Path, ...],
    out: Path,
    pipeline: str | None,
    model: Path | None,
    jobs: int | None,
    cluster: str | None,
    redo: bool,
    retry_failed: bool,
    verify: bool,
    dry_run: bool,
    log_json: bool,
    **settings: Any,
) -> int:
    """Score videos, pictures and folders of them.

    OUT gets videos.csv (one row a video), overview.png, and for each video a folder with faces.parquet (one row a face a frame), tracks.csv (a
    person), group.parquet (a frame), timeline.png, group.png of several persons, and summary.json; errors.csv says why videos failed. What an
    earlier run did in OUT with the same settings is not done again, so an interrupted run goes on when it is started again; any number of runs
    may share the work. Options left out are those of the pipeline `score`; with --model those that the model was fitted with, and videos.csv gets
    its prediction for each video and its probabilities or margins, windows.csv the same over time.
    """
    from videoemo.progress import ConsoleProgress, JsonProgress
    from videoemo.recipes import change, load_pipeline
    from videoemo.runs import plan_scoring, score_folder
    from videoemo.work.plan import Resume

    workers = _jobs_or_cluster(jobs, cluster)
    progress, fitted = JsonProgress() if log_json else ConsoleProgress(), None
    if model is None:
        chosen = change(load_pipeline(pipeline), **settings)
    else:
        from videoemo.model import load_model
        from videoemo.prediction import pipeline_for

        fitted = load_model(model)
        chosen, differences = pipeline_for(fitted, pipeline, **settings)
        for notice in [*filter(None, [fitted.notice]), *(f"{difference}: its figures may not hold" for difference in differences)]:
            progress.notice(notice)
    resume = Resume(redo=redo, retry_failed=retry_failed, verify=verify)
    if dry_run:
        print("\n".join(plan_scoring(paths, out, chosen, progress=progress, model=fitted, resume=resume).plan.forecast(jobs or 1)))
        return 0
    run = score_folder(paths, out, chosen, progress=progress, model=fitted, resume=resume, **workers)
    status = _report(run, out)
    if model is not None:
        print(f"{model.name} says: {_tally(run)}")
    return status


@cli.command()
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=click.Path(path_type=Path))
@_out
def merge(folders: tuple[Path, ...], out: Path) -> int:
    """Put the results of several runs into one folder.

    Each FOLDER is the OUT of a finished `score`. Runs with different settings are refused.
    """
    from videoemo.merging import merge as merge_folders

    return _report(merge_folders(folders, out), out)


@cli.command()
@click.option("-o", "--out", type=click.Path(path_type=Path), default="videoemo-demo", show_default=True, help="Folder for the results.")
def demo(out: Path) -> int:
    """Score a short clip made on the spot.

    It needs nothing but the install: the clip is drawn from a portrait that Matplotlib ships.
    """
    from videoemo.demo import write_clip
    from videoemo.progress import ConsoleProgress
    from videoemo.recipes import load_pipeline
    from videoemo.runs import score_folder
    from videoemo.work.plan import Resume

    clip = write_clip(out / "clip" / "portrait.mp4")
    run = score_folder([clip], out, load_pipeline(), progress=ConsoleProgress(), resume=Resume(redo=True))
    status = _report(run, out)
    if status == 0:
        from videoemo.demo import course_table

        print()
        print(course_table(out / "portrait.mp4" / "faces.parquet"))
        print(f"\nthe clip:    {clip}\nits course:  {out / 'portrait.mp4' / 'timeline.png'}\nthe folder:  {out / 'overview.png'}")
        print("\nnow your own videos:  videoemo score FOLDER -o RESULTS")
    return status


_redo = click.option("--redo", is_flag=True, help="Replace a table that was made with other settings.")


@cli.command()
@click.option("--dataset", required=True, metavar="NAME", help="The dataset: a name in pipelines, such as afew, or a TOML file.")
@click.option("--root", type=click.Path(path_type=Path), help="The dataset's folder; else $VIDEOEMO_DATA/NAME, or data/NAME.")
@click.option("--check", is_flag=True, help="Print what was found against the published counts, and stop.")
@click.option("--extractor", metavar="NAME", help="The network, in place of the recipe's: its name, or the path of its card.")
@click.option("--keep-frames", is_flag=True, help="Keep the vectors of all faces, so that another pooling needs no second extraction.")
@_jobs
@_cluster
@_redo
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The table to write; else features/NAME.parquet.")
def extract(
    dataset: str,
    root: Path | None,
    check: bool,
    extractor: str | None,
    keep_frames: bool,
    jobs: int | None,
    cluster: str | None,
    redo: bool,
    out: Path | None,
) -> int:
    """Turn labelled clips into a feature table.

    One descriptor a clip (with the pooling `person` one a person), in features/NAME.parquet, for `fit` and `evaluate`; an extraction that
    was broken off goes on where it stopped.
    With --keep-frames the vectors of all faces go to NAME.frames.parquet beside it, for `pool`.
    """
    from videoemo.datasets import check_lines, load_clips
    from videoemo.extraction import extract as extract_clips
    from videoemo.progress import ConsoleProgress
    from videoemo.recipes import load_extract
    from videoemo.settings import data_root

    workers = _jobs_or_cluster(jobs, cluster)
    recipe, name = load_extract(dataset, extractor=extractor), Path(dataset).stem
    found = load_clips(recipe.dataset, data_root(name, root, option="--root"))
    if check:
        print("\n".join(check_lines(found, recipe.dataset)))
        return 0
    for problem in found.problems:
        print(f"notice: {problem}", file=sys.stderr)
    path = out or Path("features") / f"{name}.parquet"
    kept = path.with_suffix(".frames.parquet") if keep_frames else None
    done = extract_clips(found.clips, recipe, name, path, keep=kept, redo=redo, progress=ConsoleProgress(), **workers)
    faceless = int((done.table.n_face_frames == 0).sum())
    width = done.table.descriptor.shape[1]
    rows = _count(len(done.table), "person" if recipe.pooling == "person" else "clip")
    print(f"{rows} with descriptors of {width:,} numbers in {path}: {faceless} without a face, {len(done.failed)} failed")
    if kept is not None:
        print(f"the vectors of all faces in {kept}; another pooling: videoemo pool {kept} --statistics mean,std -o OTHER.parquet")
    return FAILED_VIDEOS if done.failed else 0


@cli.command()
@click.argument("frames", metavar="FRAMES", type=click.Path(path_type=Path))
@click.option("--statistics", required=True, metavar="LIST", help="Of mean, max, min, std: any, in the order wanted, with commas between.")
@click.option(
    "--pooling",
    type=click.Choice(["video", "group", "person"]),
    help="Over all faces; over those of a frame, then over frames; over those of each person, a row a person; else as before.",
)
@_redo
@_out
def pool(frames: Path, statistics: str, pooling: str | None, redo: bool, out: Path) -> int:
    """Pool kept face vectors anew.

    FRAMES is what `extract --keep-frames` wrote. No video is read.
    """
    from videoemo.extraction import pool as pool_vectors

    table = pool_vectors(frames, out, statistics=tuple(statistics.split(",")), pooling=pooling, redo=redo)
    print(f"{_count(len(table), 'clip')} with descriptors of {table.descriptor.shape[1]:,} numbers in {out}")
    return 0


@cli.command()
@click.argument("recipe", metavar="RECIPE")
@_out
@click.option("--data", type=click.Path(path_type=Path), help="The data's folder; else $VIDEOEMO_DATA/<kind>, or data/<kind>.")
@click.option("--resume", is_flag=True, help="Go on where an interrupted training in OUT stopped.")
def train(recipe: str, out: Path, data: Path | None, resume: bool) -> int:
    """Train an extractor from a recipe.

    RECIPE is a name in pipelines/train, such as ferplus, or a TOML file. OUT gets history.csv, curves.png, a checkpoint an epoch, and in
    the end the network and its card, which --extractor accepts.
    """
    from videoemo.recipes import load_training
    from videoemo.train.run import run

    trained = run(load_training(recipe), data, out, resume=resume, command=f"videoemo train {recipe}")
    print(f"the best epoch is {trained.best.epoch}: validation accuracy {trained.best.accuracy:.2%}, UAR {trained.best.uar:.2%}")
    print(f"the network's card is {trained.card}; use it: videoemo score FOLDER -o RESULTS --extractor {trained.card}")
    return 0


_dataset = click.option("--dataset", metavar="NAME", help="The table features/NAME.parquet; not needed where there is only one.")
_features = click.option("--features", type=click.Path(path_type=Path), help="The table, wherever it lies.")


@cli.command()
@click.option("--clf", required=True, metavar="NAME", help="The classifier: a name in classifiers, such as svc, or a TOML file.")
@_dataset
@_features
@click.option("--protocol", metavar="NAME", help="How to judge it; else train-val where there are both splits, or grouped-kfold.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The model to write; else models/DATASET-CLF.skops.")
def fit(clf: str, dataset: str | None, features: Path | None, protocol: str | None, out: Path | None) -> int:
    """Fit a classifier on a feature table.

    Prints what it scores, beside the majority baseline, with intervals, over all clips and over those with a face; writes the model,
    which is safe to load from a stranger.
    """
    from videoemo.fitting import find_table, fit_and_save

    name, table = find_table(dataset, features)
    path = out or Path("models") / f"{name}-{Path(clf).stem}.skops"
    report = fit_and_save(table, clf, protocol, path)
    print("\n".join(report.lines()))
    print(f"the model is {path}")
    return 0


@cli.command()
@click.option("--protocol", required=True, metavar="NAME", help="How to judge: a name in eval/protocols, or a TOML file.")
@click.option("--clf", metavar="NAME", help="For clips: the classifier, a name in classifiers or a TOML file.")
@click.option("--against", metavar="NAME", help="For clips: another classifier to compare with.")
@_dataset
@_features
@click.option("--data", type=click.Path(path_type=Path), help="For faces: the data's folder; else $VIDEOEMO_DATA/<kind>, or data/<kind>.")
@click.option("--extractor", metavar="NAME", help="For faces: the network, its name or the path of its card.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for report.json and the pictures.")
def evaluate(protocol: str, out: Path | None, **given: Any) -> int:
    """Judge a classifier, or an extractor.

    A protocol for clips judges a classifier (--clf) on a feature table; one for faces an extractor on labelled faces that it was not
    trained on. Prints accuracy, mean recall a class (UAR), macro-F1, and of faces the calibration (ECE).
    """
    from videoemo.settings import find, table

    judge = _evaluate_faces if table(find(protocol, "protocols")).get("kind") == "faces" else _evaluate_clips
    judge(protocol, out, **given)
    if out is not None:
        print(f"written to {out}: {', '.join(sorted(path.name for path in out.iterdir()))}")
    return 0


def _evaluate_faces(protocol: str, out: Path | None, *, data: Path | None, extractor: str | None, **others: Any) -> None:
    from videoemo.evaluation import evaluate_faces, write_report
    from videoemo.extractor import load_extractor
    from videoemo.recipes import load_faces_protocol
    from videoemo.settings import data_root
    from videoemo.train.data import load_split

    _refuse(others, f"the protocol {protocol} judges an extractor on faces")
    chosen = load_faces_protocol(protocol)
    faces = load_split(chosen.data, chosen.data.valid, chosen.data.valid_annotations, data_root(chosen.data.kind, data, option="--data"))
    report = evaluate_faces(chosen, faces, load_extractor(extractor, precision="float32"))
    print("\n".join(report.lines()))
    if out is not None:
        write_report(report, chosen, out)


def _evaluate_clips(
    protocol: str, out: Path | None, *, clf: str | None, against: str | None, dataset: str | None, features: Path | None, **others: Any
) -> None:
    from videoemo.fitting import find_table
    from videoemo.protocol import load_protocol
    from videoemo.report import evaluate_table, write_report

    _refuse(others, f"the protocol {protocol} judges a classifier on clips")
    if clf is None:
        raise click.UsageError(f"the protocol {protocol} judges a classifier: name one with --clf")
    _, table = find_table(dataset, features)
    report = evaluate_table(table, clf, load_protocol(protocol), against=against)
    print("\n".join(report.lines()))
    if out is not None:
        write_report(report, out)


def _refuse(options: dict[str, Any], reason: str) -> None:
    for name, value in options.items():
        if value is not None:
            raise click.UsageError(f"--{name.replace('_', '-')}: {reason}")


@cli.command()
def doctor() -> int:
    """Say what is installed, and what is missing.

    For what is missing, the command that brings it. Exit status 1 when something is missing without which nothing runs.
    """
    from videoemo.doctor import examine

    findings = examine()
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        print(f"{'ok ' if finding.ok else 'MISSING' if finding.needed else '-  '}  {finding.what:{width}}  {finding.found}")
        if finding.remedy:
            print(f"{'':{width + 5}}  {finding.remedy}")
    return 0 if all(finding.ok or not finding.needed for finding in findings) else 1


def _jobs_or_cluster(jobs: int | None, cluster: str | None) -> dict[str, Any]:
    if jobs is not None and cluster is not None:
        raise click.UsageError("--cluster: its workers serve, each for one video at a time; leave --jobs out")
    return {"jobs": jobs or 1, "cluster": cluster}


def _report(run: Run, out: Path) -> int:
    done = [row for row in run.rows if not row.failed]
    frames = sum(row.frames or 0 for row in done)
    faces = sum(row.faces or 0 for row in done)
    print(
        f"{_count(len(done), 'video')} scored, {len(run.failures)} failed: {_count(frames, 'frame')}, {_count(faces, 'face')} in {run.seconds:.1f} s"
    )
    if run.before:
        print(f"{run.before:,} of them before; --redo does them again{', --retry-failed those that failed' if run.failures else ''}")
    tables = [name for name in ("videos.csv", "errors.csv", "overview.png") if (out / name).exists()]
    print(f"results in {out}: {', '.join(tables)}, and a folder a video")
    return FAILED_VIDEOS if run.failures else 0


def _tally(run: Run) -> str:
    """How many videos a model put in each class, the most frequent first."""
    labels = Counter(row.prediction.label or "no face" for row in run.rows if row.prediction is not None)
    return ", ".join(f"{label} {n:,}" for label, n in labels.most_common()) or "nothing"


def _count(n: int, thing: str) -> str:
    return f"{n:,} {thing}{'' if n == 1 else 's'}"

"""The commands that learn from labelled clips and faces: `extract`, `pool`, `fit`,
`evaluate`, `train`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from videoemo.cli import options
from videoemo.cli.face_checks import print_check
from videoemo.runs.workers.start import start_ahead
from videoemo.util.messages import count_noun
from videoemo.util.terminal import print_result, say

if TYPE_CHECKING:
    from videoemo.config.extraction import Pooling
    from videoemo.evaluation.labeller import LabellerReport
    from videoemo.evaluation.labeller_attributes import Attribute, AttributeLabellerReport
    from videoemo.records import FeatureTable
    from videoemo.vlm.judging import ServerChoice

__all__ = ["evaluate", "extract", "fit", "pool", "train"]


@click.command()
@click.option(
    "--dataset",
    required=True,
    type=options.NAME,
    metavar="NAME",
    help="The dataset: a name in pipelines, such as afew, or a TOML file.",
)
@click.option(
    "--root",
    type=options.GivenPath(),
    help="The dataset's folder; else $VIDEOEMO_DATA/NAME, or data/NAME.",
)
@click.option(
    "--check", is_flag=True, help="Print what was found against the published counts, and stop."
)
@click.option(
    "--extractor",
    type=options.NAME,
    metavar="NAME",
    help="The network, in place of the recipe's: its name, or the path of its card.",
)
@options.stream
@click.option(
    "--keep-embeddings",
    is_flag=True,
    help="Keep the embeddings of all faces, so that another pooling needs no second extraction.",
)
@options.jobs
@options.cluster
@options.redo
@click.option(
    "-o",
    "--out",
    type=options.GivenPath(),
    help="The table to write; else features/NAME.parquet.",
)
def extract(
    dataset: str,
    root: Path | None,
    check: bool,
    extractor: str | None,
    stream: int | None,
    keep_embeddings: bool,
    jobs: int | None,
    cluster: str | None,
    redo: bool,
    out: Path | None,
) -> int:
    """Turn labelled clips into a feature table.

    One descriptor a clip (with the pooling `track` one a person), in features/NAME.parquet, for
    `fit` and `evaluate`; an extraction that was broken off goes on where it stopped. With
    --keep-embeddings those of all faces go to NAME.embeddings.parquet beside it, for `pool`.
    """
    if cluster is None and not check:
        start_ahead("videoemo.inference.models")
    from videoemo.config.extraction import load_extraction
    from videoemo.config.toml import data_root
    from videoemo.datasets.clips import check_lines, load_clips
    from videoemo.extraction.corrections import corrected_clips
    from videoemo.extraction.dataset import extract as extract_clips
    from videoemo.runs.progress import ConsoleProgress

    workers = options.jobs_or_cluster(jobs, cluster)
    recipe, name = load_extraction(dataset, extractor=extractor, stream=stream), Path(dataset).stem
    folder = data_root(name, root, option="--root")
    if recipe.dataset.kind == "corrections":
        if stream is not None:
            raise click.UsageError("--stream: corrections are of the stream that was scored")
        found, recipe = corrected_clips(recipe, folder, extractor=extractor)
    else:
        found = load_clips(recipe.dataset, folder)
    if check:
        print_result(*check_lines(found, recipe.dataset))
        return 0
    for problem in found.problems:
        say(f"notice: {problem}", error=True)
    path = out or options.named_file("features", f"{name}.parquet")
    kept = path.with_suffix(".embeddings.parquet") if keep_embeddings else None
    done = extract_clips(
        found.clips, recipe, name, path, keep=kept, redo=redo, progress=ConsoleProgress(), **workers
    )
    faceless = int((done.table.n_face_frames == 0).sum())
    counts = f"{faceless} without a face, {len(done.failed)} failed"
    say(f"{_descriptors(done.table)} in {path}: {counts}")
    if kept is not None:
        say(
            f"the embeddings of all faces in {kept}; another pooling: videoemo pool {kept} "
            "--statistics mean,std -o OTHER.parquet"
        )
    return options.FAILED_VIDEOS if done.failed else 0


@click.command()
@click.argument("embeddings", metavar="EMBEDDINGS", type=options.GivenPath())
@click.option(
    "--statistics",
    required=True,
    metavar="LIST",
    help="Of mean, max, min, std: any, in the order wanted, with commas between.",
)
@click.option(
    "--pooling",
    type=click.Choice(["video", "group", "track"]),
    help="Over all faces; over those of a frame, then over frames; over those of each person, a "
    "row a person; else as before.",
)
@options.redo
@options.out
def pool(embeddings: Path, statistics: str, pooling: Pooling | None, redo: bool, out: Path) -> int:
    """Pool kept embeddings anew.

    EMBEDDINGS is what `extract --keep-embeddings` wrote. No video is read.
    """
    from videoemo.extraction.dataset import pool as pool_embeddings

    chosen = tuple(statistics.split(","))
    table = pool_embeddings(embeddings, out, statistics=chosen, pooling=pooling, redo=redo)
    say(f"{_descriptors(table)} in {out}")
    return 0


def _descriptors(table: FeatureTable) -> str:
    row = "person" if table.provenance["pooling"] == "track" else "clip"
    length = table.descriptor.shape[1]
    return f"{count_noun(len(table), row)} with descriptors of {length:,} numbers"


@click.command()
@click.argument("recipe", metavar="RECIPE", type=options.NAME)
@click.option(
    "-o",
    "--out",
    type=options.GivenPath(),
    help="Folder for the results; made if need be. With --check, for left_out.csv.",
)
@options.check
@click.option(
    "--data",
    type=options.GivenPath(),
    help="The data's folder, of a chain the folder of one a kind; else $VIDEOEMO_DATA/<kind>, or "
    "data/<kind>.",
)
@click.option(
    "--start",
    type=options.NAME,
    metavar="CARD",
    help="The network to start from, in place of the recipe's: its name, or the path of its card; "
    "of a PaliGemma its folder.",
)
@click.option("--resume", is_flag=True, help="Go on where an interrupted training in OUT stopped.")
def train(
    recipe: str,
    out: Path | None,
    check: bool,
    data: Path | None,
    start: str | None,
    resume: bool,
) -> int:
    """Train an extractor from a recipe.

    RECIPE is a name in pipelines/train, such as ferplus, or a TOML file. OUT gets history.csv,
    curves.png, a checkpoint an epoch, and in the end the network and its card, which
    --extractor accepts. A chain of recipes has such a folder in OUT for each.
    """
    from videoemo.config.chain import load_recipe
    from videoemo.config.paligemma import is_paligemma

    if is_paligemma(recipe):
        return _train_paligemma(recipe, out, check=check, data=data, start=start, resume=resume)
    if check:
        from videoemo.training.check import check_recipe

        return print_check(check_recipe(load_recipe(recipe), data), out)
    if out is None:
        raise click.UsageError("Missing option '-o' / '--out'.")
    from videoemo.training.chain import run_recipe

    trained = run_recipe(
        load_recipe(recipe),
        data,
        out,
        start=start,
        resume=resume,
        command=f"videoemo train {recipe}",
    )
    say(trained.best)
    say(f"the network's card is {trained.card}; use it: {_use(trained.card)}")
    return 0


def _train_paligemma(
    name: str,
    out: Path | None,
    *,
    check: bool,
    data: Path | None,
    start: str | None,
    resume: bool,
) -> int:
    from videoemo.config.paligemma import load_paligemma
    from videoemo.config.toml import data_root

    recipe = load_paligemma(name)
    if check:
        from videoemo.datasets.faces.check import check_training

        root = data_root(recipe.data.kind, data, option="--data")
        return print_check({recipe.name: check_training(recipe.data, root)}, out)
    if out is None:
        raise click.UsageError("Missing option '-o' / '--out'.")
    from videoemo.vlm.tuned import run_tuning

    if start is not None:
        recipe = replace(recipe, start=start)
    trained = run_tuning(recipe, data, out, resume=resume, command=f"videoemo train {name}")
    say(trained.best)
    say(f"the model's card is {trained.card}; judge it: {_judge_local(trained.card)}")
    return 0


def _judge_local(card: Path) -> str:
    return f"videoemo evaluate --protocol ferplus --local {card}"


def _use(card: Path) -> str:
    """What a network is good for: one that tells no expressions, as the start of another."""
    from videoemo.zoo.cards import find_card

    if find_card(str(card))[0].classes:
        return f"videoemo score FOLDER -o RESULTS --extractor {card}"
    return f"videoemo train RECIPE -o OUT --start {card}"


@click.command()
@click.option(
    "--clf",
    required=True,
    type=options.NAME,
    metavar="NAME",
    help="The classifier: a name in classifiers, such as svc, or a TOML file.",
)
@options.dataset
@options.features
@click.option(
    "--protocol",
    type=options.NAME,
    metavar="NAME",
    help="How to judge it; else train-val where there are both splits, or grouped-kfold.",
)
@click.option(
    "-o",
    "--out",
    type=options.GivenPath(),
    help="The file to write; else fitted/DATASET-CLF.skops.",
)
def fit(
    clf: str, dataset: str | None, features: Path | None, protocol: str | None, out: Path | None
) -> int:
    """Fit a classifier on a feature table.

    Prints what it scores, beside the majority baseline, with intervals, over all clips and over
    those with a face; writes the classifier, which is safe to load from a stranger.
    """
    from videoemo.classification.fit import find_table, fit_and_save
    from videoemo.classification.text import report_lines

    name, table = find_table(dataset, features)
    path = out or options.named_file("fitted", f"{name}-{Path(clf).stem}.skops")
    report = fit_and_save(table, clf, protocol, path)
    say(*report_lines(report))
    say(f"the classifier is {path}")
    return 0


@click.command()
@click.option(
    "--protocol",
    required=True,
    type=options.NAME,
    metavar="NAME",
    help="How to judge: a name in eval/protocols, or a TOML file.",
)
@click.option(
    "--clf",
    type=options.NAME,
    metavar="NAME",
    help="For clips: the classifier, a name in classifiers or a TOML file.",
)
@click.option(
    "--against",
    type=options.NAME,
    metavar="NAME",
    help="For clips: another classifier to compare with.",
)
@click.option(
    "--dataset",
    type=options.NAME,
    metavar="NAME",
    help="For clips: the table features/NAME.parquet, not needed where there is only one; with "
    "--local or --server the clips, a name in pipelines, such as afew, or a TOML file.",
)
@options.features
@click.option(
    "--data",
    type=options.GivenPath(),
    help="For faces, and clips with --local or --server: the data's folder; else "
    "$VIDEOEMO_DATA/<kind>, or data/<kind>.",
)
@click.option(
    "--extractor",
    type=options.NAME,
    metavar="NAME",
    help="For faces: the network, its name or the path of its card.",
)
@click.option(
    "--local",
    type=options.GivenPath(),
    metavar="MODEL",
    help="A vision-language model, its folder or the path of its card.",
)
@click.option("--server", metavar="URL", help="A server of vision-language models.")
@click.option("--vlm", metavar="NAME", help="With --server: the model, as the server calls it.")
@click.option(
    "--task",
    metavar="TASK",
    help="With --local or --server: what is asked, a name in pipelines/label or a TOML file; else "
    "expression.",
)
@click.option(
    "--send-pictures-to",
    metavar="HOST",
    help="With --server: the host that may get pictures of faces, where it is not this machine.",
)
@click.option(
    "--max-calls", type=click.IntRange(min=0), help="With --server: the most requests sent."
)
@click.option(
    "--cache", type=options.GivenPath(), help="With --server: the file of replies of before."
)
@options.check
@click.option(
    "-o",
    "--out",
    type=options.GivenPath(),
    help="Folder for report.json and the pictures; with --check, for left_out.csv.",
)
def evaluate(protocol: str, out: Path | None, check: bool, **given: Any) -> int:
    """Judge a classifier, an extractor, or a vision-language model.

    A protocol for clips judges a classifier (--clf) on a feature table; one for faces an extractor
    on labelled faces that it was not trained on. Both judge a vision-language model (--local,
    --server), beside the network that ships; of race, gender and age (--task) groups alone are
    told. Prints accuracy, mean recall a class (UAR), macro-F1, and of faces the calibration (ECE).
    """
    from videoemo.config.face_protocol import FACE_KINDS
    from videoemo.config.toml import find_settings, read_toml

    of_faces = read_toml(find_settings(protocol, "protocols")).get("kind") in [*FACE_KINDS]
    if check:
        return _check_protocol(protocol, out, of_faces=of_faces, **given)
    if given["local"] is not None or given["server"] is not None:
        status = _evaluate_labeller(protocol, out, of_faces=of_faces, **given)
    else:
        (_evaluate_faces if of_faces else _evaluate_clips)(protocol, out, **given)
        status = 0
    if out is not None:
        say(f"written to {out}: {', '.join(sorted(path.name for path in out.iterdir()))}")
    return status


def _check_protocol(
    protocol: str, out: Path | None, *, of_faces: bool, data: Path | None, **others: Any
) -> int:
    from videoemo.evaluation.run import check_protocol

    if not of_faces:
        raise click.UsageError(f"--check: the protocol {protocol} judges a classifier on clips")
    _refuse(others, "--check reads the faces alone")
    return print_check({protocol: check_protocol(protocol, data=data)}, out)


def _evaluate_faces(
    protocol: str, out: Path | None, *, data: Path | None, extractor: str | None, **others: Any
) -> None:
    from videoemo.evaluation.run import evaluate_extractor

    _refuse(others, f"the protocol {protocol} judges an extractor on faces")
    report = evaluate_extractor(protocol, data=data, extractor=extractor)
    if out is not None:
        report.write(out)
    _report(report.lines(), out)


def _evaluate_labeller(
    protocol: str,
    out: Path | None,
    *,
    of_faces: bool,
    data: Path | None,
    dataset: str | None,
    local: Path | None,
    server: str | None,
    vlm: str | None,
    task: str | None,
    send_pictures_to: str | None,
    max_calls: int | None,
    cache: Path | None,
    **others: Any,
) -> int:
    """Returns the status of a run with failures where too few faces were answered."""
    from videoemo.config.face_protocol import AttributesProtocol, load_face_protocol
    from videoemo.vlm.judging import ServerChoice, judge_attribute_labeller, judge_labeller
    from videoemo.vlm.judging_clips import judge_clips
    from videoemo.vlm.protected import asked_by_question
    from videoemo.vlm.task import load_labelling

    _refuse(
        others | ({"dataset": dataset} if of_faces else {}), "a vision-language model is judged"
    )
    asked = {"vlm": vlm, "send_pictures_to": send_pictures_to, "max_calls": max_calls}
    if local is not None:
        _refuse({"server": server, **asked, "cache": cache}, "a local model is asked")
        who: Path | ServerChoice = local
    else:
        if vlm is None:
            raise click.UsageError("--server: name its model with --vlm")
        who = ServerChoice(server or "", vlm, send_pictures_to, max_calls, cache)
    found = load_face_protocol(protocol) if of_faces else None
    name = task or "expression"
    named = "" if name.endswith(".toml") else asked_by_question(name)
    settings = None if named else load_labelling(name)
    attribute = named or (settings.task.protected if settings is not None else "")
    report: AttributeLabellerReport | LabellerReport
    if isinstance(found, AttributesProtocol):
        _check_attribute(attribute, protocol, who, cache)
        report = judge_attribute_labeller(
            found, who, settings or cast("Attribute", named), data=data
        )
    elif settings is None or attribute:
        raise click.UsageError(
            f"--task: {attribute} is never asked about a person; docs/vlm.md says why, under "
            '"What is never done"'
        )
    elif of_faces:
        report = judge_labeller(protocol, who, settings, data=data)
    elif dataset is None:
        raise click.UsageError(
            f"the protocol {protocol} judges clips: name them with --dataset, such as afew"
        )
    else:
        report = judge_clips(protocol, who, settings, dataset, data=data)
    if out is not None:
        report.write(out)
    _report(report.lines(), out)
    return 0 if report.enough else options.FAILED_VIDEOS


def _check_attribute(
    attribute: str, protocol: str, who: Path | ServerChoice, cache: Path | None
) -> None:
    if not attribute:
        raise click.UsageError(
            f"the protocol {protocol} has labels of race, gender and age: say with --task which of "
            "them is asked for"
        )
    if attribute == "race" and not isinstance(who, Path):
        raise click.UsageError(
            "--task: race is asked of local models alone (--local); docs/vlm.md says why, under "
            '"What is never done"'
        )
    if cache is not None:
        raise click.UsageError(
            f"--cache: no replies about the {attribute} of single people are kept"
        )


def _evaluate_clips(
    protocol: str,
    out: Path | None,
    *,
    clf: str | None,
    against: str | None,
    dataset: str | None,
    features: Path | None,
    **others: Any,
) -> None:
    from videoemo.classification.evaluate import evaluate_table
    from videoemo.classification.fit import find_table
    from videoemo.classification.report_files import write_clips_report
    from videoemo.classification.text import report_lines
    from videoemo.config.protocol import load_protocol

    _refuse(others, f"the protocol {protocol} judges a classifier on clips")
    if clf is None:
        raise click.UsageError(f"the protocol {protocol} judges a classifier: name one with --clf")
    _, table = find_table(dataset, features)
    report = evaluate_table(table, clf, load_protocol(protocol), against=against)
    if out is not None:
        write_clips_report(report, out)
    _report(report_lines(report), out)


def _report(lines: list[str], out: Path | None) -> None:
    """Print a report, which is the work itself where it goes to no folder."""
    (print_result if out is None else say)(*lines)


def _refuse(options: dict[str, Any], reason: str) -> None:
    for name, value in options.items():
        if value is not None:
            raise click.UsageError(f"--{name.replace('_', '-')}: {reason}")

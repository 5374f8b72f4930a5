"""The published recipes on AFEW and VGAF: our figures beside the published ones.

    python -m eval.reproduce [--afew DIR] [--vgaf DIR] [--stand-in] -o OUT

eval/reproduce.toml lists the published figures. For each the clips are turned into features
(OUT/features, once for figures that share them; a table that is there is used again), and its
classifier is fitted on the training clips and scored on the validation clips. Writes
OUT/reproduce.md and OUT/reproduce.json.

Exit status: 0 when a figure was made; 1 when none could be; 2 for wrong usage.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import click

from eval.support.command import command, say
from videoemo.classification.evaluate import ClipsReport, evaluate_table
from videoemo.config.extraction import ExtractionRecipe, load_extraction
from videoemo.config.pipeline import change_pipeline
from videoemo.config.protocol import load_protocol
from videoemo.config.toml import data_root, read_record, require
from videoemo.datasets.clips import load_clips
from videoemo.errors import InputError
from videoemo.extraction.dataset import extract
from videoemo.features.table import read_table
from videoemo.metrics.bootstrap import RESAMPLES
from videoemo.records import Clip, FeatureTable
from videoemo.runs.progress import ConsoleProgress
from videoemo.util.files import atomic_write, prepare_output_dir, write_json
from videoemo.util.versions import versions
from videoemo.zoo.cards import card_names, extractor_provenance, find_card

FACTS = Path(__file__).with_suffix(".toml")
PROTOCOL, SPLITS = "train-val", ("train", "val")
# Which clips: a report's words, and a published figure's field.
OVER = {"all clips": "all_clips", "with a face": "with_face"}

Caveat = Literal["", "stand-in", "other clips"]


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A licensed dataset: how many validation clips have a face, where to get it, how its clips lie
    below its folder.
    """

    name: Literal["afew", "vgaf"]
    with_face: int
    get: str
    layout: str


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Where the code behind a published figure departs from the dataset's pipeline."""

    faces: Literal["all", "largest", "score"] | None = None
    align: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A published accuracy, in % of the validation clips; eval/reproduce.toml says what each
    key means.
    """

    name: str
    dataset: Literal["afew", "vgaf"]
    changes: Changes = Changes()
    network: str
    classifier: str
    all_clips: float
    with_face: float | None = None
    source: str

    def __post_init__(self) -> None:
        for key in OVER.values():
            share = getattr(self, key)
            require(share is None or 0 <= share <= 100, key, "percentages from 0 to 100", share)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The published figures, and what is needed to make them anew."""

    stand_in: str
    dataset: tuple[Dataset, ...]
    figure: tuple[Figure, ...]


@dataclass(frozen=True)
class OnDisk:
    """A dataset that is on disk.

    Parameters
    ----------
    clips : tuple of Clip
        Those of the splits that the published figures are of.
    published : dict of str to int
        How many validation clips were published, by `OVER`.
    notes : tuple of str
        How the clips here differ from the published ones.
    """

    recipe: ExtractionRecipe
    clips: tuple[Clip, ...]
    published: dict[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """Our figure beside a published one, in %.

    Parameters
    ----------
    over : str
        `all clips` or `with a face`.
    low, high : float or None
        The 95 % interval; None where there is one clip, or group, only.
    published, of : float, int or None
        The published accuracy, None where it is not known, and its number of clips.
    difference : float or None
        Ours less the published one, in points; None where they are not to be compared.
    inside : bool or None
        Whether the published figure lies in our interval; None where that cannot be said.
    caveat : {"", "stand-in", "other clips"}
        Why they are not to be compared: another network, or another number of clips than
        was published.
    """

    over: str
    right: int
    clips: int
    accuracy: float
    low: float | None
    high: float | None
    published: float | None
    of: int
    difference: float | None
    inside: bool | None
    caveat: Caveat


@dataclass(frozen=True)
class Outcome:
    """A figure made anew: with which network, on which features, from how many clips that are not
    in them since they could not be read.
    """

    figure: Figure
    network: str
    features: str
    unread: int
    rows: tuple[Row, ...]
    report: ClipsReport


def reproduce(out: Path, roots: dict[str, Path | None], *, stand_in: bool) -> str:
    """Make the published figures anew, write them to `out`, and return them in words.

    Parameters
    ----------
    roots : dict of str to (Path or None)
        Each dataset's folder; None for the usual place.
    stand_in : bool
        Take the network that ships where a published one is not here.

    Raises
    ------
    VideoemoError
        No figure could be made, or what is here cannot be used.
    """
    facts = read_record(Facts, FACTS)
    datasets = find_datasets(facts, roots)
    figures = [figure for figure in facts.figure if figure.dataset in datasets]
    networks, missing = find_networks(figures, stand_in=facts.stand_in if stand_in else None)
    for line in missing:
        say(line)
    if not networks:
        reason = (
            f"no published network is here; --stand-in runs the recipes with {facts.stand_in}"
            if datasets
            else "no dataset is here"
        )
        raise InputError(f"nothing could be run: {reason}")
    prepare_output_dir(out)
    runs = [
        (figure, datasets[figure.dataset], networks[figure.network])
        for figure in figures
        if figure.network in networks
    ]
    outcomes = [make(*run, out / "features") for run in runs]
    unread = {outcome.features: outcome.unread for outcome in outcomes if outcome.unread}
    notes = [
        *dict.fromkeys(f"{outcome.features}: {outcome.report.folds.how}" for outcome in outcomes),
        *(note for dataset in datasets.values() for note in dataset.notes),
        *(
            f"{features}: {n} of the clips could not be read and are not counted"
            for features, n in unread.items()
        ),
        *(
            f"not run: {dataset.name}: its clips are not here"
            for dataset in facts.dataset
            if dataset.name not in datasets
        ),
        *missing,
    ]
    made_by = f"python -m eval.reproduce {'--stand-in ' if stand_in else ''}-o OUT"
    text = markdown(outcomes, notes, made_by=made_by)
    with atomic_write(out / "reproduce.md") as temporary:
        temporary.write_text(text, encoding="utf-8")
    write_json(out / "reproduce.json", plain(outcomes, notes, made_by=made_by))
    return text


def find_datasets(facts: Facts, roots: dict[str, Path | None]) -> dict[str, OnDisk]:
    """The datasets that are here, by name; of each that is not, standard error says what to get and
    where to put it.

    Raises
    ------
    InputError
        No such folder where one was given, another layout, or a split is missing.
    """
    found: dict[str, OnDisk] = {}
    for dataset in facts.dataset:
        given = roots[dataset.name]
        try:
            root = data_root(dataset.name, given, option=f"--{dataset.name}")
        except InputError as exc:
            if given is not None:
                raise
            say(f"not run: {dataset.name}: {exc}; {dataset.get}; it lies there as {dataset.layout}")
            continue
        found[dataset.name] = _on_disk(dataset, root)
    return found


def _on_disk(dataset: Dataset, root: Path) -> OnDisk:
    recipe = load_extraction(dataset.name)
    found = load_clips(recipe.dataset, root)
    for problem in found.problems:
        say(f"notice: {dataset.name}: {problem}")
    clips = {split: [clip for clip in found.clips if clip.split == split] for split in SPLITS}
    published = {
        split: [version.total for version in recipe.dataset.published if version.split == split]
        for split in SPLITS
    }
    for split in SPLITS:
        if not clips[split]:
            raise InputError(
                f"no clip of the split {split} in {str(root)!r}: expected {dataset.layout}"
            )
    notes = [
        f"{dataset.name}: {len(clips[s])} {s} clips here, {published[s][0]} published"
        for s in SPLITS
        if len(clips[s]) not in published[s]
    ]
    together = tuple(clip for split in SPLITS for clip in clips[split])
    return OnDisk(
        recipe,
        together,
        {"with a face": dataset.with_face, "all clips": published["val"][0]},
        tuple(notes),
    )


def find_networks(
    figures: Sequence[Figure], *, stand_in: str | None
) -> tuple[dict[str, str], list[str]]:
    """The network to take for each that the figures name, where there is one, and a line for each
    that is not here.
    """
    networks, missing = {}, []
    for name in dict.fromkeys(figure.network for figure in figures):
        lack = _lack(name)
        chosen = stand_in if lack else name
        if chosen is not None:
            networks[name] = chosen
        if lack:
            names = ", ".join(figure.name for figure in figures if figure.network == name)
            missing.append(f"{f'run with {chosen}' if chosen else 'not run'}: {names}: {lack}")
    return networks, missing


def _lack(network: str) -> str | None:
    """What there is not of a network; None where all is here."""
    if network not in card_names():
        return f"network {network} is not here"
    if not find_card(network)[1].is_file():
        return f"network {network} is not here: `videoemo models fetch {network}` brings it"
    return None


def make(figure: Figure, dataset: OnDisk, network: str, folder: Path) -> Outcome:
    """Make a figure anew with a network, on the features in a folder.

    Raises
    ------
    VideoemoError
        The features there are of other settings or other clips, or cannot be made; or the
        classifier cannot be fitted on them.
    """
    name, table = features(figure, dataset, network, folder)
    say(f"{figure.name}: {figure.classifier} on {name}")
    report = evaluate_table(table, figure.classifier, load_protocol(PROTOCOL))
    caveat: Caveat = (
        "stand-in" if network != figure.network else "other clips" if dataset.notes else ""
    )
    rows = tuple(
        compare(found, figure, of=dataset.published[found["over"]], caveat=caveat)
        for found in report.summary()["figures"]
    )
    return Outcome(figure, network, name, len(dataset.clips) - len(table), rows, report)


def features(
    figure: Figure, dataset: OnDisk, network: str, folder: Path
) -> tuple[str, FeatureTable]:
    """The features that a figure is of and their name: read where they are in the folder, else
    extracted into it.
    """
    changes = {key: value for key, value in asdict(figure.changes).items() if value is not None}
    recipe = replace(
        dataset.recipe,
        pipeline=change_pipeline(dataset.recipe.pipeline, extractor=network, **changes),
    )
    name = "-".join(
        [figure.dataset, *(f"{key}-{value}".lower() for key, value in changes.items()), network]
    )
    path = folder / f"{name}.parquet"
    if path.exists():
        table = read_table(path)
        _check(table, recipe, dataset.clips, path)
        return name, table
    say(f"{name}: {len(dataset.clips)} clips")
    return name, extract(
        dataset.clips,
        recipe,
        figure.dataset,
        path,
        keep=None,
        redo=False,
        progress=ConsoleProgress(),
    ).table


def _check(
    table: FeatureTable, recipe: ExtractionRecipe, clips: Sequence[Clip], path: Path
) -> None:
    """Refuse a table of other settings or of other clips; clips that could not be read are not
    in it.
    """
    card, _ = find_card(recipe.pipeline.network.extractor)
    settings = {
        "pipeline": asdict(recipe.pipeline),
        "extractor": extractor_provenance(card),
        "statistics": recipe.descriptor.statistics,
        "pooling": recipe.descriptor.pooling,
    }
    # Through JSON, as the table's own went: tuples are lists there.
    same = {key: table.provenance.get(key) for key in settings} == json.loads(json.dumps(settings))
    there = zip(table.ids.tolist(), table.splits.tolist(), table.labels.tolist(), strict=True)
    if not same or not set(there) <= {(clip.id, clip.split, clip.label) for clip in clips}:
        raise InputError(
            f"{path} was made with other {'clips' if same else 'settings'}: give another folder "
            "with -o, or delete it"
        )


def compare(found: dict[str, Any], figure: Figure, *, of: int, caveat: Caveat) -> Row:
    """Our figure, one of a report's summary, beside the published one, which is of so
    many clips.
    """
    percent: dict[str, Any] = {
        end: share if share is None else round(100 * share, 4)
        for end, share in found["accuracy"].items()
    }
    published = getattr(figure, OVER[found["over"]])
    comparable = published is not None and not caveat
    return Row(
        over=found["over"],
        right=found["right"],
        clips=found["clips"],
        accuracy=percent["value"],
        low=percent["low"],
        high=percent["high"],
        published=published,
        of=of,
        difference=round(percent["value"] - published, 2) if comparable else None,
        inside=percent["low"] <= published <= percent["high"]
        if comparable and percent["low"] is not None
        else None,
        caveat=caveat,
    )


# Said under the table where a row needs it.
_MEANINGS = {
    "stand-in": (
        "another network than the published one: the row shows that the recipe runs, and is not to "
        "be compared"
    ),
    "other clips": (
        "not as many as were published: the row is of another set, and is not to be compared"
    ),
}


def markdown(outcomes: Sequence[Outcome], notes: Sequence[str], *, made_by: str) -> str:
    """The outcomes as a table, a row for each number of clips, and what they rest on."""
    head = (
        "figure",
        "network",
        "classifier",
        "of",
        "ours",
        "accuracy (95 %)",
        "published",
        "difference",
        "published inside ours",
    )
    cells = [head, *(_cells(outcome, row) for outcome in outcomes for row in outcome.rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    cells.insert(1, tuple("-" * width for width in widths))
    table = [
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
        for row in cells
    ]
    caveats = {row.caveat for outcome in outcomes for row in outcome.rows}
    lines = [
        f"in brackets: 95 % intervals, percentiles of {RESAMPLES} resamples of the clips, or of "
        "VGAF's sources",
        *(f"{caveat}: {meaning}" for caveat, meaning in _MEANINGS.items() if caveat in caveats),
        *notes,
    ]
    return (
        "\n".join(
            [
                "# Published figures and ours",
                "",
                f"Made by `{made_by}`.",
                "",
                *table,
                "",
                *(f"- {line}" for line in lines),
            ]
        )
        + "\n"
    )


def _cells(outcome: Outcome, row: Row) -> tuple[str, ...]:
    published = outcome.figure.network
    return (
        outcome.figure.name,
        published if outcome.network == published else f"{outcome.network}, not {published}",
        outcome.figure.classifier,
        row.over,
        f"{row.right} / {row.clips}",
        f"{row.accuracy:.1f} %"
        if row.low is None
        else f"{row.accuracy:.1f} % ({row.low:.1f} to {row.high:.1f})",
        "not known" if row.published is None else f"{row.published:.2f} % of {row.of}",
        "" if row.difference is None else f"{row.difference:+.1f}",
        row.caveat or {True: "yes", False: "no", None: ""}[row.inside],
    )


def plain(outcomes: Sequence[Outcome], notes: Sequence[str], *, made_by: str) -> dict[str, Any]:
    """The outcomes as plain values, without anything of the machine."""
    return {
        "command": made_by,
        "figures": [
            {
                "published": asdict(outcome.figure),
                "network": outcome.network,
                "features": outcome.features,
                "ours": [asdict(row) for row in outcome.rows],
                "fit": outcome.report.folds.how,
                "intervals": outcome.report.summary()["intervals"],
                "classes": list(outcome.report.classes),
                "confusion": {
                    found.over: found.counts.tolist() for found in outcome.report.figures
                },
            }
            for outcome in outcomes
        ],
        "features": {outcome.features: outcome.report.provenance for outcome in outcomes},
        "notes": list(notes),
        "versions": versions() | {"scikit-learn": metadata.version("scikit-learn")},
    }


_FOLDER = click.Path(path_type=Path)


@command(__doc__)
@click.option("--afew", type=_FOLDER, help="AFEW's folder; else $VIDEOEMO_DATA/afew, or data/afew.")
@click.option("--vgaf", type=_FOLDER, help="VGAF's folder; else $VIDEOEMO_DATA/vgaf, or data/vgaf.")
@click.option(
    "--stand-in",
    is_flag=True,
    help="Where a published network is not here, run its recipe with the network that ships.",
)
@click.option(
    "-o",
    "--out",
    type=_FOLDER,
    required=True,
    help="Folder for the features and the results; made if need be.",
)
def main(*, out: Path, stand_in: bool, **roots: Path | None) -> None:
    """Run the recipes, and print our figures beside the published ones."""
    print(reproduce(out, roots, stand_in=stand_in), end="")


if __name__ == "__main__":
    main()

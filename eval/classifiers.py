"""Every named classifier on some feature tables, fitted on train and scored on val, beside the majority baseline.

    python eval/classifiers.py features/afew.parquet features/vgaf.parquet

Prints a Markdown table for each: clips classified rightly, accuracy, UAR, and the lead over the baseline in points of accuracy, each with its
95 % bootstrap interval, over all clips; then accuracy over those with a face.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from tqdm import tqdm

from videoemo.errors import VideoemoError
from videoemo.features import read_table
from videoemo.protocol import load_protocol
from videoemo.records import FeatureTable
from videoemo.report import BASELINE, evaluate_table
from videoemo.report_words import lead, share
from videoemo.settings import known

HEAD = ("classifier", "right / n", "accuracy", "UAR", f"lead over {BASELINE}", "with a face, right / n", "accuracy")


def rows(table: FeatureTable, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A row a classifier, as `HEAD` says."""
    protocol = load_protocol("train-val")
    for name in tqdm(names, file=sys.stderr, leave=False, desc=str(table.provenance["dataset"]), disable=None):
        every, faced = evaluate_table(table, name, protocol).figures
        (baseline,) = every.rivals
        over_all = (f"{every.right} / {every.clips}", share(every.metrics["accuracy"]), share(every.metrics["uar"]), lead(baseline.lead["accuracy"]))
        yield name, *over_all, f"{faced.right} / {faced.clips}", share(faced.metrics["accuracy"])


@click.command(help=__doc__)
@click.argument("tables", nargs=-1, required=True, type=click.Path(path_type=Path))
def main(tables: tuple[Path, ...]) -> None:
    """Print the tables."""
    try:
        for path in tables:
            table = read_table(path)
            head = f"{table.provenance['dataset']}, {len(table)} clips, {table.provenance['extractor']['name']}"
            found = rows(table, [name for name in known("classifiers") if name != BASELINE])
            body = [f"| {' | '.join(row)} |" for row in (HEAD, ["---"] * len(HEAD), *found)]
            click.echo("\n".join([f"## {head}", "", *body, ""]))
    except VideoemoError as exc:
        raise click.ClickException(str(exc)) from exc


if __name__ == "__main__":
    main()

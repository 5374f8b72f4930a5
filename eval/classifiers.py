"""Every named classifier on some feature tables, fitted on train and scored on val, beside the
majority baseline.

    python -m eval.classifiers features/afew.parquet features/vgaf.parquet

Prints a Markdown table for each: clips classified rightly, accuracy, UAR, and the lead over the
baseline in points of accuracy, each with its 95 % bootstrap interval, over all clips; then accuracy
over those with a face.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from tqdm import tqdm

from eval.support.command import command
from eval.support.markdown import table
from videoemo.classification.evaluate import BASELINE, evaluate_table
from videoemo.classification.text import format_margin, format_share
from videoemo.config.protocol import load_protocol
from videoemo.config.toml import settings_names
from videoemo.features.table import read_table
from videoemo.records import FeatureTable

HEAD = (
    "classifier",
    "right / n",
    "accuracy",
    "UAR",
    f"lead over {BASELINE}",
    "with a face, right / n",
    "accuracy",
)


def rows(features: FeatureTable, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """A row a classifier, as `HEAD` says."""
    protocol, dataset = load_protocol("train-val"), str(features.provenance["dataset"])
    for name in tqdm(names, file=sys.stderr, leave=False, desc=dataset, disable=None):
        every, faced = evaluate_table(features, name, protocol).figures
        (baseline,) = every.rivals
        yield (
            name,
            f"{every.right} / {every.clips}",
            format_share(every.metrics["accuracy"]),
            format_share(every.metrics["uar"]),
            format_margin(baseline.lead["accuracy"]),
            f"{faced.right} / {faced.clips}",
            format_share(faced.metrics["accuracy"]),
        )


@command(__doc__)
@click.argument("tables", nargs=-1, required=True, type=click.Path(path_type=Path))
def main(tables: tuple[Path, ...]) -> None:
    """Print the tables."""
    names = [name for name in settings_names("classifiers") if name != BASELINE]
    for path in tables:
        features = read_table(path)
        dataset, extractor = (features.provenance[key] for key in ("dataset", "extractor"))
        title = f"{dataset}, {len(features)} clips, {extractor['name']}"
        print(f"## {title}\n\n{table(HEAD, list(rows(features, names)))}\n", flush=True)


if __name__ == "__main__":
    main()

"""A feature table to a fitted and judged classifier: what `fit` and `evaluate` do."""

from __future__ import annotations

from pathlib import Path

from videoemo.classification.classifier import fit, load_classifier
from videoemo.classification.evaluate import ClipsReport, evaluate_table
from videoemo.classification.model_file import make_card, save_fitted_classifier
from videoemo.config.protocol import load_protocol
from videoemo.errors import InputError
from videoemo.features.table import read_table
from videoemo.records import FeatureTable

__all__ = ["find_table", "fit_and_save"]

FEATURES = Path("features")


def find_table(dataset: str | None, features: Path | None) -> tuple[str, FeatureTable]:
    """The table of a dataset, or the one in a file, or the only one in `features/`; and its
    dataset's name.

    Raises
    ------
    InputError
        None, or several to choose from, or it cannot be used.
    """
    if features is None and dataset is None:
        found = sorted(
            path
            for path in FEATURES.glob("*.parquet")
            if not path.name.endswith(".embeddings.parquet")
        )
        if len(found) != 1:
            known = ", ".join(path.stem for path in found) or "none"
            raise InputError(
                f"which features? in {FEATURES}/ there are: {known}; make some with `videoemo "
                "extract`, or choose with --dataset"
            )
        features = found[0]
    path = features or FEATURES / f"{Path(str(dataset)).stem}.parquet"
    return path.stem, read_table(path)


def fit_and_save(
    table: FeatureTable, classifier: str, protocol: str | None, out: Path
) -> ClipsReport:
    """Judge a classifier by a protocol, and write it as a file: what was judged, or, where the
    protocol fits several, a fit on all clips.

    Parameters
    ----------
    protocol : str or None
        None for train-val where the table has both splits, and grouped-kfold where not.

    Raises
    ------
    InputError
        No such classifier or protocol, or the table has not what they need.
    OutputError
        The file cannot be written.
    """
    if protocol is None:
        protocol = (
            "train-val" if {"train", "val"} <= set(table.splits.tolist()) else "grouped-kfold"
        )
    report = evaluate_table(table, classifier, load_protocol(protocol))
    fitted_on = (
        table[table.splits == "train"]
        if report.fitted is not None
        else table[table.splits != "test"]
    )
    fitted = (
        report.fitted
        if report.fitted is not None
        else fit(load_classifier(classifier), fitted_on, what="the table")
    )
    save_fitted_classifier(
        out,
        fitted,
        make_card(fitted_on, fitted, classifier=Path(classifier).stem, scores=report.summary()),
    )
    return report

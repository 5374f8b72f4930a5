"""Manifests: tables of clips, CSV or TSV, with path, label, and optionally split and group."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from videoemo.config.dataset import DatasetRecipe
from videoemo.datasets.clips._labelled import DatasetListing
from videoemo.datasets.clips._splits import SPLITS, split_named
from videoemo.datasets.clips._text import read_lines
from videoemo.errors import InputError
from videoemo.records import Clip
from videoemo.util.messages import did_you_mean

__all__ = ["read_manifest"]

_COLUMNS = ("path", "label", "split", "group")


def read_manifest(root: Path, recipe: DatasetRecipe) -> DatasetListing:
    """Read the clips of a manifest.

    The id of a clip is its path as written there.

    Parameters
    ----------
    root : Path
        The dataset's folder.
    recipe : DatasetRecipe
        The manifest's path below the root, and the classes.

    Raises
    ------
    InputError
        No such file, not a table, an unknown or missing column, an unknown label or split.
    """
    path = root / str(recipe.manifest)
    if not path.is_file():
        raise InputError(
            f"no manifest {str(path)!r}: expected a CSV or TSV file with the columns "
            f"{', '.join(_COLUMNS)} (split and group may be left out)"
        )
    clips = [_clip(path, line, row, recipe) for line, row in _rows(path)]
    return DatasetListing(
        clips,
        [],
        recipe.classes or tuple(sorted({clip.label for clip in clips if clip.label is not None})),
    )


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """(line, values by column) of each row."""
    lines = read_lines(path)
    heading = next((line for line in lines if line.strip()), "")
    # Spreadsheets write semicolons where the comma is the decimal mark.
    reader = csv.reader(lines, delimiter=max(",;\t", key=heading.count), strict=True)
    rows = []
    columns: list[str] = []
    try:
        for values in reader:
            stripped = [value.strip() for value in values]
            if not any(stripped):
                continue
            if not columns:
                columns = _columns(path, stripped)
            elif len(stripped) != len(columns):
                raise InputError(
                    f"{str(path)!r} line {reader.line_num}: expected {len(columns)} values "
                    f"({', '.join(columns)}), got {len(stripped)}"
                )
            else:
                rows.append((reader.line_num, dict(zip(columns, stripped, strict=True))))
    except csv.Error as exc:
        raise InputError(
            f"{str(path)!r} line {reader.line_num}: {exc}; save it as CSV or TSV"
        ) from exc
    if not rows:
        raise InputError(
            f"no clip in {str(path)!r}: expected a heading with the columns {', '.join(_COLUMNS)} "
            "and a line a clip"
        )
    return rows


def _columns(path: Path, heading: list[str]) -> list[str]:
    columns = [name.casefold() for name in heading]
    for name in columns:
        if name not in _COLUMNS:
            hint = did_you_mean(name, _COLUMNS)
            raise InputError(f"{str(path)!r}: unknown column {name!r}; {hint}")
    if len(set(columns)) < len(columns) or not {"path", "label"} <= set(columns):
        raise InputError(
            f"{str(path)!r}: expected the columns path and label, and split and group if known, "
            f"each once; got {', '.join(columns)}"
        )
    return columns


def _clip(path: Path, line: int, row: dict[str, str], recipe: DatasetRecipe) -> Clip:
    split, label = (
        split_named(row.get("split", "")),
        recipe.label(row["label"]) if row["label"] else None,
    )
    if row["label"] and label is None:
        raise InputError(
            f"{str(path)!r} line {line}: unknown label {row['label']!r}; "
            f"allowed: {', '.join(recipe.classes)}"
        )
    if row.get("split") and split is None:
        raise InputError(
            f"{str(path)!r} line {line}: unknown split {row['split']!r}; "
            f"allowed: {', '.join(SPLITS)}"
        )
    if not row["path"]:
        raise InputError(f"{str(path)!r} line {line}: no path")
    # One name for two spellings of a path, so that a clip listed twice is noticed.
    name = Path(os.path.normpath(row["path"]))
    return Clip(
        path.parent / name,
        name.as_posix(),
        split=split,
        label=label,
        group=row.get("group") or None,
    )

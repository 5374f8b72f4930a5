"""Manifests: tables of clips, CSV or TSV, with path, label, and optionally split, group and columns
of one's own.
"""

from __future__ import annotations

import difflib
import os
from functools import partial
from pathlib import Path

from videoemo.config.dataset import DatasetRecipe
from videoemo.datasets.clips._labelled import DatasetListing
from videoemo.datasets.clips._splits import SPLITS, split_named
from videoemo.errors import InputError
from videoemo.records import Clip
from videoemo.util.messages import brief, did_you_mean, shown
from videoemo.util.text_tables import TextRow, read_text_table

__all__ = ["read_manifest"]

_COLUMNS = ("path", "label", "split", "group")
# Likeness, 0 to 1, from which a name is one of them misspelt: `spilt` is 0.8 like `split`.
_MISSPELT = 0.75


def read_manifest(root: Path, recipe: DatasetRecipe) -> DatasetListing:
    """Read the clips of a manifest.

    The id of a clip is its path as written there, with `/` where Windows wrote a backslash. Columns
    by other names are kept with the clip.

    Parameters
    ----------
    root : Path
        The dataset's folder.
    recipe : DatasetRecipe
        The manifest's path below the root, and the classes.

    Raises
    ------
    InputError
        No such file, not a table, a missing column or one whose name is nearly that of a missing
        one, an unknown label or split.
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


def _rows(path: Path) -> list[TextRow]:
    rows = read_text_table(path, heading=partial(_columns, path))
    if not rows:
        raise InputError(
            f"no clip in {str(path)!r}: expected a heading with the columns {', '.join(_COLUMNS)} "
            "and a line a clip"
        )
    return rows


def _columns(path: Path, heading: list[str]) -> list[str]:
    columns = [name.casefold() if name.casefold() in _COLUMNS else name for name in heading]
    missing = [name for name in _COLUMNS if name not in columns]
    for name in set(columns).difference(_COLUMNS):
        # A column that is misspelt would be left out without a word.
        if difflib.get_close_matches(name.casefold(), missing, n=1, cutoff=_MISSPELT):
            hint = did_you_mean(name.casefold(), missing)
            raise InputError(f"{str(path)!r}: unknown column {shown(name)}; {hint}")
    # Spreadsheets end lines with columns that have no name and no value.
    named = [name for name in columns if name]
    if len(set(named)) < len(named) or {"path", "label"}.intersection(missing):
        raise InputError(
            f"{str(path)!r}: expected the columns path and label, split and group if known, and "
            f"any others, each once; got {brief(', '.join(columns))}"
        )
    return columns


def _clip(path: Path, line: int, row: dict[str, str], recipe: DatasetRecipe) -> Clip:
    split, label = (
        split_named(row.get("split", "")),
        recipe.label(row["label"]) if row["label"] else None,
    )
    if row["label"] and label is None:
        raise InputError(
            f"{str(path)!r} line {line}: unknown label {shown(row['label'])}; "
            f"allowed: {', '.join(recipe.classes)}"
        )
    if row.get("split") and split is None:
        raise InputError(
            f"{str(path)!r} line {line}: unknown split {shown(row['split'])}; "
            f"allowed: {', '.join(SPLITS)}"
        )
    if not row["path"]:
        raise InputError(f"{str(path)!r} line {line}: no path")
    # One name for two spellings of a path, so that a clip listed twice is noticed.
    name = Path(os.path.normpath(_with_slashes(row["path"], path.parent)))
    return Clip(
        path.parent / name,
        name.as_posix(),
        split=split,
        label=label,
        group=row.get("group") or None,
        further={name: value for name, value in row.items() if name not in _COLUMNS},
    )


def _with_slashes(written: str, folder: Path) -> str:
    r"""A path with Windows' separators, `.\a\b.mp4`, as any system understands it; as it is where
    there is a file by that name.
    """
    return written if os.path.lexists(folder / written) else written.replace("\\", "/")

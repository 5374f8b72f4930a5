"""Label files: the columns of a CSV that are wanted, of millions of rows too."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.errors import TrainingError
from videoemo.util.messages import count_noun, first_names, reason_of, shown
from videoemo.util.regular_files import open_regular

__all__ = ["numbered", "read_columns", "whole_numbers"]


def read_columns(
    path: Path,
    wanted: Sequence[str],
    *,
    maybe: Sequence[str] = (),
    headless: Sequence[str] = (),
    what: str,
) -> dict[str, list[str]]:
    """Read columns of a label file, as texts without the space about them.

    Parameters
    ----------
    path : Path
        A CSV, in UTF-8 with or without a byte order mark.
    wanted : sequence of str
        Columns that have to be there.
    maybe : sequence of str
        Columns that are read where they are there.
    headless : sequence of str
        The columns of a file without a heading, which is one whose first line has as many cells,
        and none of the names.
    what : str
        What the file is, for messages, such as `FairFace's labels`.

    Returns
    -------
    dict of str to list of str
        By the name of the column, a text a row.

    Raises
    ------
    TrainingError
        It cannot be read, has no row, lacks a column, or has a row that is too short.
    """
    try:
        with (
            open_regular(path) as content,
            TextIOWrapper(content, encoding="utf-8-sig", newline="") as file,
        ):
            reader = csv.reader(file, skipinitialspace=True)
            heading = [name.strip() for name in next(reader, [])]
            if len(heading) == len(headless) and not set(heading) & set(headless):
                file.seek(0)
                heading = list(headless)
            missing = [name for name in wanted if name not in heading]
            if missing:
                raise TrainingError(
                    f"{path}: missing column {', '.join(missing)} of {what}: it has "
                    f"{first_names(heading) or 'none'}; is it of another version?"
                )
            places = {name: heading.index(name) for name in (*wanted, *maybe) if name in heading}
            columns: dict[str, list[str]] = {name: [] for name in places}
            for values in reader:
                if not values:
                    continue
                if len(values) < len(heading):
                    raise TrainingError(
                        f"{path} line {reader.line_num}: expected {len(heading)} values, got "
                        f"{len(values)}: is the file whole?"
                    )
                for name, place in places.items():
                    columns[name].append(values[place].strip())
    except FileNotFoundError as exc:
        raise TrainingError(f"no {what} at {path}: give their folder with --data") from exc
    except (OSError, ValueError, csv.Error) as exc:
        raise TrainingError(f"cannot read {what} from {path}: {reason_of(exc)}") from exc
    if not columns[next(iter(places))]:
        raise TrainingError(f"{path}: no row of {what}")
    return columns


def numbered(
    texts: Sequence[str], names: Sequence[str], *, where: str, unknown: str | None = None
) -> npt.NDArray[np.int64]:
    """The place of each text among some names, int64 (n,); -1 for the text `unknown`.

    Raises
    ------
    TrainingError
        A text is none of the names; `where` begins the message.
    """
    places = {name: place for place, name in enumerate(names)}
    if unknown is not None:
        places[unknown] = -1
    others = [text for text in texts if text not in places]
    if others:
        raise TrainingError(
            f"{where}: {count_noun(len(others), 'label')} of another version: allowed are "
            f"{', '.join(names)}, got {shown(others[0])}"
        )
    return np.array([places[text] for text in texts], np.int64)


def whole_numbers(texts: Sequence[str], *, where: str) -> npt.NDArray[np.int64]:
    """Numbers in texts, cut off to whole ones, int64 (n,).

    Raises
    ------
    TrainingError
        A text is no number; `where` begins the message.
    """
    try:
        return np.array([int(float(text)) for text in texts], np.int64)
    except (ValueError, OverflowError) as exc:
        raise TrainingError(f"{where}: expected numbers: {exc}") from exc

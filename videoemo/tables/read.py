"""Reading of the CSV tables of a run, with names as they truly are."""

from __future__ import annotations

import csv
import os
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from videoemo.errors import InputError
from videoemo.util.messages import one_line
from videoemo.util.regular_files import open_regular
from videoemo.util.text import from_cell

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TEXT_COLUMNS", "read_table"]

# The columns of text in all tables; what is in the others are numbers.
TEXT_COLUMNS = (
    *("video", "status", "error", "stage", "kind", "message"),
    *("dominant", "prediction", "expression"),
)


def read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a CSV table of videoemo's, such as videos.csv.

    What stands in the file as an escape or behind an apostrophe is given back as it was: a name
    that is not UTF-8 as Python has it, so that `open` finds the file.

    Parameters
    ----------
    path : str or Path
        The table.

    Returns
    -------
    pandas.DataFrame
        Text as objects, empty where there is none; numbers, NaN where there is none.

    Raises
    ------
    InputError
        It cannot be read, or is no table.

    Examples
    --------
    >>> import videoemo
    >>> videos = videoemo.read_table("results/videos.csv")  # doctest: +SKIP
    """
    import pandas as pd

    try:
        with (
            open_regular(Path(path)) as file,
            TextIOWrapper(file, encoding="utf-8", newline="") as text,
        ):
            header, *rows = csv.reader(text, strict=True)
        names = list(map(from_cell, header))
        if len(set(names)) < len(names):
            raise ValueError("a column is there twice")
        columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
        return pd.DataFrame(
            {
                name: pd.Series(list(map(from_cell, columns.get(name, ()))), dtype=object)
                if name in TEXT_COLUMNS
                else pd.to_numeric(pd.Series(columns.get(name, ()), dtype=object))
                for name in names
            }
        )
    except (OSError, ValueError, csv.Error) as exc:
        raise InputError(
            f"cannot read the table {str(path)!r}: {one_line(exc, limit=200)}"
        ) from exc

"""Tables of several videos as one DataFrame, which names each row's video."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

__all__ = ["stack", "with_videos"]


def stack(tables: Mapping[str, pa.Table], empty: pa.Table) -> pd.DataFrame:
    """The rows of all tables, with a first column `video`.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
        A table a video, by its id; all with the same columns.
    empty : pyarrow.Table
        One without a row, for no tables at all.
    """
    import pyarrow as pa

    table: pd.DataFrame = pa.concat_tables([empty, *tables.values()]).to_pandas()
    return with_videos(table, {name: part.num_rows for name, part in tables.items()})


def with_videos(table: pd.DataFrame, rows: Mapping[str, int]) -> pd.DataFrame:
    """The table with a first column `video`, in place.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows of the videos, one after the other.
    rows : mapping of str to int
        The number of rows of each video, by its id.
    """
    import pandas as pd

    names = [name for name, n in rows.items() for _ in range(n)]
    # Text of pandas holds no names that are not UTF-8; objects do.
    utf8 = all(name.encode(errors="replace").decode() == name for name in rows)
    table.insert(0, "video", pd.Series(names, dtype="str" if utf8 else object))
    return table

"""The tables of a video's group."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from videoemo.group._series import GroupSeries
from videoemo.group._synchrony import Pair
from videoemo.util.columns import Column, read_csv, read_parquet, share
from videoemo.util.files import atomic_write, write_csv
from videoemo.util.text import escape, unescape

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "check_synchrony",
    "group_columns",
    "group_table",
    "read_group_series",
    "read_synchrony",
    "write_group_series",
    "write_synchrony",
]


def write_group_series(series: GroupSeries, classes: Sequence[str], path: Path) -> None:
    """Write `group.parquet`, see `group_table`.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    import pyarrow.parquet

    table = group_table(series, [escape(name) for name in classes])
    with atomic_write(path) as temporary:
        pyarrow.parquet.write_table(table, temporary)


def group_table(series: GroupSeries, classes: Sequence[str]) -> pa.Table:
    """The series as a table of one row a sampled frame; what is NaN or -1 in it is null there.

    Parameters
    ----------
    classes : sequence of str
        Their names, for the column `dominant`.
    """
    import pyarrow as pa

    measured = (
        "positive",
        "neutral",
        "negative",
        "valence",
        "valence_smoothed",
        "dispersion",
        "agreement",
    )
    values = {name: getattr(series, name).astype(np.float32) for name in measured}
    dominant = [classes[i] if i >= 0 else None for i in series.dominant.tolist()]
    return pa.table(
        {
            "frame": pa.array(series.frame),
            "seconds": pa.array(series.seconds),
            "faces": pa.array(series.faces),
            **{name: pa.array(column, mask=np.isnan(column)) for name, column in values.items()},
            "dominant": pa.array(dominant, pa.string()),
        }
    )


def write_synchrony(pairs: Sequence[Pair], path: Path) -> None:
    """Write `synchrony.csv`: one row for every two persons who were compared, in the order of
    their appearance.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    measures = ("common_seconds", "correlation", "lag_seconds", "p", "p_corrected")
    rows = [
        [
            pair.first,
            pair.second,
            f"{pair.common_seconds:.3f}",
            f"{pair.correlation:.6f}",
            "" if pair.lag_seconds is None else f"{pair.lag_seconds:.3f}",
            f"{pair.p:.6f}",
            f"{pair.p_corrected:.6f}",
            pair.leads,
        ]
        for pair in pairs
    ]
    write_csv(path, ["track_a", "track_b", *measures, "leads"], rows)


def read_group_series(path: Path, classes: Sequence[str]) -> pa.Table:
    """Read group.parquet of a folder of results, wherever it comes from.

    Parameters
    ----------
    path : Path
        The file.
    classes : sequence of str
        Of the network.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_group_series` writes it; the message names the column.
    """
    import pyarrow as pa

    table = read_parquet(path, group_columns(classes))
    dominant = [None if name is None else unescape(name) for name in table["dominant"].to_pylist()]
    return table.set_column(table.num_columns - 1, "dominant", pa.array(dominant, pa.string()))


def group_columns(classes: Sequence[str]) -> list[Column]:
    """The columns of group.parquet, as they have to be.

    Parameters
    ----------
    classes : sequence of str
        Of the network.
    """
    return [
        Column("frame", "int64", low=0),
        Column("seconds", "float64"),
        Column("faces", "int64", low=0),
        *(share(name, optional=True) for name in ("positive", "neutral", "negative")),
        *(share(name, low=-1, optional=True) for name in ("valence", "valence_smoothed")),
        *(share(name, optional=True) for name in ("dispersion", "agreement")),
        Column("dominant", "string", optional=True, values=tuple(classes)),
    ]


def read_synchrony(path: Path) -> list[Pair]:
    """Read synchrony.csv of a folder of results, wherever it comes from.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_synchrony` writes it; the message names the column.
    """
    expected = [
        *(Column(name, "int64", low=0) for name in ("track_a", "track_b")),
        Column("common_seconds", "float64", low=0),
        share("correlation", "float64", low=-1),
        Column("lag_seconds", "float64", optional=True),
        *(share(name, "float64") for name in ("p", "p_corrected")),
        Column("leads", "int64", low=0, optional=True),
    ]
    return [
        Pair(row.pop("track_a"), row.pop("track_b"), **row)
        for part in read_csv(path, expected)
        for row in part.to_pylist()
    ]


def check_synchrony(path: Path) -> None:
    """Check synchrony.csv as `read_synchrony` reads it."""
    read_synchrony(path)

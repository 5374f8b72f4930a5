"""Columns of tables that come from elsewhere: Parquet and CSV files are read in bounded memory, and
the names, types and ranges of their columns are checked.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from videoemo.util.messages import brief, one_line, shown
from videoemo.util.parquet_footer import declared_memory
from videoemo.util.regular_files import open_regular
from videoemo.util.text import escape, from_cell, to_cell

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet

__all__ = [
    "Column",
    "Kind",
    "check_csv",
    "check_names",
    "check_numbers",
    "check_strings",
    "check_table",
    "empty_table",
    "memory_allowed",
    "open_parquet",
    "read_csv",
    "read_heading",
    "read_parquet",
    "read_whole_csv",
    "share",
    "value_type",
]

Kind = Literal["int64", "float32", "float64", "bool", "string"]

# What a table may take in memory: that of a small file, and of a larger one so many times its own
# size, which is that of ours where no frame has a face.
_SMALL, _TIMES = 128 * 1024 * 1024, 16
# Bytes in UTF-8 of one string: above what the path of a file may have, and what an error says.
_LONGEST_STRING = 64 * 1024
_LONGEST_HEADING = 1024 * 1024
# Bytes of a CSV file whose rows are kept: of a million videos, or of a year of episodes.
_LARGEST_CSV = 512 * 1024 * 1024
# Of shares in 32 bits, and of those written with six digits.
_ROUNDING = 1e-4


@dataclass(frozen=True)
class Column:
    """Column of a table, as it has to be.

    Parameters
    ----------
    name : str
        Its name.
    kind : {"int64", "float32", "float64", "bool", "string"}
        Its type; in a CSV file, what its text is read as. Numbers are finite.
    low, high : float
        The range of its numbers.
    optional : bool, default=False
        Whether values may be missing. In a CSV file a string that is missing is an empty one.
    values : tuple of str, default=()
        The strings that it may hold; empty for any.
    """

    name: str
    kind: Kind
    low: float = -math.inf
    high: float = math.inf
    optional: bool = False
    values: tuple[str, ...] = ()


def share(name: str, kind: Kind = "float32", *, low: float = 0, optional: bool = False) -> Column:
    """Column of shares or probabilities, 0 to 1, or of measures from `low` to 1."""
    return Column(name, kind, low - _ROUNDING, 1 + _ROUNDING, optional)


def check_names(given: list[str], columns: Sequence[Column]) -> None:
    """Check the names of a table's columns, which stand in order.

    Raises
    ------
    ValueError
        The message names the first column that is another one.
    """
    wanted = [column.name for column in columns]
    for place in range(max(len(wanted), len(given))):
        if given[place : place + 1] != wanted[place : place + 1]:
            here, there = (
                shown(names[place]) if place < len(names) else "none" for names in (wanted, given)
            )
            raise ValueError(f"column {place + 1}: expected {here}, got {there}")
        if wanted[place] in wanted[:place]:
            raise ValueError(f"column {place + 1}: {shown(wanted[place])} is there twice")


def check_table(table: pa.Table, columns: Sequence[Column]) -> None:
    """Check the columns of a table: their names, types and values.

    Raises
    ------
    ValueError
        The message names the column, what was expected, and what was given.
    """
    _check_schema(table.schema, columns)
    with _arrow_errors():
        table.validate(full=True)
    for column in columns:
        given = table[column.name]
        if given.null_count and not column.optional:
            raise ValueError(f"{column.name}: {given.null_count:,} values are missing")
        if column.kind == "string":
            check_strings(given, column)
        elif column.kind != "bool":
            check_numbers(given.drop_null().to_numpy(), column)


def value_type(given: pa.DataType) -> pa.DataType:
    """Type of the values of a column, of which each that is repeated may be kept once."""
    import pyarrow as pa

    return given.value_type if pa.types.is_dictionary(given) else given


def check_strings(given: pa.ChunkedArray, column: Column) -> None:
    """Check the strings of a column, of which each that is repeated may be kept once.

    Raises
    ------
    ValueError
        One is too long, or none of those allowed.
    """
    import pyarrow as pa
    import pyarrow.compute

    for chunk in given.chunks:
        strings = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
        longest = pyarrow.compute.max(pyarrow.compute.binary_length(strings)).as_py() or 0
        if longest > _LONGEST_STRING:
            raise ValueError(
                f"{column.name}: expected strings of at most {_LONGEST_STRING:,} bytes, got one of "
                f"{longest:,}"
            )
        for value in strings.unique().drop_null() if column.values else ():
            if value.as_py() not in column.values:
                raise ValueError(
                    f"{column.name}: expected one of "
                    f"{', '.join(map(repr, column.values))}, got {shown(value.as_py())}"
                )


@contextmanager
def open_parquet(path: Path, *, follow_links: bool) -> Iterator[pyarrow.parquet.ParquetFile]:
    """Open a Parquet file whose content fits into memory; of strings each one that is repeated is
    kept once.

    Parameters
    ----------
    path : Path
        The file.
    follow_links : bool
        As in `regular_files.open_regular`.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or takes more than `memory_allowed`.
    """
    import pyarrow.parquet

    with open_regular(path, follow_links=follow_links) as file, _arrow_errors():
        asked, allowed = declared_memory(file), memory_allowed(os.fstat(file.fileno()).st_size)
        if asked > allowed:
            raise ValueError(f"it takes {asked:,} bytes of memory, allowed are {allowed:,}")
        file.seek(0)
        metadata = pyarrow.parquet.read_metadata(file)
        leaves = map(metadata.schema.column, range(len(metadata.schema)))
        strings = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
        yield pyarrow.parquet.ParquetFile(file, metadata=metadata, read_dictionary=strings)


def read_parquet(path: Path, columns: Sequence[Column]) -> pa.Table:
    """Read a Parquet file of a folder of results, and check its columns; no link is followed.

    Parameters
    ----------
    path : Path
        The file, in which text stands as `text.escape` writes it.
    columns : sequence of Column
        As they have to be.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or has other columns; the message names the column.
    """
    written = [
        replace(column, name=escape(column.name), values=tuple(map(escape, column.values)))
        for column in columns
    ]
    with open_parquet(path, follow_links=False) as file:
        _check_schema(file.schema_arrow, written)
        table = file.read()
    check_table(table, written)
    return table.rename_columns([column.name for column in columns])


def read_heading(path: Path) -> list[str]:
    """Read the names of the columns of a CSV file of a folder of results; no link is followed.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is not UTF-8, or no CSV.
    """
    with open_regular(path, follow_links=False) as file, _arrow_errors():
        heading = file.readline(_LONGEST_HEADING).decode("utf-8")
        return list(map(from_cell, next(csv.reader([heading], strict=True), [])))


def read_csv(
    path: Path, columns: Sequence[Column], *, most: float = _LARGEST_CSV
) -> Iterator[pa.Table]:
    """Read a CSV file of a folder of results part by part, and check its columns; no link is
    followed.

    Parameters
    ----------
    path : Path
        The file, in which text stands as `text.to_cell` writes it.
    columns : sequence of Column
        As they have to be.
    most : float
        Bytes above which it is not read, by default half a GiB, since readers keep what they read.

    Yields
    ------
    pyarrow.Table
        Some rows, the columns with their true names.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or has other columns; the message names the column.
    """
    import pyarrow as pa
    import pyarrow.csv

    check_names(read_heading(path), columns)
    written = [
        replace(
            column,
            name=str(to_cell(column.name)),
            values=tuple(str(to_cell(value)) for value in column.values),
        )
        for column in columns
    ]
    with open_regular(path, follow_links=False) as file, _arrow_errors():
        size = os.fstat(file.fileno()).st_size
        if size > most:
            raise ValueError(f"it has {size:,} bytes, allowed are {most:,}")
        parts = pyarrow.csv.open_csv(
            file,
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={column.name: _arrow_type(column) for column in written},
                null_values=[""],
            ),
        )
        for part in parts:
            table = pa.Table.from_batches([part])
            check_table(table, written)
            yield table.rename_columns([column.name for column in columns])


def read_whole_csv(path: Path, columns: Sequence[Column]) -> pa.Table:
    """Read all of a CSV file as `read_csv` does."""
    import pyarrow as pa

    return pa.concat_tables([empty_table(columns), *read_csv(path, columns)])


def empty_table(columns: Sequence[Column]) -> pa.Table:
    """A table of these columns without a row."""
    import pyarrow as pa

    schema = pa.schema([(column.name, _arrow_type(column)) for column in columns])
    return schema.empty_table()


def check_csv(path: Path, columns: Sequence[Column]) -> None:
    """Check a CSV file of any size as `read_csv` reads it."""
    for _ in read_csv(path, columns, most=math.inf):
        pass


def memory_allowed(size: int) -> int:
    """What a table may take in memory, in bytes, from the size of its file: no small file asks for
    much.
    """
    return _SMALL + _TIMES * size


@contextmanager
def _arrow_errors() -> Iterator[None]:
    """Errors of PyArrow about a damaged file as ValueError, in one line."""
    import pyarrow as pa

    try:
        yield
    # Thrift's and Parquet's are OSError.
    except (pa.ArrowException, OSError, csv.Error) as exc:
        raise ValueError(brief(one_line(exc))) from exc


def _arrow_type(column: Column) -> pa.DataType:
    import pyarrow as pa

    return pa.bool_() if column.kind == "bool" else getattr(pa, column.kind)()


def _check_schema(schema: pa.Schema, columns: Sequence[Column]) -> None:
    check_names(schema.names, columns)
    for column, given in zip(columns, map(value_type, schema.types), strict=True):
        if given != _arrow_type(column):
            raise ValueError(f"{column.name}: expected {column.kind}, got {brief(str(given))}")


def check_numbers(values: npt.NDArray[Any], column: Column) -> None:
    """Check the numbers of a column, none of which is missing.

    Raises
    ------
    ValueError
        One is not finite, or out of range.
    """
    wrong = ~np.isfinite(values) | (values < column.low) | (values > column.high)
    if wrong.any():
        if math.isinf(column.low) and math.isinf(column.high):
            allowed = "finite numbers"
        else:
            allowed = f"numbers from {column.low:.4g} to {column.high:.4g}"
        raise ValueError(f"{column.name}: expected {allowed}, got {values[wrong.argmax()]}")

from __future__ import annotations

import io
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from videoemo.util.parquet_footer import declared_memory


def parquet(table: pa.Table, **options: object) -> bytes:
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file, **options)
    return file.getvalue()


TABLE = pa.table(
    {
        "numbers": np.arange(1000, dtype=np.float64),
        "texts": ["x"] * 1000,
        "lists": [[1.5, 2.5]] * 1000,
        "maps": pa.array([[("a", 1)]] * 1000, pa.map_(pa.string(), pa.int64())),
        "flags": [True, None] * 500,
    }
)


@pytest.mark.parametrize("options", [{}, {"row_group_size": 7}, {"compression": "zstd"}], ids=str)
def test_the_memory_is_that_of_the_values_and_of_their_own_form(options: dict[str, object]) -> None:
    written = parquet(TABLE, **options)
    metadata = pyarrow.parquet.read_metadata(io.BytesIO(written))
    widths = {"DOUBLE": 8, "INT64": 8, "BYTE_ARRAY": 4, "BOOLEAN": 1}
    expected = 0
    for row_group in map(metadata.row_group, range(metadata.num_row_groups)):
        for chunk in map(row_group.column, range(row_group.num_columns)):
            n = chunk.num_values * widths[chunk.physical_type]
            expected += max(n, chunk.total_uncompressed_size)
    assert declared_memory(io.BytesIO(written)) == expected


def test_values_that_take_no_room_in_the_file_are_counted() -> None:
    written = parquet(pa.table({"zeros": np.zeros(10**6, np.int64)}))
    assert len(written) < 10_000
    assert declared_memory(io.BytesIO(written)) == 8 * 10**6


def test_a_damaged_footer_is_an_error_and_never_the_end_of_the_process() -> None:
    written = parquet(TABLE)
    length = int.from_bytes(written[-8:-4], "little")
    rng = np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(written)
        place = len(written) - 8 - int(rng.integers(length))
        damaged[place : place + 4] = rng.bytes(4)
        with suppress(ValueError):
            assert declared_memory(io.BytesIO(damaged)) >= 0


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1\xff\xff\xff\x7fPAR1", b"x" * 100])
def test_what_is_no_parquet_file_is_said(content: bytes) -> None:
    with pytest.raises(ValueError, match="it is cut off, or no Parquet file"):
        declared_memory(io.BytesIO(content))

"""Feature tables on disk: one descriptor a clip, and, where kept, the vectors they were
pooled from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.features.metadata import STRINGS, from_metadata, readable, to_metadata
from videoemo.records import FeatureTable
from videoemo.util.files import atomic_write
from videoemo.util.text import escape, unescape

__all__ = ["read_table", "write_table"]


def write_table(table: FeatureTable, path: Path) -> None:
    """Write `id, split, label, group, n_frames, n_face_frames, descriptor`, with the provenance in
    the file's metadata.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet

    columns: dict[str, Any] = {
        name: pa.array(list(map(escape, getattr(table, field).tolist())), pa.string())
        for name, field in STRINGS.items()
    }
    columns |= {name: pa.array(getattr(table, name)) for name in ("n_frames", "n_face_frames")}
    columns["descriptor"] = _vectors(table.descriptor)
    arrow = pa.table(columns).replace_schema_metadata(to_metadata(table.provenance))
    with atomic_write(path) as temporary:
        pyarrow.parquet.write_table(arrow, temporary)


def read_table(path: Path) -> FeatureTable:
    """A table that `write_table` wrote.

    Raises
    ------
    InputError
        Missing, damaged, of another version of videoemo's tables, or with values that are
        no numbers.
    """
    import pyarrow.parquet

    with readable(path):
        arrow = pyarrow.parquet.read_table(path)
    provenance = from_metadata(arrow.schema.metadata, path)
    missing = {*STRINGS, "n_frames", "n_face_frames", "descriptor"} - set(arrow.column_names)
    if missing:
        raise InputError(f"{path}: missing column {', '.join(sorted(missing))}; extract it again")
    try:
        return FeatureTable(
            descriptor=_matrix(arrow["descriptor"]),
            **{
                field: np.array(list(map(unescape, arrow[name].to_pylist())), np.str_)
                for name, field in STRINGS.items()
            },
            n_frames=arrow["n_frames"].to_numpy(),
            n_face_frames=arrow["n_face_frames"].to_numpy(),
            provenance=provenance,
        )
    except ValueError as exc:
        raise InputError(f"{path}: {exc}; extract it again") from exc


def _vectors(matrix: npt.NDArray[np.float32]) -> Any:
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), matrix.shape[1])


def _matrix(column: Any) -> npt.NDArray[np.float32]:
    values = column.combine_chunks()
    length = values.type.list_size
    return np.asarray(values.flatten().to_numpy(zero_copy_only=False), np.float32).reshape(
        -1, length
    )

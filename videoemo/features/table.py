"""Feature tables on disk: one descriptor a clip, and, where kept, the vectors they were
pooled from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.features.metadata import (
    STRINGS,
    from_metadata,
    read_strings,
    readable,
    require_columns,
    require_parts,
    string_array,
    to_metadata,
)
from videoemo.records import FeatureTable
from videoemo.util.columns import Column, check_table, open_parquet, value_type
from videoemo.util.files import atomic_write
from videoemo.util.messages import brief
from videoemo.util.text import escape

__all__ = ["read_table", "write_table"]

_COUNTS = ("n_frames", "n_face_frames")
_NAMES = (*STRINGS, *_COUNTS, "descriptor")


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
    columns |= {name: pa.array(getattr(table, name)) for name in _COUNTS}
    columns["descriptor"] = _vectors(table.descriptor)
    arrow = pa.table(columns).replace_schema_metadata(to_metadata(table.provenance))
    with atomic_write(path) as temporary:
        pyarrow.parquet.write_table(arrow, temporary)


def read_table(path: Path) -> FeatureTable:
    """A table that `write_table` wrote, wherever it comes from.

    Raises
    ------
    InputError
        Missing, damaged, of another version of videoemo's tables, or not as `write_table` writes
        it; the message names the file, and the column or the part of its metadata.
    """
    with readable(path), open_parquet(path, follow_links=True) as file:
        provenance = from_metadata(file.schema_arrow.metadata, path)
        require_parts(provenance)
        _check_schema(file.schema_arrow)
        arrow = file.read(columns=list(_NAMES))
        arrow.validate(full=True)
        _check_counts(arrow)
        strings = {name: read_strings(name, arrow[name]) for name in STRINGS}
        return FeatureTable(
            descriptor=_descriptors(arrow["descriptor"], provenance),
            **{field: string_array(name, strings[name]) for name, field in STRINGS.items()},
            n_frames=arrow["n_frames"].to_numpy(),
            n_face_frames=arrow["n_face_frames"].to_numpy(),
            provenance=provenance,
        )


def _vectors(matrix: npt.NDArray[np.float32]) -> Any:
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), matrix.shape[1])


def _check_schema(schema: Any) -> None:
    import pyarrow as pa

    require_columns(schema, _NAMES)
    given = value_type(schema.field("descriptor").type)
    fixed = pa.types.is_fixed_size_list(given) and given.value_type == pa.float32()
    if not (fixed and given.list_size > 0):
        raise ValueError(
            f"descriptor: expected vectors of float32, all of one length, got {brief(str(given))}"
        )


def _check_counts(arrow: Any) -> None:
    """Of each clip the frames, and those with a face, which are no more."""
    check_table(arrow.select(_COUNTS), [Column(name, "int64", low=0) for name in _COUNTS])
    if not len(arrow):
        raise ValueError("it holds no clip")
    if (arrow["n_face_frames"].to_numpy() > arrow["n_frames"].to_numpy()).any():
        raise ValueError("n_face_frames: more than n_frames")


def _descriptors(column: Any, provenance: dict[str, Any]) -> npt.NDArray[np.float32]:
    length, n_statistics = column.type.list_size, len(provenance["statistics"])
    parts = n_statistics**2 if provenance["pooling"] == "group" else n_statistics
    if length % parts:
        raise ValueError(f"descriptor: {length} values, which {parts} statistics cannot have")
    values = column.combine_chunks()
    if values.null_count or values.values.null_count:
        raise ValueError("descriptor: values are missing")
    return np.asarray(values.flatten().to_numpy(zero_copy_only=False)).reshape(-1, length)

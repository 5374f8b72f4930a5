"""Feature tables on disk: one descriptor a clip, and, where kept, the vectors they were pooled from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.files import whole
from videoemo.records import FeatureTable

__all__ = ["ClipVectors", "VectorWriter", "check_settings", "read_provenance", "read_table", "read_vectors", "write_table"]

# The version of the columns and of what they mean.
SCHEMA = 1
_STRINGS = {"id": "ids", "split": "splits", "label": "labels", "group": "groups"}


def write_table(table: FeatureTable, path: Path) -> None:
    """Write `id, split, label, group, n_frames, n_face_frames, descriptor`, with the provenance in the file's metadata.

    Raises
    ------
    OutputError : it cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet

    columns: dict[str, Any] = {name: pa.array(getattr(table, field).tolist(), pa.string()) for name, field in _STRINGS.items()}
    columns |= {name: pa.array(getattr(table, name)) for name in ("n_frames", "n_face_frames")}
    columns["descriptor"] = _vectors(table.descriptor)
    arrow = pa.table(columns).replace_schema_metadata(_metadata(table.provenance))
    with whole(path) as temporary:
        pyarrow.parquet.write_table(arrow, temporary)


def read_table(path: Path) -> FeatureTable:
    """A table that `write_table` wrote.

    Raises
    ------
    InputError : missing, damaged, of another version of videoemo's tables, or with values that are no numbers.
    """
    import pyarrow.parquet

    with _readable(path):
        arrow = pyarrow.parquet.read_table(path)
    provenance = _provenance(arrow.schema.metadata, path)
    missing = {*_STRINGS, "n_frames", "n_face_frames", "descriptor"} - set(arrow.column_names)
    if missing:
        raise InputError(f"{path}: missing column {', '.join(sorted(missing))}; extract it again")
    try:
        return FeatureTable(
            descriptor=_matrix(arrow["descriptor"]),
            **{field: np.array(arrow[name].to_pylist(), np.str_) for name, field in _STRINGS.items()},
            n_frames=arrow["n_frames"].to_numpy(),
            n_face_frames=arrow["n_face_frames"].to_numpy(),
            provenance=provenance,
        )
    except ValueError as exc:
        raise InputError(f"{path}: {exc}; extract it again") from exc


@dataclass(frozen=True)
class ClipVectors:
    """The vectors of one clip's faces.

    Parameters
    ----------
    id, split, label, group : the clip's; empty where not known.
    n_frames : frames sampled.
    frame : int64 (m,), the frame of each face, ascending.
    track : int64 (m,), the number of its person.
    vectors : float32 (m, d).
    """

    id: str
    split: str
    label: str
    group: str
    n_frames: int
    frame: npt.NDArray[np.int64]
    track: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]


class VectorWriter:
    """Write the vectors of one clip after another, in memory that does not grow; a row group a clip."""

    def __init__(self, path: Path, provenance: dict[str, Any], *, length: int) -> None:
        import pyarrow as pa
        import pyarrow.parquet

        fields = [(name, pa.string()) for name in _STRINGS]
        fields += [("n_frames", pa.int64()), ("frame", pa.list_(pa.int64())), ("track", pa.list_(pa.int64()))]
        fields += [("vectors", pa.list_(pa.list_(pa.float32(), length)))]
        self._schema = pa.schema(fields).with_metadata(_metadata(provenance))
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema)

    def write(self, clip: ClipVectors) -> None:
        """Append a clip."""
        import pyarrow as pa

        row = {name: [getattr(clip, name)] for name in (*_STRINGS, "n_frames")}
        row |= {"frame": [clip.frame.tolist()], "track": [clip.track.tolist()], "vectors": [list(clip.vectors)]}
        self._writer.write_table(pa.table(row, schema=self._schema))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def read_vectors(path: Path) -> Iterator[ClipVectors]:
    """The clips of a file that `VectorWriter` wrote, one after another.

    Raises
    ------
    InputError : missing, damaged, or no file of vectors.
    """
    import pyarrow.parquet

    read_provenance(path)
    with pyarrow.parquet.ParquetFile(path) as file:
        if "vectors" not in file.schema_arrow.names:
            raise InputError(f"{path} holds no face vectors; extract with --keep-frames")
        if "track" not in file.schema_arrow.names:
            raise InputError(f"{path} does not say whose the faces are: it is of an older version of videoemo; extract it again")
        for number in range(file.num_row_groups):
            with _readable(path):
                (row,) = file.read_row_group(number).to_pylist()
            length = file.schema_arrow.field("vectors").type.value_type.list_size
            vectors = np.array(row["vectors"], np.float32).reshape(-1, length)
            frame, track = (np.array(row[name], np.int64) for name in ("frame", "track"))
            yield ClipVectors(**{**row, "frame": frame, "track": track, "vectors": vectors})


def read_provenance(path: Path) -> dict[str, Any]:
    """What a file of features was made with.

    Raises
    ------
    InputError : missing, damaged, or of another version.
    """
    import pyarrow.parquet

    with _readable(path):
        metadata = pyarrow.parquet.read_schema(path).metadata
    return _provenance(metadata, path)


def check_settings(path: Path, provenance: dict[str, Any]) -> None:
    """Refuse to put a table in the place of one that was made with other settings.

    Raises
    ------
    InputError : the one there was made with other settings; the message names them.
    """
    if not path.exists():
        return
    there = read_provenance(path)
    keys = [key for key in provenance if key != "versions"]
    other = [name for key in keys for name in _differences(there.get(key), provenance[key], key)]
    if other:
        raise InputError(f"{path} was made with other settings ({'; '.join(other[:4])}): give another file with -o, or --redo to replace it")


def _differences(there: Any, here: Any, name: str) -> Iterable[str]:
    if isinstance(there, dict) and isinstance(here, dict):
        for key in sorted({*there, *here}):
            yield from _differences(there.get(key), here.get(key), key)
    elif there != here:
        yield f"{name}: {there} there, {here} now"


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Errors of reading a file of features, in one line each."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as exc:
        raise InputError(f"no features at {path}: make them with `videoemo extract`") from exc
    except (pa.ArrowException, OSError) as exc:
        raise InputError(f"{path} is damaged: {' '.join(str(exc).split())[:150]}; extract it again") from exc


def _metadata(provenance: dict[str, Any]) -> dict[str, str]:
    return {"videoemo": json.dumps({"schema": SCHEMA, **provenance}, sort_keys=True)}


def _provenance(metadata: dict[bytes, bytes] | None, path: Path) -> dict[str, Any]:
    try:
        content = json.loads((metadata or {})[b"videoemo"])
        schema = content.pop("schema")
    except (KeyError, ValueError, AttributeError) as exc:
        raise InputError(f"{path} is no table of videoemo's; make one with `videoemo extract`") from exc
    if schema != SCHEMA:
        raise InputError(f"{path} was written by another version of videoemo (tables of version {schema}, here {SCHEMA}); extract it again")
    provenance: dict[str, Any] = content
    return provenance


def _vectors(matrix: npt.NDArray[np.float32]) -> Any:
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), matrix.shape[1])


def _matrix(column: Any) -> npt.NDArray[np.float32]:
    values = column.combine_chunks()
    length = values.type.list_size
    return np.asarray(values.flatten().to_numpy(zero_copy_only=False), np.float32).reshape(-1, length)

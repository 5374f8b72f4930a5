"""Embeddings of all faces of labelled clips on disk, so that another pooling needs no
second extraction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.features.metadata import STRINGS, read_provenance, readable, to_metadata
from videoemo.util.text import escape, unescape

__all__ = ["EMBEDDINGS", "ClipEmbeddings", "EmbeddingWriter", "read_embeddings"]

# The file of one clip in the folder of an extraction that is not finished.
EMBEDDINGS = "embeddings.parquet"


@dataclass(frozen=True)
class ClipEmbeddings:
    """The embeddings of one clip's faces.

    Parameters
    ----------
    id, split, label, group : str
        The clip's; empty where not known.
    n_frames : int
        Frames sampled.
    frame : int64 (m,)
        The frame of each face, ascending.
    track : int64 (m,)
        The number of its person.
    embedding : float32 (m, d)
        One a face.
    """

    id: str
    split: str
    label: str
    group: str
    n_frames: int
    frame: npt.NDArray[np.int64]
    track: npt.NDArray[np.int64]
    embedding: npt.NDArray[np.float32]


class EmbeddingWriter:
    """Write the embeddings of one clip after another, a row group a clip, in bounded memory."""

    def __init__(self, path: Path, provenance: dict[str, Any], *, length: int) -> None:
        import pyarrow as pa
        import pyarrow.parquet

        fields = [(name, pa.string()) for name in STRINGS]
        fields += [
            ("n_frames", pa.int64()),
            ("frame", pa.list_(pa.int64())),
            ("track", pa.list_(pa.int64())),
        ]
        fields += [("embedding", pa.list_(pa.list_(pa.float32(), length)))]
        self._schema = pa.schema(fields).with_metadata(to_metadata(provenance))
        self._writer = pyarrow.parquet.ParquetWriter(path, self._schema)

    def write(self, clip: ClipEmbeddings) -> None:
        """Append a clip."""
        import pyarrow as pa

        row: dict[str, Any] = {name: [escape(getattr(clip, name))] for name in STRINGS}
        row |= {
            "n_frames": [clip.n_frames],
            "frame": [clip.frame.tolist()],
            "track": [clip.track.tolist()],
            "embedding": [list(clip.embedding)],
        }
        self._writer.write_table(pa.table(row, schema=self._schema))

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def read_embeddings(path: Path) -> Iterator[ClipEmbeddings]:
    """The clips of a file that `EmbeddingWriter` wrote, one after another.

    Raises
    ------
    InputError
        Missing, damaged, or no file of embeddings.
    """
    import pyarrow.parquet

    read_provenance(path)
    with pyarrow.parquet.ParquetFile(path) as file:
        if "embedding" not in file.schema_arrow.names:
            raise InputError(f"{path} holds no embeddings of faces; extract with --keep-embeddings")
        if "track" not in file.schema_arrow.names:
            raise InputError(
                f"{path} does not say whose the faces are: it is of an older version of videoemo; "
                "extract it again"
            )
        for number in range(file.num_row_groups):
            with readable(path):
                (row,) = file.read_row_group(number).to_pylist()
            length = file.schema_arrow.field("embedding").type.value_type.list_size
            embedding = np.array(row["embedding"], np.float32).reshape(-1, length)
            frame, track = (np.array(row[name], np.int64) for name in ("frame", "track"))
            strings = {name: unescape(row[name]) for name in STRINGS}
            arrays = {"frame": frame, "track": track, "embedding": embedding}
            yield ClipEmbeddings(**{**row, **strings, **arrays})

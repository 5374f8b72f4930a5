"""Embeddings of all faces of labelled clips on disk, so that another pooling needs no
second extraction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.features.metadata import (
    STRINGS,
    from_metadata,
    read_strings,
    readable,
    require_columns,
    to_metadata,
)
from videoemo.util.columns import Column, check_table, memory_allowed, open_parquet
from videoemo.util.messages import brief, shown
from videoemo.util.text import escape

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["EMBEDDINGS", "ClipEmbeddings", "EmbeddingWriter", "read_clip", "read_embeddings"]

# The file of one clip in the folder of an extraction that is not finished.
EMBEDDINGS = "embeddings.parquet"
_NAMES = (*STRINGS, "n_frames", "frame", "track", "embedding")
# Values of an embedding: no network in sight has a tenth of that.
_LONGEST = 2**16


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


def read_embeddings(path: Path, *, pooled: int = 1) -> Iterator[ClipEmbeddings]:
    """The clips of a file that `EmbeddingWriter` wrote, one after another, wherever it comes from.

    Parameters
    ----------
    path : Path
        The file.
    pooled : int, default=1
        How many values the descriptor of a clip is to have for each of an embedding: where all
        descriptors together would take more memory than the file's size allows, nothing is read.

    Raises
    ------
    InputError
        Missing, damaged, no file of embeddings, or not as `EmbeddingWriter` writes it; the message
        names the file and the column.
    """
    with readable(path):
        yield from _read_clips(path, pooled=pooled)


def read_clip(path: Path, *, length: int) -> ClipEmbeddings:
    """The one clip of a part of an extraction; no link is followed.

    Parameters
    ----------
    path : Path
        The file.
    length : int
        Of an embedding.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or holds something else.
    """
    try:
        clips = list(islice(_read_clips(path, length=length, follow_links=False), 2))
    except InputError as exc:
        raise ValueError(str(exc)) from exc
    if len(clips) != 1:
        raise ValueError("expected one clip")
    return clips[0]


def _read_clips(
    path: Path, *, pooled: int = 1, length: int | None = None, follow_links: bool = True
) -> Iterator[ClipEmbeddings]:
    """As `read_embeddings`, which says in one line what is raised here: OSError, ValueError."""
    seen = set[str]()
    with open_parquet(path, follow_links=follow_links) as file:
        schema, size = file.schema_arrow, path.stat().st_size
        from_metadata(schema.metadata, path)
        given = _length(schema, path)
        if length not in (None, given):
            raise ValueError(f"embedding: expected vectors of {length} values, got {given}")
        # A clip without a face takes no room here, and as much as any other as a descriptor.
        asked = file.metadata.num_rows * given * pooled * np.float32().nbytes
        if asked > memory_allowed(size):
            raise ValueError(f"the descriptors of its clips take {asked:,} bytes of memory")
        for number in range(file.num_row_groups):
            table = file.read_row_group(number, columns=list(_NAMES))
            table.validate(full=True)
            for clip in _clips(table, given):
                if clip.id in seen:
                    raise ValueError(f"id: {shown(clip.id)} is there twice")
                seen.add(clip.id)
                yield clip
    if not seen:
        raise ValueError("it holds no clip")


def _length(schema: pa.Schema, path: Path) -> int:
    """Length of an embedding, from columns of the right types."""
    import pyarrow as pa

    if "embedding" not in schema.names:
        raise InputError(f"{path} holds no embeddings of faces; extract with --keep-embeddings")
    if "track" not in schema.names:
        raise InputError(
            f"{path} does not say whose the faces are: it is of an older version of videoemo; "
            "extract it again"
        )
    require_columns(schema, _NAMES)
    for name in ("frame", "track"):
        if schema.field(name).type != pa.list_(pa.int64()):
            raise ValueError(
                f"{name}: expected lists of int64, got {brief(str(schema.field(name).type))}"
            )
    given = schema.field("embedding").type
    vectors = given.value_type if pa.types.is_list(given) else given
    fixed = pa.types.is_fixed_size_list(vectors) and vectors.value_type == pa.float32()
    if not (pa.types.is_list(given) and fixed and 0 < vectors.list_size <= _LONGEST):
        raise ValueError(
            f"embedding: expected lists of vectors of float32, all of one length up to "
            f"{_LONGEST:,}, got {brief(str(given))}"
        )
    length: int = vectors.list_size
    return length


def _clips(table: pa.Table, length: int) -> Iterator[ClipEmbeddings]:
    """The clips of a row group, each checked."""
    check_table(table.select(["n_frames"]), [Column("n_frames", "int64", low=0)])
    texts = {name: read_strings(name, table[name]) for name in STRINGS}
    for row, n_frames in enumerate(table["n_frames"].to_pylist()):
        frame, track, vectors = (
            _list(table, name, row) for name in ("frame", "track", "embedding")
        )
        if vectors.values.null_count:
            raise ValueError("embedding: values are missing")
        clip = ClipEmbeddings(
            **{name: values[row] for name, values in texts.items()},
            n_frames=n_frames,
            frame=frame.to_numpy(),
            track=track.to_numpy(),
            embedding=vectors.flatten().to_numpy().reshape(-1, length),
        )
        _check(clip)
        yield clip


def _list(table: pa.Table, name: str, row: int) -> pa.Array:
    """What a row of a column of lists holds."""
    values = table[name][row].values
    if values is None or values.null_count:
        raise ValueError(f"{name}: values are missing")
    return values


def _check(clip: ClipEmbeddings) -> None:
    n = len(clip.embedding)
    if not len(clip.frame) == len(clip.track) == n:
        raise ValueError(
            f"frame, track, embedding: expected one each of a face, got {len(clip.frame):,}, "
            f"{len(clip.track):,} and {n:,} of {shown(clip.id)}"
        )
    if n and (clip.frame[0] < 0 or (np.diff(clip.frame) < 0).any()):
        raise ValueError(f"frame: expected ascending numbers from 0 of {shown(clip.id)}")
    if len(np.unique(clip.frame)) > clip.n_frames:
        raise ValueError(f"n_frames: fewer than frames with a face of {shown(clip.id)}")
    if (clip.track < 0).any():
        raise ValueError(f"track: expected numbers from 0 of {shown(clip.id)}")
    if not np.isfinite(clip.embedding).all():
        raise ValueError(f"embedding: values that are no finite numbers of {shown(clip.id)}")

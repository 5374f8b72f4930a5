"""Identity embeddings of the persons of a video, in identities.parquet: biometric data, written
only where it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from videoemo.records import FLOAT32, INT64, ParallelArrays, check_arrays
from videoemo.util.columns import Column, check_table, open_parquet
from videoemo.util.files import atomic_write
from videoemo.util.messages import brief

__all__ = ["Identities", "check_identities", "write_identities"]


@dataclass(frozen=True, repr=False)
class Identities(ParallelArrays):
    """Identity embeddings of the persons of a video, one row a track.

    Parameters
    ----------
    track : int64 (n,)
        Its number, ascending.
    n_faces : int64 (n,)
        How many of its faces were embedded.
    embedding : float32 (n, d)
        The direction of the mean of their embeddings, rows of length 1.
    """

    track: npt.NDArray[np.int64]
    n_faces: npt.NDArray[np.int64]
    embedding: npt.NDArray[np.float32]

    def __post_init__(self) -> None:
        check_arrays(
            self,
            {
                "track": (INT64, (None,)),
                "n_faces": (INT64, (None,)),
                "embedding": (FLOAT32, (None, None)),
            },
        )


def write_identities(identities: Identities, path: Path) -> None:
    """Write identities.parquet: `track, faces, embedding`.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet

    length = identities.embedding.shape[1]
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(identities.embedding.ravel()), length)
    table = pa.table(
        {
            "track": pa.array(identities.track),
            "faces": pa.array(identities.n_faces),
            "embedding": vectors,
        }
    )
    with atomic_write(path) as temporary:
        pyarrow.parquet.write_table(table, temporary)


def check_identities(path: Path) -> None:
    """Check identities.parquet of a folder of results, wherever it comes from.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    ValueError
        It is damaged, or not as `write_identities` writes it; the message names the column.
    """
    import pyarrow as pa

    with open_parquet(path, follow_links=False) as file:
        table = file.read()
    table.validate(full=True)
    names = ["track", "faces", "embedding"]
    if table.column_names != names:
        raise ValueError(
            f"expected the columns {', '.join(names)}, got {brief(', '.join(table.column_names))}"
        )
    numbers = [Column("track", "int64", low=0), Column("faces", "int64", low=1)]
    check_table(table.select(names[:2]), numbers)
    given = table.schema.field("embedding").type
    if not (pa.types.is_fixed_size_list(given) and given.value_type == pa.float32()):
        raise ValueError(f"embedding: expected vectors of float32, got {brief(str(given))}")
    vectors = table["embedding"].combine_chunks()
    if (
        vectors.null_count
        or not np.isfinite(vectors.flatten().to_numpy(zero_copy_only=False)).all()
    ):
        raise ValueError("embedding: expected finite numbers, and none missing")

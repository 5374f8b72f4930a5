"""What a file of features says of itself: how it was made, in Parquet's metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from videoemo.errors import InputError
from videoemo.util.messages import one_line
from videoemo.util.text import escape, map_text, unescape

__all__ = ["check_settings", "read_provenance"]


# The version of the columns and of what they mean.
SCHEMA = 1


STRINGS = {"id": "ids", "split": "splits", "label": "labels", "group": "groups"}


def read_provenance(path: Path) -> dict[str, Any]:
    """What a file of features was made with.

    Raises
    ------
    InputError
        Missing, damaged, or of another version.
    """
    import pyarrow.parquet

    with readable(path):
        metadata = pyarrow.parquet.read_schema(path).metadata
    return from_metadata(metadata, path)


def check_settings(path: Path, provenance: dict[str, Any]) -> None:
    """Refuse to put a table in the place of one that was made with other settings.

    Raises
    ------
    InputError
        The one there was made with other settings; the message names them.
    """
    if not path.exists():
        return
    there = read_provenance(path)
    keys = [key for key in provenance if key != "versions"]
    other = [name for key in keys for name in _differences(there.get(key), provenance[key], key)]
    if other:
        raise InputError(
            f"{path} was made with other settings ({'; '.join(other[:4])}): give another file with "
            "-o, or --redo to replace it"
        )


def _differences(there: Any, here: Any, name: str) -> Iterable[str]:
    if isinstance(there, dict) and isinstance(here, dict):
        for key in sorted({*there, *here}):
            yield from _differences(there.get(key), here.get(key), key)
    elif there != here:
        yield f"{name}: {there} there, {here} now"


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Errors of reading a file of features, in one line each."""
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as exc:
        raise InputError(f"no features at {path}: make them with `videoemo extract`") from exc
    except (pa.ArrowException, OSError) as exc:
        raise InputError(
            f"{path} is damaged: {one_line(exc, limit=150)}; extract it again"
        ) from exc


def to_metadata(provenance: dict[str, Any]) -> dict[str, str]:
    """What a file of features says of itself, as its metadata."""
    content = {"schema": SCHEMA, **provenance}
    return {"videoemo": json.dumps(map_text(escape, content), sort_keys=True)}


def from_metadata(metadata: dict[bytes, bytes] | None, path: Path) -> dict[str, Any]:
    """What the metadata of a file of features says of it.

    Raises
    ------
    InputError
        Not of videoemo's making, or of another version.
    """
    try:
        content = map_text(unescape, json.loads((metadata or {})[b"videoemo"]))
        schema = content.pop("schema")
    except (KeyError, ValueError, AttributeError) as exc:
        raise InputError(
            f"{path} is no table of videoemo's; make one with `videoemo extract`"
        ) from exc
    if schema != SCHEMA:
        raise InputError(
            f"{path} was written by another version of videoemo (tables of version {schema}, here "
            f"{SCHEMA}); extract it again"
        )
    provenance: dict[str, Any] = content
    return provenance

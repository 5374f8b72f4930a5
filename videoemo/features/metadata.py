"""What a file of features says of itself: how it was made, in Parquet's metadata."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from videoemo.errors import InputError
from videoemo.features.pooling import POOLINGS, STATS
from videoemo.util.columns import Column, check_strings, open_parquet, value_type
from videoemo.util.json_files import parse_object
from videoemo.util.messages import brief, reason_of, shown
from videoemo.util.text import escape, map_text, unescape

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["check_settings", "read_provenance"]


# The version of the columns and of what they mean.
SCHEMA = 1


STRINGS = {"id": "ids", "split": "splits", "label": "labels", "group": "groups"}
_SPLITS = ("", "train", "val", "test")
# Bytes of the strings of one column as an array, in which each takes as much as the longest.
_MOST_STRINGS = 256 * 1024 * 1024


def read_provenance(path: Path) -> dict[str, Any]:
    """What a file of features was made with.

    Raises
    ------
    InputError
        Missing, damaged, or of another version.
    """
    with readable(path), open_parquet(path, follow_links=True) as file:
        return from_metadata(file.schema_arrow.metadata, path)


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
    keys = [key for key in provenance if key not in ("versions", "further")]
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
        yield f"{brief(name)}: {brief(str(there))} there, {here} now"


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Errors of reading a file of features, in one line each."""
    try:
        yield
    except FileNotFoundError as exc:
        raise InputError(f"no features at {path}: make them with `videoemo extract`") from exc
    except OSError as exc:
        raise InputError(f"cannot read {path}: {reason_of(exc)}") from exc
    except ValueError as exc:
        raise InputError(f"{path} is damaged: {reason_of(exc)}; extract it again") from exc


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
    ValueError
        A part of it is of another kind than it has to be; the message names it.
    """
    try:
        content: dict[str, Any] = map_text(unescape, parse_object((metadata or {})[b"videoemo"]))
        schema = content.pop("schema")
    except (KeyError, ValueError) as exc:
        raise InputError(
            f"{path} is no table of videoemo's; make one with `videoemo extract`"
        ) from exc
    if schema != SCHEMA:
        raise InputError(
            f"{path} was written by another version of videoemo (tables of version "
            f"{shown(schema)}, here {SCHEMA}); extract it again"
        )
    for name, given in content.items():
        wanted, right = _PARTS.get(name, ("", _anything))
        if not right(given):
            raise ValueError(f"{name}: expected {wanted}, got {shown(given)}")
    return content


def require_parts(provenance: dict[str, Any]) -> None:
    """Require what whoever takes a table for a fit, or for another pooling, goes by.

    Raises
    ------
    ValueError
        A part is missing; the message names it.
    """
    missing = [name for name in ("extractor", "statistics", "pooling") if name not in provenance]
    if missing:
        raise ValueError(f"its metadata says nothing of {', '.join(missing)}")


def require_columns(schema: pa.Schema, names: Sequence[str]) -> None:
    """Require columns, those of `STRINGS` with strings in them; others may stand beside them.

    Raises
    ------
    ValueError
        One is missing, is there twice, or holds something else; the message names it.
    """
    import pyarrow as pa

    for name in names:
        n = schema.names.count(name)
        if n != 1:
            raise ValueError(f"column {name} is {'missing' if not n else f'there {n} times'}")
    for name in STRINGS:
        given = value_type(schema.field(name).type)
        if given not in (pa.string(), pa.large_string()):
            raise ValueError(f"{name}: expected strings, got {brief(str(given))}")


def string_array(name: str, values: Sequence[str]) -> npt.NDArray[np.str_]:
    """Strings as an array, in which each takes as much as the longest.

    Parameters
    ----------
    name : str
        Of their column, for the message.
    values : sequence of str
        The strings.

    Raises
    ------
    ValueError
        The array would take more than 256 MiB.
    """
    taken = 4 * len(values) * max(map(len, values), default=0)
    if taken > _MOST_STRINGS:
        raise ValueError(f"{name}: strings so long that they take {taken:,} bytes")
    return np.array(values, np.str_)


def read_strings(name: str, column: pa.ChunkedArray) -> list[str]:
    """The strings of a column of a file of features: an id, a split, a label or a group.

    Raises
    ------
    ValueError
        One is missing, too long, there twice or not allowed; the message names the column.
    """
    if column.null_count:
        raise ValueError(f"{name}: {column.null_count:,} values are missing")
    check_strings(column, Column(name, "string", values=_SPLITS if name == "split" else ()))
    strings = list(map(unescape, column.to_pylist()))
    if name == "id" and len(set(strings)) < len(strings):
        raise ValueError("id: one is there twice")
    return strings


def _anything(given: Any) -> bool:
    return True


def _is_text(given: Any) -> bool:
    return isinstance(given, str)


def _is_object(given: Any) -> bool:
    return isinstance(given, dict)


def _is_network(given: Any) -> bool:
    known = isinstance(given, dict) and {"name", "checksum"} <= given.keys()
    return known and all(isinstance(value, str) for value in given.values())


def _are_statistics(given: Any) -> bool:
    texts = isinstance(given, list) and all(isinstance(name, str) for name in given)
    return texts and 0 < len(given) == len(set(given)) and set(given) <= STATS.keys()


def _is_pooling(given: Any) -> bool:
    return isinstance(given, str) and given in POOLINGS


# What the metadata may say: in words, and whether it does.
_PARTS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "dataset": ("a name", _is_text),
    "pipeline": ("tables of settings", _is_object),
    "extractor": ("a network's name and checksum", _is_network),
    "statistics": (f"different names of {', '.join(STATS)}", _are_statistics),
    "pooling": (f"one of {', '.join(POOLINGS)}", _is_pooling),
    "versions": ("versions by name", _is_object),
}

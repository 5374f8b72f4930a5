"""Skops files read as plain values: of what they name, nothing is made here.

skops' own reader makes objects while it reads. A tree made of arrays that do not fit together has
read past the end of memory before anybody could look at it, and lists that stand in each other keep
that reader busy for ever. Here objects come out as descriptions, each part once, for
`fitted_estimators` to check.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from videoemo.util.messages import brief, shown

__all__ = ["ALLOWED", "Described", "ForeignTypeError", "named_types", "read_skops"]

# Skops' way of making a type, and the type: what a classifier of ours holds, and nothing that a
# file asks for.
_ESTIMATORS = (
    "sklearn.dummy.DummyClassifier",
    "sklearn.ensemble._forest.RandomForestClassifier",
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing._data.Normalizer",
    "sklearn.preprocessing._data.StandardScaler",
    "sklearn.svm._classes.LinearSVC",
    "sklearn.svm._classes.SVC",
    "sklearn.tree._classes.DecisionTreeClassifier",
)
ALLOWED = frozenset(
    {
        ("DictNode", "builtins.dict"),
        ("JsonNode", "builtins.str"),
        ("ListNode", "builtins.list"),
        ("NdArrayNode", "numpy.float64"),
        ("NdArrayNode", "numpy.int64"),
        ("NdArrayNode", "numpy.ndarray"),
        ("TreeNode", "sklearn.tree._tree.Tree"),
        ("TupleNode", "builtins.tuple"),
        ("TypeNode", "builtins.str"),
        *(("ObjectNode", name) for name in _ESTIMATORS),
    }
)
SCHEMA = "schema.json"
_ARRAY = re.compile(r"[\w-]{1,100}\.npy", re.ASCII)
# A forest of 1000 trees on VGAF's 2661 clips takes a tenth of the bytes, 5,000 members, and is a
# tenth of them when packed; what unpacks to more is no classifier of ours. Its schema has 4 KiB a
# member; as Python's objects it takes many times of that.
_MOST_BYTES, _MOST_MEMBERS, _MOST_UNPACKED = 2**31, 100_000, 100
_MOST_SCHEMA, _SCHEMA_MEMBER = 2**26, 2**14
# Of ours 12; Python's own reader gives up at a thousand.
_DEEPEST = 50


class ForeignTypeError(ValueError):
    """A file names a type that no classifier of ours holds."""


@dataclass(frozen=True)
class Described:
    """An object that a file describes.

    Parameters
    ----------
    kind : str
        The type's name, one of `ALLOWED`.
    attributes : dict of str to object
        Plain values, arrays, and further descriptions.
    arguments : tuple of object, default=()
        What it is made of, of a tree.
    """

    kind: str
    attributes: dict[str, Any]
    arguments: tuple[Any, ...] = field(default=())


def read_skops(data: bytes, *, beside: str) -> tuple[Described, bytes]:
    """Read a skops file.

    Parameters
    ----------
    data : bytes
        The file.
    beside : str
        The name of a file in the archive that is not skops' own.

    Returns
    -------
    Described
        The object that the file holds.
    bytes
        The file beside it.

    Raises
    ------
    ForeignTypeError
        It names a type that is not of `ALLOWED`.
    Exception
        It is damaged: whatever its readers raise.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _check_members(archive, len(data), beside)
        schema = json.loads(archive.read(SCHEMA))
        # All of it, before anything is made of a part.
        foreign = sorted(named_types(schema) - ALLOWED)
        if foreign:
            kind, name = foreign[0]
            raise ForeignTypeError(brief(f"{name} ({kind})"))
        described = _value(schema, archive, 0)
        if not isinstance(described, Described):
            raise ValueError(f"expected an object, got {shown(described)}")
        return described, archive.read(beside)


def _check_members(archive: zipfile.ZipFile, size: int, beside: str) -> None:
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(names) > _MOST_MEMBERS:
        raise ValueError(f"expected at most {_MOST_MEMBERS:,} members, got {len(names):,}")
    if len(set(names)) != len(names):
        raise ValueError("expected members of different names, got one twice")
    for name in names:
        if name not in (SCHEMA, beside) and not _ARRAY.fullmatch(name):
            raise ValueError(f"expected arrays (.npy) as members, got {shown(name)}")
    schema, most = archive.getinfo(SCHEMA).file_size, _SCHEMA_MEMBER * (len(names) + 2)
    if schema > min(most, _MOST_SCHEMA):
        raise ValueError(f"{SCHEMA} has {schema:,} bytes: more than for what else it holds")
    unpacked, most = sum(info.file_size for info in infos), min(_MOST_BYTES, _MOST_UNPACKED * size)
    if unpacked > most:
        raise ValueError(f"it unpacks to more than {most:,} bytes")


def named_types(schema: Any) -> set[tuple[str, str]]:
    """Every type that a schema names, with the way it would be made."""
    return {
        (str(node.get("__loader__")), f"{node.get('__module__')}.{node.get('__class__')}")
        for node in _nodes(schema)
    }


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if not {"__class__", "__module__", "__loader__"}.isdisjoint(part):
                yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _value(node: Any, archive: zipfile.ZipFile, depth: int) -> Any:
    """The value of a node of the schema. A node is written in full wherever its object stands."""
    if depth > _DEEPEST:
        raise ValueError(f"expected values of at most {_DEEPEST} levels")
    loader, content = node["__loader__"], node.get("content")
    match loader:
        case "JsonNode":
            return json.loads(content)
        case "DictNode":
            return {key: _value(value, archive, depth + 1) for key, value in content.items()}
        case "ListNode" | "TupleNode":
            values = [_value(value, archive, depth + 1) for value in content]
            return values if loader == "ListNode" else tuple(values)
        case "NdArrayNode":
            return _array(node, archive)
        case "ObjectNode" | "TreeNode":
            attributes = _value(content, archive, depth + 1)
            given = (
                _value(node["__reduce__"]["args"], archive, depth + 1)
                if loader == "TreeNode"
                else ()
            )
            return Described(
                f"{node['__module__']}.{node['__class__']}", dict(attributes), tuple(given)
            )
    raise ValueError(f"expected a value, got {shown(loader)}")


def _array(node: dict[str, Any], archive: zipfile.ZipFile) -> Any:
    """An array, of plain numbers or texts; a number where it has no dimension."""
    if node["type"] != "numpy":
        raise ValueError("expected arrays of numbers or texts, got one of objects")
    array = np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
    return array if array.ndim else array.item()

"""Reader of TOML files into checked records: an unknown key or a value out of range is an error
that names what is allowed.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from videoemo.errors import InputError, RecipeError
from videoemo.util.messages import did_you_mean

__all__ = [
    "build_record",
    "data_root",
    "find_settings",
    "read_record",
    "read_toml",
    "require",
    "require_folds_and_seed",
    "settings_dir",
    "settings_names",
]

T = TypeVar("T")


def settings_dir(name: str) -> Path:
    """Folder of settings of a kind, such as `pipelines`: the installed one, or else the
    checkout's.
    """
    package = Path(__file__).parents[1]
    installed = package / name
    if installed.is_dir():
        return installed
    return package.parent / ("eval/protocols" if name == "protocols" else name)


def settings_names(kind: str) -> list[str]:
    """Names of the settings of a kind, such as `classifiers`."""
    return sorted(path.stem for path in settings_dir(kind).glob("*.toml"))


def find_settings(name: str, kind: str) -> Path:
    """Find a TOML file of settings.

    Parameters
    ----------
    name : str
        Its name in the folder of its kind, or its path.
    kind : str
        Such as `pipelines`.

    Raises
    ------
    InputError
        There is none; the message names those there are.
    """
    named = settings_dir(kind) / f"{name}.toml"
    path = named if named.is_file() else Path(name)
    if path.is_file():
        return path
    raise InputError(
        f"nothing called {name!r} in {kind}; allowed: {', '.join(settings_names(kind))}, or the "
        "path of a TOML file"
    )


def data_root(name: str, given: Path | None, *, option: str) -> Path:
    """Folder of a dataset: as given, or `$VIDEOEMO_DATA/<name>`, or `data/<name>` here.

    Parameters
    ----------
    name : str
        Of the dataset.
    given : Path or None
        The folder, where it was given.
    option : str
        The command's option that gives it, for the message.

    Raises
    ------
    InputError
        There is no such folder.
    """
    root = given or Path(os.environ.get("VIDEOEMO_DATA") or "data") / name
    if not root.is_dir():
        raise InputError(
            f"no folder {root}: give the data's folder with {option}, or set VIDEOEMO_DATA"
        )
    return root


def require(condition: bool, key: str, allowed: str, given: object) -> None:
    """Require a condition of the value of a key.

    Parameters
    ----------
    condition : bool
        What must hold.
    key : str
        The key.
    allowed : str
        The values allowed, in words.
    given : object
        The value given.

    Raises
    ------
    ValueError
        The condition does not hold.
    """
    if not condition:
        raise ValueError(f"{key}: allowed are {allowed}, got {given}")


def require_folds_and_seed(folds: int, seed: int) -> None:
    """Check the keys of a split into folds.

    Parameters
    ----------
    folds : int
        2 or more.
    seed : int
        Of the shuffling, 0 to 2**32 - 1.

    Raises
    ------
    ValueError
        One is out of range.
    """
    require(folds >= 2, "folds", "whole numbers from 2", folds)
    require(0 <= seed < 2**32, "seed", "whole numbers from 0 to 4294967295", seed)


def read_record(kind: type[T], path: Path) -> T:
    """Read a TOML file into a checked record.

    Parameters
    ----------
    kind : type
        A dataclass.
    path : Path
        The file.

    Raises
    ------
    RecipeError
        Not readable, not TOML, an unknown or missing key, a value of the wrong type or out
        of range.
    """
    return build_record(kind, read_toml(path), where=str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file into plain values.

    Raises
    ------
    RecipeError
        Not readable, or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise RecipeError(f"cannot read {path}: {exc.strerror or exc}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise RecipeError(f"{path} is not TOML: {exc}") from exc


def build_record(kind: type[T], data: Mapping[str, Any], *, where: str) -> T:
    """Build a dataclass from a table of values; nested tables become nested dataclasses.

    Parameters
    ----------
    kind : type
        The dataclass.
    data : mapping of str to object
        The values, each checked against the field's annotation.
    where : str
        Where they are from, for messages.

    Raises
    ------
    RecipeError
        An unknown or missing key, a value of the wrong type or out of range.
    """
    hints = get_type_hints(kind)
    declared = fields(kind)  # type: ignore[arg-type]
    known = [field.name for field in declared]
    for key in data:
        if key not in hints:
            raise RecipeError(f"{where}: unknown key {key!r}; {did_you_mean(key, known)}")
    missing = [
        f.name
        for f in declared
        if f.default is MISSING and f.default_factory is MISSING and f.name not in data
    ]
    if missing:
        raise RecipeError(f"{where}: missing {', '.join(repr(name) for name in missing)}")
    try:
        return kind(
            **{
                key: _value(hints[key], value, where=f"{where}: {key}")
                for key, value in data.items()
            }
        )
    except ValueError as exc:
        raise RecipeError(f"{where}: {exc}") from exc


def _value(hint: Any, value: Any, *, where: str) -> Any:
    if is_dataclass(hint) and isinstance(value, dict):
        return build_record(hint, value, where=where)  # type: ignore[arg-type]
    # Only "X | None" is used; TOML has no null, so None means the key is absent.
    if get_origin(hint) in (Union, UnionType):
        return _value(
            next(part for part in get_args(hint) if part is not type(None)), value, where=where
        )
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise RecipeError(
                f"{where}: allowed are {', '.join(map(repr, get_args(hint)))}, got {value!r}"
            )
        return value
    if get_origin(hint) is tuple and isinstance(value, list):
        items = get_args(hint)
        kinds = [items[0]] * len(value) if items[-1] is Ellipsis else items
        if len(kinds) != len(value):
            raise RecipeError(f"{where}: expected {len(kinds)} values, got {value!r}")
        return tuple(
            _value(kind, item, where=where) for kind, item in zip(kinds, value, strict=True)
        )
    if get_origin(hint) is tuple and isinstance(value, tuple):
        return _value(hint, list(value), where=where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(hint, type) or type(value) is not hint:
        raise RecipeError(f"{where}: expected {getattr(hint, '__name__', hint)}, got {value!r}")
    return value

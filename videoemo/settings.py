"""TOML files to checked records: an unknown key or a value out of range is an error that names what is allowed."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from videoemo.errors import InputError, RecipeError

__all__ = ["allow", "build", "data_root", "find", "folder", "known", "read", "table"]

T = TypeVar("T")


def folder(name: str) -> Path:
    """The folder of the settings `name`, such as `pipelines`: the installed one, or else the checkout's."""
    package = Path(__file__).parent
    installed = package / name
    if installed.is_dir():
        return installed
    return package.parent / ("eval/protocols" if name == "protocols" else name)


def known(kind: str) -> list[str]:
    """The names of the settings of a kind, such as `classifiers`."""
    return sorted(path.stem for path in folder(kind).glob("*.toml"))


def find(name: str, kind: str) -> Path:
    """The TOML file of a setting by its name in the folder `kind`, or by its path.

    Raises
    ------
    InputError : there is none; the message names those there are.
    """
    named = folder(kind) / f"{name}.toml"
    path = named if named.is_file() else Path(name)
    if path.is_file():
        return path
    raise InputError(f"nothing called {name!r} in {kind}; allowed: {', '.join(known(kind))}, or the path of a TOML file")


def data_root(name: str, given: Path | None, *, option: str) -> Path:
    """Where a dataset lies: as given, or `$VIDEOEMO_DATA/<name>`, or `data/<name>` here.

    Parameters
    ----------
    option : the command's option that gives it, for the message.

    Raises
    ------
    InputError : there is no such folder.
    """
    root = given or Path(os.environ.get("VIDEOEMO_DATA", "data")) / name
    if not root.is_dir():
        raise InputError(f"no folder {root}: give the data's folder with {option}, or set VIDEOEMO_DATA")
    return root


def allow(condition: bool, key: str, allowed: str, given: object) -> None:
    """Raise a ValueError that names the key, what is allowed and what was given, unless the condition holds."""
    if not condition:
        raise ValueError(f"{key}: allowed are {allowed}, got {given}")


def read(kind: type[T], path: Path) -> T:
    """The settings of a TOML file as a checked record.

    Raises
    ------
    RecipeError : not readable, not TOML, an unknown or missing key, a value of the wrong type or out of range.
    """
    return build(kind, table(path), where=str(path))


def table(path: Path) -> dict[str, Any]:
    """A TOML file as plain values.

    Raises
    ------
    RecipeError : not readable, or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise RecipeError(f"cannot read {path}: {exc.strerror or exc}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise RecipeError(f"{path} is not TOML: {exc}") from exc


def build(kind: type[T], data: Mapping[str, Any], *, where: str) -> T:
    """A dataclass from a table of values, each checked against the field's annotation; tables within become dataclasses within."""
    hints = get_type_hints(kind)
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    for key in data:
        if key not in hints:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"allowed: {', '.join(known)}"
            raise RecipeError(f"{where}: unknown key {key!r}; {hint}")
    missing = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING and f.name not in data]  # type: ignore[arg-type]
    if missing:
        raise RecipeError(f"{where}: missing {', '.join(repr(name) for name in missing)}")
    try:
        return kind(**{key: _value(hints[key], value, where=f"{where}: {key}") for key, value in data.items()})
    except ValueError as exc:
        raise RecipeError(f"{where}: {exc}") from exc


def _value(hint: Any, value: Any, *, where: str) -> Any:
    if is_dataclass(hint) and isinstance(value, dict):
        return build(hint, value, where=where)  # type: ignore[arg-type]
    if get_origin(hint) in (Union, UnionType):  # only "X | None" is used; TOML has no null, so None means the key is absent
        return _value(next(part for part in get_args(hint) if part is not type(None)), value, where=where)
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise RecipeError(f"{where}: allowed are {', '.join(map(repr, get_args(hint)))}, got {value!r}")
        return value
    if get_origin(hint) is tuple and isinstance(value, list):
        items = get_args(hint)
        kinds = [items[0]] * len(value) if items[-1] is Ellipsis else items
        if len(kinds) != len(value):
            raise RecipeError(f"{where}: expected {len(kinds)} values, got {value!r}")
        return tuple(_value(kind, item, where=where) for kind, item in zip(kinds, value, strict=True))
    if get_origin(hint) is tuple and isinstance(value, tuple):
        return _value(hint, list(value), where=where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(hint, type) or type(value) is not hint:
        raise RecipeError(f"{where}: expected {getattr(hint, '__name__', hint)}, got {value!r}")
    return value

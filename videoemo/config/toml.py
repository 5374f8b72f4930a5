"""Reader of TOML files into checked records: an unknown key or a value out of range is an error
that names what is allowed.
"""

from __future__ import annotations

import math
import os
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from videoemo.errors import InputError, RecipeError
from videoemo.util.messages import did_you_mean, one_line, reason_of, shown
from videoemo.util.regular_files import is_regular, read_regular

__all__ = [
    "build_record",
    "data_root",
    "find_settings",
    "read_kind",
    "read_record",
    "read_toml",
    "require",
    "require_folds_and_seed",
    "require_seed",
    "settings_dir",
    "settings_names",
]

T = TypeVar("T")

# Bytes and characters: ours have up to 4,000 and 250. Python's reader takes time by the square of
# the dotted keys in a line; these limits keep it below seconds.
_MOST_BYTES, _LONGEST_LINE = 2**16, 1_000
# Of one value: characters of a text, items of a list.
_LONGEST_TEXT, _LONGEST_LIST = 10_000, 1_000


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
        There is none; the message names the nearest, or else those there are.
    """
    named = settings_dir(kind) / f"{name}.toml"
    path = named if is_regular(named) else Path(name)
    if is_regular(path):
        return path
    hint = did_you_mean(name, settings_names(kind), others=", or the path of a TOML file")
    raise InputError(f"nothing called {shown(name)} in {kind}; {hint}")


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
        The value given, or what a message shall say of it.

    Raises
    ------
    ValueError
        The condition does not hold.
    """
    if not condition:
        text = given if isinstance(given, str) else shown(given)
        raise ValueError(f"{key}: allowed are {allowed}, got {text}")


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
    require_seed(seed)


def require_seed(seed: int) -> None:
    """Check the seed of a random generator.

    Parameters
    ----------
    seed : int
        0 to 2**32 - 1.

    Raises
    ------
    ValueError
        It is out of range.
    """
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


def read_kind(
    kinds: Mapping[str, type[T]], path: Path, *, of: str | None = None, default: str | None = None
) -> T:
    """Read a TOML file into the dataclass that its key `kind` names.

    Parameters
    ----------
    kinds : mapping of str to type
        The dataclasses by their names.
    path : Path
        The file.
    of : str or None
        What these kinds are for, for messages.
    default : str or None
        The kind of a file that says none.

    Raises
    ------
    RecipeError
        No such kind, no TOML, an unknown or missing key, or a value out of range.
    """
    data = read_toml(path)
    kind = data.get("kind", default)
    if not isinstance(kind, str) or kind not in kinds:
        allowed = f"allowed for {of} are" if of else "allowed are"
        names = ", ".join(map(repr, kinds))
        raise RecipeError(f"{path}: kind: {allowed} {names}, got {shown(kind)}")
    return build_record(kinds[kind], data, where=str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file into plain values.

    Raises
    ------
    RecipeError
        Not readable, too large, or not TOML.
    """
    try:
        # Windows' editors put a byte order mark first.
        text = read_regular(path, most=_MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise RecipeError(f"{path} is not TOML: it is not in UTF-8: {exc.reason}") from exc
    except (OSError, ValueError) as exc:
        raise RecipeError(f"cannot read {path}: {reason_of(exc)}") from exc
    if any(len(line) > _LONGEST_LINE for line in text.split("\n")):
        raise RecipeError(f"{path} has a line of more than {_LONGEST_LINE:,} characters: break it")
    try:
        return tomllib.loads(text)
    except ValueError as exc:  # of TOML's reader too, and of numbers with too many digits
        raise RecipeError(f"{path} is not TOML: {one_line(exc, limit=200)}") from exc
    except RecursionError as exc:
        raise RecipeError(f"{path} is not TOML: its values are nested too deeply") from exc


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
    hints = _hints(kind)  # type: ignore[arg-type]
    declared = fields(kind)  # type: ignore[arg-type]
    known = [field.name for field in declared]
    for key in data:
        if key not in hints:
            raise RecipeError(f"{where}: unknown key {shown(key)}; {did_you_mean(key, known)}")
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


@cache
def _hints(kind: type) -> dict[str, Any]:
    """The annotations of a dataclass: to work them out takes longer than all the rest, and the
    settings of thousands of videos are read.
    """
    return get_type_hints(kind)


def _value(hint: Any, value: Any, *, where: str) -> Any:
    if is_dataclass(hint):
        if not isinstance(value, dict):
            raise RecipeError(f"{where}: expected a table, got {shown(value)}")
        return build_record(hint, value, where=where)  # type: ignore[arg-type]
    # Only "X | None" is used; TOML has no null, so None means the key is absent.
    if get_origin(hint) in (Union, UnionType):
        return _value(
            next(part for part in get_args(hint) if part is not type(None)), value, where=where
        )
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise RecipeError(
                f"{where}: allowed are {', '.join(map(repr, get_args(hint)))}, got {shown(value)}"
            )
        return value
    if get_origin(hint) is tuple and isinstance(value, list | tuple):
        items = get_args(hint)
        if len(value) > _LONGEST_LIST:
            raise RecipeError(f"{where}: allowed are {_LONGEST_LIST:,} values, got {len(value):,}")
        kinds = [items[0]] * len(value) if items[-1] is Ellipsis else items
        if len(kinds) != len(value):
            raise RecipeError(f"{where}: expected {len(kinds)} values, got {shown(value)}")
        return tuple(
            _value(kind, item, where=where) for kind, item in zip(kinds, value, strict=True)
        )
    if type(value) is not hint and not (hint is float and type(value) is int):
        raise RecipeError(
            f"{where}: expected {getattr(hint, '__name__', hint)}, got {shown(value)}"
        )
    allowed = _allowed(value)
    if allowed is not None:
        raise RecipeError(f"{where}: allowed are {allowed}, got {shown(value)}")
    return float(value) if hint is float else value


def _allowed(value: object) -> str | None:
    """What is allowed in place of a value that no record takes, in words; None where it is fit."""
    match value:
        case int() if abs(value) >= 2**63:
            return "whole numbers of at most 63 bits"
        case float() if not math.isfinite(value):
            return "finite numbers"
        case str() if len(value) > _LONGEST_TEXT:
            return f"texts of at most {_LONGEST_TEXT:,} characters"
        case str() if any(_is_control(character) for character in value):
            return "texts without control characters"
    return None


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"

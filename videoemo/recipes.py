"""TOML files to checked settings: an unknown key or a value out of range is an error that names what is allowed."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from videoemo.errors import InputError, RecipeError

__all__ = ["Augment", "Pipeline", "TrainingRecipe", "change", "load_pipeline", "read", "settings_folder"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What to do with a video; pipelines/score.toml says what each key means."""

    every: int
    fps: float | None = None
    start: float | None = None
    end: float | None = None
    decoder: Literal["auto", "decord", "opencv", "pyav"]
    max_pixels: int
    faces: Literal["all", "largest", "score"]
    min_face: int
    thresholds: tuple[float, float, float]
    pyramid_factor: float
    order: Literal["size", "score"]
    align: bool
    extractor: str
    pictures: bool
    csv: bool

    def __post_init__(self) -> None:
        _allow(self.every >= 1, "every", "whole numbers from 1", self.every)
        _allow(self.fps is None or 0 < self.fps < math.inf, "fps", "numbers above 0", self.fps)
        _allow(self.fps is None or self.every == 1, "fps", "either every or fps", f"every {self.every} and fps {self.fps}")
        _allow(self.start is None or math.isfinite(self.start), "start", "seconds", self.start)
        _allow(self.end is None or math.isfinite(self.end), "end", "seconds", self.end)
        later = self.start is None or self.end is None or self.start < self.end
        _allow(later, "end", f"seconds after start ({self.start})", self.end)
        _allow(self.max_pixels >= 1, "max_pixels", "whole numbers from 1", self.max_pixels)
        _allow(self.min_face >= 12, "min_face", "whole numbers from 12", self.min_face)
        _allow(all(0 <= t <= 1 for t in self.thresholds), "thresholds", "three numbers from 0 to 1", self.thresholds)
        _allow(0 < self.pyramid_factor < 1, "pyramid_factor", "numbers between 0 and 1", self.pyramid_factor)


def _allow(condition: bool, key: str, allowed: str, given: object) -> None:
    if not condition:
        raise ValueError(f"{key}: allowed are {allowed}, got {given}")


@dataclass(frozen=True, kw_only=True)
class Augment:
    """How far a training face may be changed; see pipelines/train/ferplus.toml for the units."""

    rotation: float
    scale: float
    shift: float
    brightness: float
    contrast: float
    blur: float
    erase: float


@dataclass(frozen=True, kw_only=True)
class TrainingRecipe:
    """How an extractor is trained; see pipelines/train/ferplus.toml for the meaning of each key."""

    train: str
    valid: str
    architecture: str
    input_size: int
    detail: int
    colour: Literal["grey", "rgb"]
    crop: Literal["box", "square"]
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    averaging: float
    seed: int
    augment: Augment


def settings_folder(name: str) -> Path:
    """The folder of the settings `name`, such as `pipelines`: the installed one, or else the checkout's."""
    package = Path(__file__).parent
    installed = package / name
    return installed if installed.is_dir() else package.parent / name


def load_pipeline(name: str | None = None) -> Pipeline:
    """A pipeline by its name in `pipelines/`, or by the path of a TOML file; keys not given are those of `score.toml`.

    Raises
    ------
    InputError : no such pipeline.
    RecipeError : the file says something it may not.
    """
    folder = settings_folder("pipelines")
    base = folder / "score.toml"
    if name is None:
        return read(Pipeline, base)
    named = folder / f"{name}.toml"
    path = named if named.is_file() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml")))
        raise InputError(f"unknown pipeline {name!r}; allowed: {known}, or the path of a TOML file")
    data = _toml(path)
    # Of the two ways of sampling, the one given replaces the other.
    defaults = {key: value for key, value in _toml(base).items() if not (key == "every" and "fps" in data)}
    return build(Pipeline, {"every": 1} | defaults | data, where=str(path))


def change(pipeline: Pipeline, **given: Any) -> Pipeline:
    """The pipeline with the values given that are not None.

    Raises
    ------
    RecipeError : an unknown key, or a value out of range.
    """
    values = {field.name: getattr(pipeline, field.name) for field in fields(pipeline)}
    chosen = {key: value for key, value in given.items() if value is not None}
    if chosen.get("fps") is not None and "every" not in chosen:
        chosen["every"] = 1
    if "every" in chosen and "fps" not in chosen:
        values["fps"] = None
    return build(Pipeline, {key: value for key, value in (values | chosen).items() if value is not None}, where="settings")


def read(kind: type[T], path: Path) -> T:
    """The settings of a TOML file as a checked record.

    Raises
    ------
    RecipeError : not readable, not TOML, an unknown or missing key, a value of the wrong type or out of range.
    """
    return build(kind, _toml(path), where=str(path))


def _toml(path: Path) -> dict[str, Any]:
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

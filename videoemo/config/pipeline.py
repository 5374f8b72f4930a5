"""Settings of a pipeline, one record a table of pipelines/score.toml."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from videoemo.config.toml import (
    build_record,
    find_settings,
    read_record,
    read_toml,
    require,
    settings_dir,
)
from videoemo.errors import RecipeError
from videoemo.util.messages import did_you_mean, shown

__all__ = [
    "HEADS",
    "Detection",
    "Group",
    "Limits",
    "Network",
    "Outputs",
    "Pipeline",
    "Prediction",
    "Sampling",
    "Tracking",
    "change_pipeline",
    "load_pipeline",
    "section_of",
    "with_defaults",
]


# Heads of which `score` tells only where they are asked for. Of ethnicity it never tells.
HEADS = ("age", "gender")
_LEVELS = "grey levels from 0 to 255"


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """Settings of sampling and decoding: which frames."""

    every: int
    fps: float | None = None
    start: float | None = None
    end: float | None = None
    skip_still: float
    stream: int | None = None
    decoder: Literal["auto", "decord", "opencv", "pyav"]
    max_pixels: int

    def __post_init__(self) -> None:
        require(self.every >= 1, "every", "whole numbers from 1", self.every)
        require(self.fps is None or 0 < self.fps < math.inf, "fps", "numbers above 0", self.fps)
        both = self.fps is not None and self.every != 1
        require(not both, "fps", "either every or fps", f"every {self.every} and fps {self.fps}")
        require(self.start is None or math.isfinite(self.start), "start", "seconds", self.start)
        require(self.end is None or math.isfinite(self.end), "end", "seconds", self.end)
        later = self.start is None or self.end is None or self.start < self.end
        require(later, "end", f"seconds after start ({self.start})", self.end)
        numbers = "whole numbers from 0"
        require(self.stream is None or self.stream >= 0, "stream", numbers, self.stream)
        require(0 <= self.skip_still <= 255, "skip_still", _LEVELS, self.skip_still)
        require(self.max_pixels >= 1, "max_pixels", "whole numbers from 1", self.max_pixels)


@dataclass(frozen=True, kw_only=True)
class Detection:
    """Settings of face detection and cropping."""

    faces: Literal["all", "largest", "score", "track:longest"]
    min_face: int
    thresholds: tuple[float, float, float]
    pyramid_factor: float
    full_search: float
    order: Literal["size", "score"]
    align: bool | None = None

    def __post_init__(self) -> None:
        require(self.min_face >= 12, "min_face", "whole numbers from 12", self.min_face)
        inside = all(0 <= threshold <= 1 for threshold in self.thresholds)
        require(inside, "thresholds", "three numbers from 0 to 1", self.thresholds)
        factor = self.pyramid_factor
        require(0.1 <= factor <= 0.95, "pyramid_factor", "numbers from 0.1 to 0.95", factor)
        seconds = "seconds from 0"
        require(0 <= self.full_search < math.inf, "full_search", seconds, self.full_search)


@dataclass(frozen=True, kw_only=True)
class Tracking:
    """Settings of tracking, and of smoothing along tracks."""

    track_gap: float
    track_reid: float | None = None
    reid_network: str | None = None
    smoothing: float
    smooth_tables: bool
    min_run: float
    min_coverage: float
    mean_by: Literal["frames", "time"]

    def __post_init__(self) -> None:
        require(0 <= self.track_gap < math.inf, "track_gap", "seconds from 0", self.track_gap)
        inside = self.track_reid is None or -1 <= self.track_reid <= 1
        require(inside, "track_reid", "cosines from -1 to 1", self.track_reid)
        serves = self.reid_network is None or self.track_reid is not None
        require(serves, "reid_network", "networks beside a track_reid", self.reid_network)
        require(0 <= self.smoothing < math.inf, "smoothing", "seconds from 0", self.smoothing)
        require(0 <= self.min_run < math.inf, "min_run", "seconds from 0", self.min_run)
        shares = "shares from 0 to 1"
        require(0 <= self.min_coverage <= 1, "min_coverage", shares, self.min_coverage)


@dataclass(frozen=True, kw_only=True)
class Network:
    """Settings of the extractor, and of the engine that runs the networks."""

    extractor: str
    extractor_offline: str | None = None
    heads: tuple[str, ...] = ()
    reuse: float = 0.0
    engine: Literal["auto", "openvino", "torch"]
    device: Literal["cpu", "cuda", "mps"]
    precision: Literal["auto", "float32", "bfloat16"]

    def __post_init__(self) -> None:
        different = len(set(self.heads)) == len(self.heads)
        known = different and set(self.heads) <= set(HEADS)
        given = ", ".join(map(shown, self.heads))
        require(known, "heads", f"{' and '.join(HEADS)}, each once", given)
        require(0 <= self.reuse <= 255, "reuse", _LEVELS, self.reuse)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Settings of the measures of groups: windows and lag."""

    group_window: float
    synchrony_window: float
    synchrony_lag: float

    def __post_init__(self) -> None:
        window, lag = self.group_window, self.synchrony_lag
        require(0 <= window < math.inf, "group_window", "seconds from 0", window)
        _require_duration("synchrony_window", self.synchrony_window)
        require(0 < lag <= 10, "synchrony_lag", "seconds above 0, to 10", lag)


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Settings of a fitted classifier's predictions over time."""

    prediction_window: float
    prediction_step: float

    def __post_init__(self) -> None:
        _require_duration("prediction_window", self.prediction_window)
        _require_duration("prediction_step", self.prediction_step)


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Settings of the output files."""

    pictures: bool
    group: bool
    csv: bool
    keep_embeddings: bool = False


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of the work on one video, and of loading the networks."""

    timeout: float | None = None
    memory: int | None = None
    load_timeout: float
    load_memory: int

    def __post_init__(self) -> None:
        timeout, memory = self.timeout, self.memory
        allowed = timeout is None or 0 < timeout < math.inf
        require(allowed, "timeout", "seconds above 0", timeout)
        mib = "MiB, whole numbers from 1"
        require(memory is None or memory >= 1, "memory", mib, memory)
        _require_duration("load_timeout", self.load_timeout)
        require(self.load_memory >= 1, "load_memory", mib, self.load_memory)
        can_tell = memory is None or Path("/proc/self/statm").exists()
        require(can_tell, "memory", "no limits on this system, which has no /proc", memory)


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """Settings of the work on a video; pipelines/score.toml explains each key."""

    sampling: Sampling
    detection: Detection
    tracking: Tracking
    network: Network
    group: Group
    prediction: Prediction
    outputs: Outputs
    limits: Limits

    def __post_init__(self) -> None:
        if self.outputs.keep_embeddings and self.tracking.reid_network is None:
            raise ValueError(
                "keep_embeddings: there are none to keep without a reid_network and its track_reid"
            )


# Each key's table; no key stands in two.
_SECTIONS: dict[str, type[Any]] = {
    "sampling": Sampling,
    "detection": Detection,
    "tracking": Tracking,
    "network": Network,
    "group": Group,
    "prediction": Prediction,
    "outputs": Outputs,
    "limits": Limits,
}
_SECTION_OF = {field.name: name for name, kind in _SECTIONS.items() for field in fields(kind)}


def section_of(key: str, *, where: str) -> str:
    """Table of a key of a pipeline.

    Parameters
    ----------
    key : str
        Such as `min_face`.
    where : str
        Where the key was given, for the message.

    Raises
    ------
    RecipeError
        There is no such key.
    """
    if key not in _SECTION_OF:
        hint = did_you_mean(key, _SECTION_OF)
        raise RecipeError(f"{where}: unknown key {shown(key)}; {hint}")
    return _SECTION_OF[key]


def load_pipeline(name: str | None = None) -> Pipeline:
    """Load a pipeline by its name in `pipelines/`, or by the path of a TOML file.

    Keys not given are those of `score.toml`.

    Parameters
    ----------
    name : str or None
        The name or the path; None for `score.toml` itself.

    Raises
    ------
    InputError
        No such pipeline.
    RecipeError
        The file has an unknown key, or a value out of range.
    """
    if name is None:
        return read_record(Pipeline, settings_dir("pipelines") / "score.toml")
    path = find_settings(name, "pipelines")
    return build_record(Pipeline, with_defaults(read_toml(path), str(path)), where=str(path))


def with_defaults(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Complete a pipeline's tables with the keys of `score.toml`.

    Of the two ways of sampling (`every`, `fps`), the one given replaces the other.

    Parameters
    ----------
    given : mapping of str to object
        Tables of keys.
    where : str
        Where they are from, for messages.

    Raises
    ------
    RecipeError
        A key that is in no table, or in another one.
    """
    tables = read_toml(settings_dir("pipelines") / "score.toml")
    for name, own in given.items():
        if name not in _SECTIONS:
            if name in _SECTION_OF:
                raise RecipeError(f"{where}: {name!r} belongs in the table [{_SECTION_OF[name]}]")
            hint = did_you_mean(name, _SECTIONS)
            raise RecipeError(f"{where}: unknown table {shown(name)}; {hint}")
        if not isinstance(own, dict):
            raise RecipeError(f"{where}: {name}: expected a table, got {shown(own)}")
        for key in own:
            if _SECTION_OF.get(key, name) != name:
                raise RecipeError(f"{where}: {key!r} belongs in the table [{_SECTION_OF[key]}]")
        if name == "sampling" and "fps" in own:
            tables[name]["every"] = 1
        tables[name] = tables[name] | own
    return tables


def change_pipeline(pipeline: Pipeline, **given: Any) -> Pipeline:
    """Copy a pipeline with other values of some keys.

    Of the two ways of sampling (`every`, `fps`), the one given replaces the other; an extractor
    that is given also replaces `extractor_offline`.

    Parameters
    ----------
    pipeline : Pipeline
        The pipeline.
    **given : object
        Keys of any table, such as `min_face=60`; None unsets a key that may be left out. Numbers
        and arrays of NumPy's count as Python's, and paths as their text.

    Raises
    ------
    RecipeError
        An unknown key, or a value out of range.
    """
    changes: dict[str, dict[str, Any]] = {}
    for key, value in given.items():
        changes.setdefault(section_of(key, where="settings"), {})[key] = _plain(value)
    sampling, network = changes.get("sampling", {}), changes.get("network", {})
    if sampling.get("fps") is not None:
        sampling.setdefault("every", 1)
    if "every" in sampling:
        sampling.setdefault("fps", None)
    if "extractor" in network:
        network.setdefault("extractor_offline", None)
    changed = {}
    for name, own in changes.items():
        section = getattr(pipeline, name)
        values = {field.name: getattr(section, field.name) for field in fields(section)} | own
        kept = {key: value for key, value in values.items() if value is not None}
        changed[name] = build_record(_SECTIONS[name], kept, where="settings")
    try:
        return replace(pipeline, **changed)
    except ValueError as exc:  # two tables that do not fit together
        raise RecipeError(f"settings: {exc}") from exc


def _plain(value: Any) -> Any:
    """Value as a TOML file would give it."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _require_duration(key: str, seconds: float) -> None:
    require(1e-3 <= seconds < math.inf, key, "seconds from 0.001", seconds)

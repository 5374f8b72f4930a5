"""What to do with a video."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from videoemo.settings import allow, build, find, folder, read, table

__all__ = ["Pipeline", "change", "load_pipeline", "with_defaults"]


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """What to do with a video; pipelines/score.toml says what each key means."""

    every: int
    fps: float | None = None
    start: float | None = None
    end: float | None = None
    skip_still: float
    decoder: Literal["auto", "decord", "opencv", "pyav"]
    max_pixels: int
    faces: Literal["all", "largest", "score", "track:longest"]
    min_face: int
    thresholds: tuple[float, float, float]
    pyramid_factor: float
    full_search: float
    order: Literal["size", "score"]
    align: bool | None = None
    track_gap: float
    track_reid: float | None = None
    smoothing: float
    smooth_tables: bool
    min_coverage: float
    extractor: str
    extractor_offline: str | None = None
    group: bool
    group_window: float
    synchrony_window: float
    synchrony_lag: float
    prediction_window: float
    prediction_step: float
    engine: Literal["auto", "openvino", "torch"]
    device: Literal["cpu", "cuda", "mps"]
    precision: Literal["auto", "float32", "bfloat16"]
    pictures: bool
    csv: bool
    timeout: float | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        allow(self.every >= 1, "every", "whole numbers from 1", self.every)
        allow(self.fps is None or 0 < self.fps < math.inf, "fps", "numbers above 0", self.fps)
        allow(self.fps is None or self.every == 1, "fps", "either every or fps", f"every {self.every} and fps {self.fps}")
        allow(self.start is None or math.isfinite(self.start), "start", "seconds", self.start)
        allow(self.end is None or math.isfinite(self.end), "end", "seconds", self.end)
        later = self.start is None or self.end is None or self.start < self.end
        allow(later, "end", f"seconds after start ({self.start})", self.end)
        allow(0 <= self.skip_still <= 255, "skip_still", "grey levels from 0 to 255", self.skip_still)
        allow(self.max_pixels >= 1, "max_pixels", "whole numbers from 1", self.max_pixels)
        allow(self.min_face >= 12, "min_face", "whole numbers from 12", self.min_face)
        allow(all(0 <= t <= 1 for t in self.thresholds), "thresholds", "three numbers from 0 to 1", self.thresholds)
        allow(0 <= self.full_search < math.inf, "full_search", "seconds from 0", self.full_search)
        allow(self.timeout is None or 0 < self.timeout < math.inf, "timeout", "seconds above 0", self.timeout)
        allow(self.memory is None or self.memory >= 1, "memory", "MiB, whole numbers from 1", self.memory)
        allow(self.memory is None or Path("/proc/self/statm").exists(), "memory", "no limits on this system, which has no /proc", self.memory)
        allow(0 <= self.track_gap < math.inf, "track_gap", "seconds from 0", self.track_gap)
        allow(self.track_reid is None or -1 <= self.track_reid <= 1, "track_reid", "cosines from -1 to 1", self.track_reid)
        allow(0 <= self.group_window < math.inf, "group_window", "seconds from 0", self.group_window)
        allow(0 < self.synchrony_lag <= 10, "synchrony_lag", "seconds above 0, to 10", self.synchrony_lag)
        for key in ("synchrony_window", "prediction_window", "prediction_step"):
            allow(0 < getattr(self, key) < math.inf, key, "seconds above 0", getattr(self, key))
        allow(0 <= self.smoothing < math.inf, "smoothing", "seconds from 0", self.smoothing)
        allow(0 <= self.min_coverage <= 1, "min_coverage", "shares from 0 to 1", self.min_coverage)
        allow(0.1 <= self.pyramid_factor <= 0.95, "pyramid_factor", "numbers from 0.1 to 0.95", self.pyramid_factor)


def load_pipeline(name: str | None = None) -> Pipeline:
    """A pipeline by its name in `pipelines/`, or by the path of a TOML file; keys not given are those of `score.toml`.

    Raises
    ------
    InputError : no such pipeline.
    RecipeError : the file says something it may not.
    """
    base = folder("pipelines") / "score.toml"
    if name is None:
        return read(Pipeline, base)
    path = find(name, "pipelines")
    return build(Pipeline, with_defaults(table(path)), where=str(path))


def with_defaults(given: dict[str, Any]) -> dict[str, Any]:
    """The keys given, and those of `score.toml` for the rest; of the two ways of sampling, the one given replaces the other."""
    defaults = table(folder("pipelines") / "score.toml")
    if "fps" in given:
        defaults["every"] = 1
    return defaults | given


def change(pipeline: Pipeline, **given: Any) -> Pipeline:
    """The pipeline with the values given that are not None; an extractor that is given is replaced by no other.

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
    if "extractor" in chosen and "extractor_offline" not in chosen:
        values["extractor_offline"] = None
    return build(Pipeline, {key: value for key, value in (values | chosen).items() if value is not None}, where="settings")

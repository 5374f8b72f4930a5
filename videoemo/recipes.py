"""What to do with videos, and how to train an extractor: the records that the TOML files fill."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from videoemo.settings import allow, build, find, folder, read, table

__all__ = [
    "Augment",
    "DataRecipe",
    "FacesProtocol",
    "NetworkRecipe",
    "Pipeline",
    "Stage",
    "TrainingRecipe",
    "change",
    "load_pipeline",
    "load_protocol",
    "load_training",
]


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
        allow(self.every >= 1, "every", "whole numbers from 1", self.every)
        allow(self.fps is None or 0 < self.fps < math.inf, "fps", "numbers above 0", self.fps)
        allow(self.fps is None or self.every == 1, "fps", "either every or fps", f"every {self.every} and fps {self.fps}")
        allow(self.start is None or math.isfinite(self.start), "start", "seconds", self.start)
        allow(self.end is None or math.isfinite(self.end), "end", "seconds", self.end)
        later = self.start is None or self.end is None or self.start < self.end
        allow(later, "end", f"seconds after start ({self.start})", self.end)
        allow(self.max_pixels >= 1, "max_pixels", "whole numbers from 1", self.max_pixels)
        allow(self.min_face >= 12, "min_face", "whole numbers from 12", self.min_face)
        allow(all(0 <= t <= 1 for t in self.thresholds), "thresholds", "three numbers from 0 to 1", self.thresholds)
        allow(0.1 <= self.pyramid_factor <= 0.95, "pyramid_factor", "numbers from 0.1 to 0.95", self.pyramid_factor)


@dataclass(frozen=True, kw_only=True)
class Augment:
    """How far a training face may be changed; pipelines/train/ferplus.toml says what each key means."""

    rotation: float = 0.0
    scale: float = 0.0
    shift: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 0.0
    colour: float = 0.0
    grey: float = 0.0
    coarse: float = 0.0
    blocks: float = 0.0
    noise: float = 0.0
    erase: float = 0.0
    mirror: bool = True

    def times(self, strength: float) -> Augment:
        """The same changes, each as much weaker (0 to 1)."""
        return replace(self, **{f.name: getattr(self, f.name) * strength for f in fields(self) if f.name != "mirror"})

    def __post_init__(self) -> None:
        for key in ("grey", "coarse", "blocks", "noise", "erase"):
            allow(0 <= getattr(self, key) <= 1, key, "shares from 0 to 1", getattr(self, key))
        allow(0 <= self.scale < 1, "scale", "shares from 0 to below 1", self.scale)


@dataclass(frozen=True, kw_only=True)
class DataRecipe:
    """Which labelled faces; `kind` says how `train` and `valid`, paths below the data's root, are read."""

    kind: Literal["affectnet", "ferplus", "folder"]
    train: str
    valid: str
    train_annotations: str | None = None
    valid_annotations: str | None = None
    contempt: bool = True


@dataclass(frozen=True, kw_only=True)
class NetworkRecipe:
    """The network to train and how faces are shown to it."""

    architecture: str
    start: str
    input_size: int
    detail: int | None = None
    colour: Literal["grey", "rgb"]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    crop: Literal["box", "square"]

    def __post_init__(self) -> None:
        allow(self.input_size >= 8, "input_size", "whole numbers from 8", self.input_size)
        allow(self.detail is None or self.detail >= 8, "detail", "whole numbers from 8", self.detail)
        channels = 1 if self.colour == "grey" else 3
        allow(len(self.mean) == len(self.std) == channels, "mean and std", f"{channels} values each", f"{self.mean} and {self.std}")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Some epochs with one set of settings."""

    train: Literal["head", "all"]
    epochs: int
    batch_size: int
    learning_rate: float
    schedule: Literal["constant", "one-cycle"]
    optimiser: Literal["adam", "adamw"]
    weight_decay: float = 0.0
    sam_rho: float | None = None
    targets: Literal["labels", "votes", "refined"]
    class_weights: float
    averaging: float | None = None
    augment: float = 1.0

    def __post_init__(self) -> None:
        allow(self.epochs >= 1, "epochs", "whole numbers from 1", self.epochs)
        allow(self.batch_size >= 2, "batch_size", "whole numbers from 2", self.batch_size)
        allow(0 <= self.augment <= 1, "augment", "numbers from 0 to 1", self.augment)
        allow(self.learning_rate > 0, "learning_rate", "numbers above 0", self.learning_rate)
        allow(0 <= self.class_weights <= 1, "class_weights", "numbers from 0 to 1", self.class_weights)
        allow(self.sam_rho is None or self.sam_rho > 0, "sam_rho", "numbers above 0", self.sam_rho)
        allow(self.averaging is None or 0 < self.averaging < 1, "averaging", "numbers between 0 and 1", self.averaging)


@dataclass(frozen=True, kw_only=True)
class TrainingRecipe:
    """How an extractor is trained; pipelines/train/ferplus.toml says what each key means."""

    name: str
    data: DataRecipe
    network: NetworkRecipe
    stages: tuple[Stage, ...]
    augment: Augment
    best: Literal["accuracy", "uar", "macro_f1"]
    precision: Literal["bfloat16", "float32"]
    seed: int
    licence: str
    trained_on: str

    def __post_init__(self) -> None:
        allow(len(self.stages) >= 1, "stages", "one or more", 0)
        allow(not self.stages or self.stages[0].targets != "refined", "targets", "labels or votes in the first stage", "refined")


@dataclass(frozen=True, kw_only=True)
class FacesProtocol:
    """How an extractor is judged on labelled faces: the `valid` of `data`, and a class to leave out for a second figure."""

    kind: Literal["faces"]
    data: DataRecipe
    left_out: str | None = None


def load_protocol(name: str) -> FacesProtocol:
    """A protocol by its name in `eval/protocols/`, or by its path.

    Raises
    ------
    InputError : no such protocol.
    RecipeError : the file says something it may not.
    """
    return read(FacesProtocol, find(name, "protocols"))


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
    data = table(path)
    # Of the two ways of sampling, the one given replaces the other.
    defaults = {key: value for key, value in table(base).items() if not (key == "every" and "fps" in data)}
    return build(Pipeline, {"every": 1} | defaults | data, where=str(path))


def load_training(name: str) -> TrainingRecipe:
    """A training recipe by its name in `pipelines/train/`, or by its path.

    Raises
    ------
    InputError : no such recipe.
    RecipeError : the file says something it may not.
    """
    return read(TrainingRecipe, find(name, "pipelines/train"))


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

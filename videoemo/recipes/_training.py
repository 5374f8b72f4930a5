"""How an extractor is trained, and judged on labelled faces."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

from videoemo.settings import allow, find, read

__all__ = [
    "Augment",
    "DataRecipe",
    "FacesProtocol",
    "NetworkRecipe",
    "Stage",
    "TrainingRecipe",
    "load_faces_protocol",
    "load_training",
]


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
    crop_scale: float = 1.0

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
    targets: Literal["labels", "votes"]
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
    prior: Literal["training", "weighted"]
    precision: Literal["bfloat16", "float32"]
    seed: int
    licence: str
    trained_on: str

    def __post_init__(self) -> None:
        allow(len(self.stages) >= 1, "stages", "one or more", 0)


def load_training(name: str) -> TrainingRecipe:
    """A training recipe by its name in `pipelines/train/`, or by its path.

    Raises
    ------
    InputError : no such recipe.
    RecipeError : the file says something it may not.
    """
    return read(TrainingRecipe, find(name, "pipelines/train"))


@dataclass(frozen=True, kw_only=True)
class FacesProtocol:
    """How an extractor is judged on labelled faces: the `valid` of `data`, and a class to leave out for a second figure."""

    kind: Literal["faces"]
    data: DataRecipe
    left_out: str | None = None


def load_faces_protocol(name: str) -> FacesProtocol:
    """A protocol by its name in `eval/protocols/`, or by its path.

    Raises
    ------
    InputError : no such protocol.
    RecipeError : the file says something it may not.
    """
    return read(FacesProtocol, find(name, "protocols"))

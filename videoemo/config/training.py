"""Settings of the training of an extractor."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Literal

from videoemo.config.face_data import DataRecipe
from videoemo.config.preprocessing import LARGEST_SIDE, require_levels
from videoemo.config.toml import find_settings, read_record, require, require_seed
from videoemo.util.file_names import FILE_NAMES, is_file_name
from videoemo.util.messages import shown

__all__ = [
    "Augment",
    "Distillation",
    "NetworkRecipe",
    "Stage",
    "Steps",
    "TrainingRecipe",
    "load_training",
]


@dataclass(frozen=True, kw_only=True)
class Augment:
    """Settings of the augmentation of training faces; pipelines/train/ferplus.toml explains each
    key.
    """

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
        """Scale the strength of every augmentation by a factor, 0 to 1."""
        return replace(
            self,
            **{
                f.name: getattr(self, f.name) * strength for f in fields(self) if f.name != "mirror"
            },
        )

    def __post_init__(self) -> None:
        require(0 <= self.rotation <= 180, "rotation", "degrees from 0 to 180", self.rotation)
        require(0 <= self.scale < 1, "scale", "shares from 0 to below 1", self.scale)
        for f in fields(self):
            value, most = getattr(self, f.name), 10 if f.name == "gamma" else 1
            if f.name not in ("rotation", "scale", "mirror"):
                require(0 <= value <= most, f.name, f"numbers from 0 to {most}", value)


@dataclass(frozen=True, kw_only=True)
class NetworkRecipe:
    """Recipe of the network to train: its architecture, and the preprocessing of faces; what it
    says of the preprocessing goes on the network's card.
    """

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
        sides = f"whole numbers from 8 to {LARGEST_SIDE}"
        require(8 <= self.input_size <= LARGEST_SIDE, "input_size", sides, self.input_size)
        detailed = self.detail is None or 8 <= self.detail <= LARGEST_SIDE
        require(detailed, "detail", sides, self.detail)
        require(0.1 <= self.crop_scale <= 10, "crop_scale", "numbers 0.1 to 10", self.crop_scale)
        require_levels(self.mean, self.std, colour=self.colour)


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Settings of an optimiser over some epochs."""

    epochs: int
    batch_size: int
    learning_rate: float
    schedule: Literal["constant", "one-cycle"]
    optimiser: Literal["adam", "adamw"]
    weight_decay: float = 0.0
    sam_rho: float | None = None
    averaging: float | None = None

    def __post_init__(self) -> None:
        require(1 <= self.epochs <= 10_000, "epochs", "whole numbers from 1 to 10000", self.epochs)
        sizes = "whole numbers from 2 to 100000"
        require(2 <= self.batch_size <= 100_000, "batch_size", sizes, self.batch_size)
        require(self.learning_rate > 0, "learning_rate", "numbers above 0", self.learning_rate)
        require(self.weight_decay >= 0, "weight_decay", "numbers from 0", self.weight_decay)
        require(
            self.sam_rho is None or self.sam_rho > 0, "sam_rho", "numbers above 0", self.sam_rho
        )
        require(
            self.averaging is None or 0 < self.averaging < 1,
            "averaging",
            "numbers between 0 and 1",
            self.averaging,
        )


@dataclass(frozen=True, kw_only=True)
class Stage(Steps):
    """Training stage: epochs with one set of settings."""

    train: Literal["head", "all"]
    targets: Literal["labels", "votes"]
    class_weights: float
    augment: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 <= self.augment <= 1, "augment", "numbers from 0 to 1", self.augment)
        require(
            0 <= self.class_weights <= 1, "class_weights", "numbers from 0 to 1", self.class_weights
        )


@dataclass(frozen=True, kw_only=True)
class Distillation:
    """Knowledge distillation (Hinton et al. 2015, arXiv 1503.02531): what the network learns is
    partly what its teachers, the networks of cards, say of the same faces.
    """

    teachers: tuple[str, ...]
    share: float

    def __post_init__(self) -> None:
        require(len(self.teachers) >= 1, "teachers", "one or more", 0)
        require(0 < self.share <= 1, "share", "numbers above 0, to 1", self.share)


@dataclass(frozen=True, kw_only=True)
class TrainingRecipe:
    """Recipe of a training; pipelines/train/ferplus.toml explains each key."""

    name: str
    data: DataRecipe
    network: NetworkRecipe
    stages: tuple[Stage, ...]
    augment: Augment
    distillation: Distillation | None = None
    best: Literal["accuracy", "uar", "macro_f1"]
    prior: Literal["training", "weighted"]
    precision: Literal["bfloat16", "float32"]
    seed: int
    licence: str
    trained_on: str

    def __post_init__(self) -> None:
        named = is_file_name(self.name, ending=".safetensors")
        require(named, "name", FILE_NAMES, shown(self.name))
        require(len(self.stages) >= 1, "stages", "one or more", 0)
        require_seed(self.seed)


def load_training(name: str) -> TrainingRecipe:
    """Load a training recipe by its name in `pipelines/train/`, or by its path.

    Raises
    ------
    InputError
        No such recipe.
    RecipeError
        The file has an unknown or missing key, or a value out of range.
    """
    return read_record(TrainingRecipe, find_settings(name, "pipelines/train"))

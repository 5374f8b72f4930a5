"""Settings of the training of heads of attributes on a frozen network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.config.face_data import DataRecipe
from videoemo.config.toml import require, require_seed
from videoemo.config.training import Augment, Steps
from videoemo.util.file_names import FILE_NAMES, is_file_name
from videoemo.util.messages import shown

__all__ = ["AgeHead", "AttributesRecipe", "EthnicityHead", "GenderHead"]


@dataclass(frozen=True, kw_only=True)
class AgeHead:
    """Head of age: a class a year, of which the expected one of the most probable is given."""

    levels: int
    most_probable: int
    weight: float = 1.0

    def __post_init__(self) -> None:
        require(2 <= self.levels <= 1000, "levels", "whole numbers from 2 to 1000", self.levels)
        require(
            1 <= self.most_probable <= self.levels,
            "most_probable",
            f"whole numbers from 1 to {self.levels}",
            self.most_probable,
        )
        _require_weight(self.weight)


@dataclass(frozen=True, kw_only=True)
class GenderHead:
    """Head of gender: one output, and the probability from which the second label is said."""

    threshold: float
    weight: float = 1.0

    def __post_init__(self) -> None:
        require(0 <= self.threshold <= 1, "threshold", "numbers from 0 to 1", self.threshold)
        _require_weight(self.weight)


@dataclass(frozen=True, kw_only=True)
class EthnicityHead:
    """Head of ethnicity: the classes of the dataset, the rare ones with more weight."""

    class_weights: float
    weight: float = 1.0

    def __post_init__(self) -> None:
        powers = "numbers from 0 to 1"
        require(0 <= self.class_weights <= 1, "class_weights", powers, self.class_weights)
        _require_weight(self.weight)


@dataclass(frozen=True, kw_only=True)
class AttributesRecipe:
    """Recipe of heads of attributes; pipelines/train/attributes.toml explains each key."""

    kind: Literal["attributes"]
    name: str
    data: DataRecipe
    start: str
    hidden: int
    age: AgeHead | None = None
    gender: GenderHead | None = None
    ethnicity: EthnicityHead | None = None
    variants: int
    augment: Augment
    training: Steps
    seed: int
    licence: str
    trained_on: str

    def __post_init__(self) -> None:
        named = is_file_name(self.name, ending=".safetensors")
        require(named, "name", FILE_NAMES, shown(self.name))
        require(1 <= self.hidden <= 65_536, "hidden", "whole numbers from 1 to 65536", self.hidden)
        require(1 <= self.variants <= 100, "variants", "whole numbers from 1 to 100", self.variants)
        require(
            any((self.age, self.gender, self.ethnicity)),
            "heads",
            "one or more of [age], [gender] and [ethnicity]",
            "none",
        )
        require_seed(self.seed)


def _require_weight(weight: float) -> None:
    require(0 < weight <= 1000, "weight", "numbers above 0, to 1000", weight)

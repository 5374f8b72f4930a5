"""Settings of the fine-tuning of a PaliGemma."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from videoemo.config.face_data import DataRecipe
from videoemo.config.toml import find_settings, read_record, read_toml, require, require_seed
from videoemo.config.training import Augment, Steps
from videoemo.util.file_names import FILE_NAMES, is_file_name
from videoemo.util.messages import shown

__all__ = ["PaligemmaRecipe", "is_paligemma", "load_paligemma"]

_KIND = "pipelines/train"
_MOST_RANK = 4096


@dataclass(frozen=True, kw_only=True)
class PaligemmaRecipe:
    """Recipe of the fine-tuning of a PaliGemma; pipelines/train/paligemma.toml explains each
    key.
    """

    kind: Literal["paligemma"]
    name: str
    start: str
    processor: str | None = None
    question: str
    answers: tuple[str, ...] = ()
    weights: Literal["everywhere", "text", "all"]
    rank: int
    data: DataRecipe
    training: Steps
    augment: Augment
    best: Literal["accuracy", "uar", "macro_f1"]
    seed: int
    licence: str
    trained_on: str

    def __post_init__(self) -> None:
        named = is_file_name(self.name, ending=".toml")
        require(named, "name", FILE_NAMES, shown(self.name))
        require(bool(self.question.strip()), "question", "texts", self.question)
        ranks = f"whole numbers from 1 to {_MOST_RANK}"
        require(1 <= self.rank <= _MOST_RANK, "rank", ranks, self.rank)
        averaging = self.training.averaging
        require(averaging is None, "training.averaging", "none here", averaging)
        labels = self.data.labels
        require(labels == "expression", "data.of", "expression", labels)
        require_seed(self.seed)


def is_paligemma(name: str) -> bool:
    """Whether a recipe in `pipelines/train/`, or by its path, is of the fine-tuning of a PaliGemma.

    Raises
    ------
    InputError
        No such recipe.
    RecipeError
        It cannot be read.
    """
    return read_toml(find_settings(name, _KIND)).get("kind") == "paligemma"


def load_paligemma(name: str) -> PaligemmaRecipe:
    """Load such a recipe by its name in `pipelines/train/`, or by its path.

    Raises
    ------
    InputError
        No such recipe.
    RecipeError
        The file has an unknown or missing key, or a value out of range.
    """
    return read_record(PaligemmaRecipe, find_settings(name, _KIND))

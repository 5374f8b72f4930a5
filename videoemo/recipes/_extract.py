"""How labelled clips become descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from videoemo.errors import InputError
from videoemo.recipes._dataset import DatasetRecipe
from videoemo.recipes._pipeline import Pipeline, with_defaults
from videoemo.settings import allow, build, find, table

__all__ = ["ExtractRecipe", "load_extract"]


@dataclass(frozen=True, kw_only=True)
class ExtractRecipe:
    """How labelled clips become descriptors.

    Parameters
    ----------
    dataset : how the clips and their labels are found.
    pipeline : which frames, which faces, which network.
    statistics, pooling : what of the vectors, in which order; `video` over all faces, `group` over the faces of a frame, then over frames,
        `person` over the faces of each person, which gives a row a person.
    """

    dataset: DatasetRecipe
    pipeline: Pipeline
    statistics: tuple[Literal["mean", "max", "min", "std"], ...]
    pooling: Literal["video", "group", "person"]

    def __post_init__(self) -> None:
        allow(len(set(self.statistics)) == len(self.statistics) > 0, "statistics", "different names of mean, max, min, std", self.statistics)


def load_extract(name: str, *, extractor: str | None = None) -> ExtractRecipe:
    """A dataset's recipe by its name in `pipelines/`, or by its path; pipeline keys not given are those of `score.toml`.

    Parameters
    ----------
    extractor : takes the place of the recipe's, and is replaced by no other.

    Raises
    ------
    InputError : no such recipe.
    RecipeError : the file says something it may not.
    """
    path = find(name, "pipelines")
    data = table(path)
    if "dataset" not in data:
        raise InputError(f"{path} has no table [dataset]: it is a pipeline for `score`, not a dataset's recipe")
    own: dict[str, Any] = {key: data.pop(key) for key in ("dataset", "statistics", "pooling") if key in data}
    if extractor is not None:
        data = {key: value for key, value in data.items() if key != "extractor_offline"} | {"extractor": extractor}
    return build(ExtractRecipe, {**own, "pipeline": with_defaults(data)}, where=str(path))

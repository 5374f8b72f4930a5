"""Settings of an extraction: labelled clips to descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from videoemo.config.dataset import DatasetRecipe
from videoemo.config.pipeline import Pipeline, with_defaults
from videoemo.config.toml import build_record, find_settings, read_toml, require
from videoemo.errors import InputError, RecipeError

__all__ = ["Descriptor", "ExtractionRecipe", "Pooling", "Statistic", "load_extraction"]

Statistic = Literal["mean", "max", "min", "std"]
Pooling = Literal["video", "group", "track"]


@dataclass(frozen=True, kw_only=True)
class Descriptor:
    """Settings of descriptors: how the embeddings of a clip's faces are pooled.

    Parameters
    ----------
    statistics : tuple of {"mean", "max", "min", "std"}
        Which, in which order.
    pooling : {"video", "group", "track"}
        `video` over all faces; `group` over the faces of a frame, then over frames; `track` over
        the faces of each track, which gives a row a track.
    """

    statistics: tuple[Statistic, ...]
    pooling: Pooling

    def __post_init__(self) -> None:
        given = self.statistics
        different = len(set(given)) == len(given) > 0
        require(different, "statistics", "different names of mean, max, min, std", given)


@dataclass(frozen=True, kw_only=True)
class ExtractionRecipe:
    """Recipe of an extraction.

    Parameters
    ----------
    dataset : DatasetRecipe
        The clips and their labels.
    pipeline : Pipeline
        Which frames, which faces, which network; of corrections those of the results.
    descriptor : Descriptor
        How the embeddings are pooled.
    """

    dataset: DatasetRecipe
    pipeline: Pipeline
    descriptor: Descriptor


def load_extraction(
    name: str, *, extractor: str | None = None, stream: int | None = None
) -> ExtractionRecipe:
    """Load a dataset's recipe.

    Pipeline keys not given are those of `score.toml`.

    Parameters
    ----------
    name : str
        Its name in `pipelines/`, or the path of a TOML file.
    extractor : str or None
        The extractor in place of the recipe's and its `extractor_offline`.
    stream : int or None
        The video stream of each clip, in place of the recipe's.

    Raises
    ------
    InputError
        No such recipe.
    RecipeError
        The file has an unknown or missing key, or a value out of range.
    """
    path = find_settings(name, "pipelines")
    data = read_toml(path)
    if "dataset" not in data:
        raise InputError(
            f"{path} has no table [dataset]: it is a pipeline for `score`, not a dataset's recipe"
        )
    own: dict[str, Any] = {key: data.pop(key) for key in ("dataset", "descriptor") if key in data}
    corrections = isinstance(own["dataset"], dict) and own["dataset"].get("kind") == "corrections"
    if corrections and data:
        raise RecipeError(
            f"{path}: {next(iter(data))!r}: frames, faces and network of corrections are those of "
            "the results; leave it out"
        )
    pipeline = with_defaults(data, str(path))
    if stream is not None:
        pipeline["sampling"]["stream"] = stream
    if extractor is not None:
        pipeline["network"].pop("extractor_offline", None)
        pipeline["network"]["extractor"] = extractor
    return build_record(ExtractionRecipe, {**own, "pipeline": pipeline}, where=str(path))

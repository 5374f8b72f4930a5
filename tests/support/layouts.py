"""Made-up datasets in the layouts that are read: the files are no videos, since none is opened."""

from __future__ import annotations

from pathlib import Path

from videoemo.config.toml import build_record, read_toml, settings_dir
from videoemo.datasets.clips import DatasetRecipe, LabelledClips, load_clips


def make(root: Path, *names: str) -> Path:
    """The root, with a file of each name below it."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root


def shipped(name: str) -> DatasetRecipe:
    """The table [dataset] of a pipeline that ships."""
    return build_record(
        DatasetRecipe, read_toml(settings_dir("pipelines") / f"{name}.toml")["dataset"], where=name
    )


def load(name: str, root: Path) -> LabelledClips:
    """The clips of a root by a recipe that ships."""
    return load_clips(shipped(name), root)


def told(labelled: LabelledClips, *words: str) -> bool:
    """Whether one of the problem lines has all of the words."""
    return any(all(word in problem for word in words) for problem in labelled.problems)

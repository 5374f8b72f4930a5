"""Checkpoints that were damaged, or written by somebody who means no good: a training goes on from
one that can be, or says in one line why not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial, reduce
from io import BytesIO
from operator import getitem
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.support import labelled_faces
from tests.support.damage import mutated, rewrite
from tests.support.refusals import is_refused, memory_below
from tests.support.training_recipe import RECIPE
from videoemo.config.training import TrainingRecipe, load_training
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_faces
from videoemo.errors import TrainingError
from videoemo.training import loop

Faces = tuple[LabelledFaces, LabelledFaces]


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> TrainingRecipe:
    """Of one stage that has all there is: a schedule, an average, two looks a step."""
    path = tmp_path_factory.mktemp("recipe") / "toy.toml"
    path.write_text(RECIPE)
    whole = load_training(str(path))
    return replace(whole, stages=(replace(whole.stages[1], epochs=2),))


@pytest.fixture(scope="module")
def faces(recipe: TrainingRecipe, tmp_path_factory: pytest.TempPathFactory) -> Faces:
    folder = tmp_path_factory.mktemp("faces")
    labelled_faces.ferplus_npz(folder / "train.npz", each=4)
    labelled_faces.ferplus_npz(folder / "valid.npz", each=1)
    return load_faces(recipe.data, folder)


@pytest.fixture(scope="module")
def checkpoint(
    recipe: TrainingRecipe, faces: Faces, tmp_path_factory: pytest.TempPathFactory
) -> bytes:
    """That of a training interrupted after its first epoch."""
    folder = tmp_path_factory.mktemp("interrupted")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "tell", interrupt)
        with pytest.raises(KeyboardInterrupt):
            loop.train(recipe, *faces, folder, resume=False)
    return (folder / "checkpoint.pt").read_bytes()


@pytest.fixture(scope="module")
def saved(checkpoint: bytes) -> dict[str, Any]:
    """What is in it."""
    content: dict[str, Any] = torch.load(BytesIO(checkpoint), weights_only=True)
    return content


EVIL: list[Any] = [
    None,
    True,
    -1,
    0,
    10**9,
    10**400,
    float("nan"),
    float("inf"),
    -0.5,
    5.0,
    "x",
    "",
    [],
    {},
    [1],
    {"x": 1},
    torch.zeros(1),
    torch.full((3, 3), float("nan")),
    torch.zeros(0, dtype=torch.uint8),
    torch.tensor(-1.0),
]


def evil(content: dict[str, Any], *, seed: int, n: int) -> Iterator[dict[str, Any]]:
    """A checkpoint with an evil value in the place of one of its own, n times; the values
    by turns.
    """
    rng = np.random.default_rng(seed)
    paths = list(_paths(content))
    for path in rng.permutation(len(paths))[:n].tolist():
        like: Any = reduce(getitem, paths[path], content)
        values = EVIL if not isinstance(like, torch.Tensor) else [*EVIL, -like.double(), like[None]]
        yield changed(content, paths[path], values[int(rng.integers(len(values)))])


def changed(content: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Dictionaries and lists as they are, but for the value at a path."""
    step, *below = path
    copy = content.copy()
    copy[step] = changed(content[step], tuple(below), value) if below else value
    return copy


def _paths(content: Any) -> Iterator[tuple[Any, ...]]:
    for step, inner in content.items() if isinstance(content, dict) else enumerate(content):
        yield (step,)
        if isinstance(inner, dict | list):
            yield from ((step, *path) for path in _paths(inner))


def resume(recipe: TrainingRecipe, faces: Faces, folder: Path) -> None:
    loop.train(recipe, *faces, folder, resume=True)


def test_a_damaged_or_evil_checkpoint_is_refused_in_one_line(
    recipe: TrainingRecipe,
    faces: Faces,
    checkpoint: bytes,
    saved: dict[str, Any],
    tmp_path: Path,
) -> None:
    path, n_refused = tmp_path / "checkpoint.pt", 0
    with memory_below(2**29):
        for damaged in mutated(checkpoint, seed=0, n=10):
            rewrite(path, damaged)
            n_refused += is_refused(partial(resume, recipe, faces, tmp_path))
        for content in evil(saved, seed=0, n=30):
            path.unlink()
            torch.save(content, path)
            n_refused += is_refused(partial(resume, recipe, faces, tmp_path))
    assert n_refused > 25


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("recipe",), 3, "recipe: expected a text, got 3"),
        (("progress",), [], "progress: expected"),
        (("progress", "history"), [], "history: expected 1 to 2 epochs"),
        (("progress", "history", 0, "epoch"), 7, "history: expected epoch 1"),
        (("progress", "history", 0, "loss"), "x", "loss: expected float, got 'x'"),
        (("progress", "best_epoch"), 9, "best_epoch: expected 1 to 1, got 9"),
        (("progress", "best_value"), 2.0, "best_value: expected that of epoch 1, got 2.0"),
        (("progress", "best_state"), {}, "best_state: expected the names"),
        (("running",), None, "running: expected network, trainer, draws, torch"),
        (("running", "network"), {}, "network: expected the names"),
        (("running", "draws"), torch.zeros(5056, dtype=torch.uint8), "is damaged"),
        (("running", "torch"), torch.zeros(3), "torch: expected torch.uint8 of shape"),
        (("running", "trainer"), {}, "is damaged: 'optimiser'"),
        (("running", "trainer", "schedule", "total_steps"), 1, "total_steps: expected 4, got 1"),
        (("running", "trainer", "schedule", "last_epoch"), 9, r"expected 2 steps, got \[2, 9\]"),
        (
            ("running", "trainer", "averaged", "n_averaged"),
            torch.tensor(-10),
            r"expected 2 steps, got \[-10, 2\]",
        ),
        (
            ("running", "trainer", "optimiser", "param_groups", 0, "lr"),
            -1.0,
            "param_groups: expected a rate from 0",
        ),
        (
            ("running", "trainer", "optimiser", "param_groups", 0, "eps"),
            1.0,
            "eps: expected 1e-08, got 1.0",
        ),
    ],
)
def test_what_is_wrong_with_a_checkpoint_is_named(
    recipe: TrainingRecipe,
    faces: Faces,
    saved: dict[str, Any],
    tmp_path: Path,
    place: tuple[Any, ...],
    value: Any,
    message: str,
) -> None:
    path = tmp_path / "checkpoint.pt"
    torch.save(changed(saved, place, value), path)
    with pytest.raises(TrainingError, match=message) as refused:
        resume(recipe, faces, tmp_path)
    assert str(path) in str(refused.value)
    assert len(str(refused.value)) < 700

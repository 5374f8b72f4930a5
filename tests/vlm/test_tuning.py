from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from eval.support.tiny_paligemma import write_tiny_paligemma
from tests.support import labelled_faces
from tests.support.commands import Run
from tests.support.paths import ROOT
from tests.support.vlm_extra import needs_vlm
from videoemo.config.paligemma import PaligemmaRecipe, load_paligemma
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_faces
from videoemo.datasets.faces.pictures import MemoryPictures
from videoemo.errors import InputError, RecipeError, TrainingError
from videoemo.vlm.load_local import load_local
from videoemo.vlm.task import Task
from videoemo.vlm.tuning import tune

pytestmark = needs_vlm

Faces = tuple[LabelledFaces, LabelledFaces]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    labelled_faces.ferplus_npz(folder / "ferplus_train.npz", each=4)
    labelled_faces.ferplus_npz(folder / "ferplus_valid.npz", each=2)
    write_tiny_paligemma(folder / "base", width=32)
    return folder


@pytest.fixture(scope="module")
def recipe(root: Path) -> PaligemmaRecipe:
    shipped = load_paligemma("paligemma")
    steps = replace(shipped.training, epochs=2, learning_rate=1e-2)
    return replace(shipped, start=str(root / "base"), rank=2, training=steps)


@pytest.fixture(scope="module")
def faces(root: Path, recipe: PaligemmaRecipe) -> Faces:
    return load_faces(recipe.data, root)


class Interrupted(MemoryPictures):
    """Pictures at whose n-th reading somebody presses Ctrl-C."""

    def __init__(self, images: Any, *, at: int) -> None:
        super().__init__(images)
        self.left = at

    def __call__(self, rows: Any, *, grey: bool, side: int) -> Any:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return super().__call__(rows, grey=grey, side=side)


@pytest.mark.parametrize("weights", ["everywhere", "text", "all"])
def test_interrupted_and_resumed_it_ends_as_if_nothing_had_happened(
    recipe: PaligemmaRecipe, faces: Faces, tmp_path: Path, weights: Any
) -> None:
    recipe = replace(recipe, weights=weights)
    whole = tune(recipe, *faces, tmp_path / "whole", resume=False)
    ours = faces[0]
    assert isinstance(ours.pictures, MemoryPictures)
    # In the second of two steps of the second epoch.
    stopped = replace(ours, pictures=Interrupted(ours.pictures.images, at=4))
    with pytest.raises(KeyboardInterrupt):
        tune(recipe, stopped, faces[1], tmp_path / "out", resume=False)
    resumed = tune(recipe, *faces, tmp_path / "out", resume=True)
    assert resumed.progress.history == whole.progress.history
    assert resumed.progress.best_state.keys() == whole.progress.best_state.keys()
    for name, value in whole.progress.best_state.items():
        assert torch.equal(resumed.progress.best_state[name], value)
    parts = {name.split("model.")[-1].split(".")[0] for name in whole.progress.best_state}
    assert ("vision_tower" in parts) == (weights != "text")


def test_it_learns_to_answer(recipe: PaligemmaRecipe, faces: Faces, tmp_path: Path) -> None:
    longer = replace(recipe.training, epochs=9, learning_rate=6e-3)
    tuned = tune(replace(recipe, weights="all", training=longer), *faces, tmp_path, resume=False)
    history = tuned.progress.history
    assert history[-1].loss < 0.5 * history[0].loss


def test_a_checkpoint_of_another_base_is_not_gone_on_with(
    recipe: PaligemmaRecipe, faces: Faces, tmp_path: Path
) -> None:
    once = replace(recipe, training=replace(recipe.training, epochs=1))
    tune(once, *faces, tmp_path / "out", resume=False)
    other = write_tiny_paligemma(tmp_path / "other", width=32, seed=1)
    with pytest.raises(TrainingError, match="is of another recipe"):
        tune(replace(once, start=str(other)), *faces, tmp_path / "out", resume=True)


@pytest.mark.parametrize("weights", ["everywhere", "all"])
def test_train_ends_with_a_card_that_says_what_the_training_said(
    videoemo: Run, root: Path, tmp_path: Path, weights: str
) -> None:
    text = (ROOT / "pipelines/train/paligemma.toml").read_text(encoding="utf-8")
    text = text.replace('weights = "everywhere" ', f'weights = "{weights}" ')
    (tmp_path / "toy.toml").write_text(
        text.replace("epochs = 3", "epochs = 1").replace("rate = 2e-4", "rate = 1e-2"),
        encoding="utf-8",
    )
    out = tmp_path / "out"
    command = ("train", tmp_path / "toy.toml", "--start", root / "base", "--data", root, "-o", out)
    status, said, _ = videoemo(*command)
    assert status == 0
    assert "the best epoch is 1" in said
    kept = "model" if weights == "all" else "adapter"
    assert {path.name for path in out.iterdir()} == {
        "checkpoint.pt",
        "curves.png",
        "history.csv",
        "paligemma-ferplus.toml",
        kept,
    }
    recipe = load_paligemma(str(tmp_path / "toy.toml"))
    _, valid = load_faces(recipe.data, root)
    task = Task(question="?", classes=valid.classes)
    local = load_local(out / "paligemma-ferplus.toml", task)
    shown = valid.pictures(np.arange(len(valid)), grey=False, side=48).transpose(0, 2, 3, 1)
    right = (local([*shown]).probabilities.argmax(1) == valid.labels).mean()
    row = (out / "history.csv").read_text().splitlines()[1].split(",")
    assert float(row[4]) == pytest.approx(right, abs=1e-6)
    assert f"accuracy {right:.4f}" in local.card.figures
    status, _, err = videoemo(*command)
    assert status == 1
    assert "holds a training already" in err


def test_what_cannot_be_trained_is_one_line(
    recipe: PaligemmaRecipe, faces: Faces, root: Path, videoemo: Run, tmp_path: Path
) -> None:
    status, _, err = videoemo(
        "train", "paligemma", "--start", tmp_path / "gone", "--data", root, "-o", tmp_path / "out"
    )
    assert status == 1
    assert err.splitlines()[-1].startswith("videoemo: no folder")
    with pytest.raises(InputError, match="answers: expected 8, one for each of anger"):
        tune(replace(recipe, answers=("a", "b")), *faces, tmp_path, resume=False)
    text = (ROOT / "pipelines/train/paligemma.toml").read_text(encoding="utf-8")
    (tmp_path / "bad.toml").write_text(text.replace("= 16 ", "= 0 ", 1), encoding="utf-8")
    with pytest.raises(RecipeError, match="rank: allowed are whole numbers from 1 to 4096, got 0"):
        load_paligemma(str(tmp_path / "bad.toml"))

"""A ten-second training on made-up faces: it learns, it is the same twice, and a kill
loses nothing.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
import torch

from tests.support import labelled_faces
from tests.support.commands import run
from tests.support.training_recipe import RECIPE
from videoemo.config.face_data import DataRecipe
from videoemo.config.training import Stage, TrainingRecipe, load_training
from videoemo.datasets.faces.labelled import LabelledFaces
from videoemo.datasets.faces.load import load_faces
from videoemo.errors import TrainingError
from videoemo.training.loop import logits_of, train


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    labelled_faces.ferplus_npz(folder / "train.npz", each=20)
    labelled_faces.ferplus_npz(folder / "valid.npz", each=4)
    (folder / "toy.toml").write_text(RECIPE)
    return folder


@pytest.fixture(scope="module")
def recipe(root: Path) -> TrainingRecipe:
    return load_training(str(root / "toy.toml"))


@pytest.fixture(scope="module")
def faces(recipe: TrainingRecipe, root: Path) -> tuple[LabelledFaces, LabelledFaces]:
    return load_faces(recipe.data, root)


@pytest.fixture(scope="module")
def whole(
    recipe: TrainingRecipe,
    faces: tuple[LabelledFaces, LabelledFaces],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of an uninterrupted training."""
    folder = tmp_path_factory.mktemp("whole")
    train(recipe, *faces, folder, resume=False)
    return folder


@pytest.fixture(scope="module")
def starts() -> ForkServerContext:
    """Of processes that need not load torch, each for itself, before they begin; of the two threads
    that torch would take, one is denied to them: both are read when it is loaded.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.training_imports"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "2")
        patch.setenv("MKL_NUM_THREADS", "2")
        patch.setenv("OMP_THREAD_LIMIT", "1")
        forkserver.ensure_running()
    return context


def weights(folder: Path) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(folder / "checkpoint.pt", weights_only=True)[
        "running"
    ]["network"]
    return state


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def test_it_learns(whole: Path) -> None:
    lines = (whole / "history.csv").read_text().splitlines()
    assert lines[0] == "epoch,stage,loss,valid_loss,accuracy,uar,macro_f1"
    assert [line.split(",")[1] for line in lines[1:]] == ["1", "1", "2", "2", "2", "3", "3"]
    assert max(float(line.split(",")[4]) for line in lines[1:]) > 0.6


def test_the_same_recipe_gives_the_same_weights(
    whole: Path, recipe: TrainingRecipe, faces: tuple[LabelledFaces, LabelledFaces], tmp_path: Path
) -> None:
    train(recipe, *faces, tmp_path, resume=False)
    assert same(weights(tmp_path), weights(whole))


def test_killed_again_and_again_and_resumed_it_ends_as_if_nothing_had_happened(
    starts: ForkServerContext, whole: Path, root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    command = ("train", root / "toy.toml", "-o", out, "--data", root, "--resume")
    for epochs in (1, 3, 5):  # in the head stage, in the averaged one, at its end
        running = starts.Process(target=run, args=command)
        running.start()
        history = out / "history.csv"
        deadline = time.monotonic() + 60
        while (
            not (history.exists() and len(history.read_text().splitlines()) > epochs)
            and time.monotonic() < deadline
        ):
            time.sleep(0.01)
        running.kill()
        running.join()
        assert not (out / "toy.toml").exists()
    running = starts.Process(target=run, args=command)
    running.start()
    running.join()
    assert running.exitcode == 0
    assert same(weights(out), weights(whole))
    assert (out / "history.csv").read_text() == (whole / "history.csv").read_text()
    assert (out / "toy.safetensors").exists()


def test_threads_that_are_denied_are_not_waited_for(
    starts: ForkServerContext, root: Path, tmp_path: Path
) -> None:
    head, *_, last = RECIPE.split("[[stages]]")
    (tmp_path / "short.toml").write_text(f"{head}[[stages]]{last}")
    running = starts.Process(
        target=run,
        args=("train", tmp_path / "short.toml", "-o", tmp_path / "out", "--data", root),
    )
    running.start()
    running.join(60)
    running.kill()
    assert running.exitcode == 0


def test_the_best_epoch_is_the_one_returned(
    whole: Path, recipe: TrainingRecipe, faces: tuple[LabelledFaces, LabelledFaces]
) -> None:
    network, progress = train(recipe, *faces, whole, resume=True)
    values = [epoch.accuracy for epoch in progress.history]
    assert progress.best_epoch == values.index(max(values)) + 1
    assert same(network.state_dict(), progress.best_state)


def test_only_the_head_trains_in_a_head_stage(
    recipe: TrainingRecipe, faces: tuple[LabelledFaces, LabelledFaces], tmp_path: Path
) -> None:
    one = replace(recipe, stages=(replace(recipe.stages[0], epochs=1),))
    two = replace(recipe, stages=(replace(recipe.stages[0], epochs=2),))
    train(one, *faces, tmp_path / "one", resume=False)
    train(two, *faces, tmp_path / "two", resume=False)
    a, b = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert {name.split(".")[0] for name in a if not torch.equal(a[name], b[name])} == {"fc"}


def test_a_checkpoint_of_another_recipe_is_not_gone_on_with(
    whole: Path, recipe: TrainingRecipe, faces: tuple[LabelledFaces, LabelledFaces]
) -> None:
    with pytest.raises(TrainingError, match="is of another recipe"):
        train(replace(recipe, seed=2), *faces, whole, resume=True)


def test_a_damaged_checkpoint_is_one_line(
    recipe: TrainingRecipe, faces: tuple[LabelledFaces, LabelledFaces], tmp_path: Path
) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"torn")
    with pytest.raises(TrainingError, match=r"checkpoint.pt is damaged.*remove it to begin anew"):
        train(recipe, *faces, tmp_path, resume=True)


def test_a_checkpoint_runs_no_code(
    recipe: TrainingRecipe, faces: tuple[LabelledFaces, LabelledFaces], tmp_path: Path
) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (Path(tmp_path / "ran"),)  # type: ignore[return-value]

    torch.save({"recipe": Hostile()}, tmp_path / "checkpoint.pt")
    with pytest.raises(TrainingError, match="is damaged"):
        train(recipe, *faces, tmp_path, resume=True)
    assert not (tmp_path / "ran").exists()


def test_fewer_faces_than_a_batch(
    recipe: TrainingRecipe, faces: tuple[LabelledFaces, LabelledFaces], tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match="160 training faces are fewer than a batch"):
        train(
            replace(recipe, stages=(replace(recipe.stages[0], batch_size=500),)),
            *faces,
            tmp_path,
            resume=False,
        )


@pytest.mark.parametrize("name", ["ferplus", "affectnet", "folder"])
def test_the_recipes_that_ship_can_be_read(name: str) -> None:
    recipe = load_training(name)
    assert isinstance(recipe.data, DataRecipe)
    assert all(isinstance(stage, Stage) for stage in recipe.stages)


@pytest.mark.parametrize(
    "write", [labelled_faces.affectnet_csv, labelled_faces.affectnet_npy], ids=["csv", "npy"]
)
def test_the_affectnet_recipe_runs_on_a_tree_of_forty_pictures_in_both_layouts(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    (tmp_path / "faces").mkdir()
    root = write(tmp_path / "faces", each=5)
    recipe = load_training("affectnet")
    data = recipe.data
    if write is labelled_faces.affectnet_csv:
        data = DataRecipe(
            kind="affectnet",
            train="images",
            valid="images",
            train_annotations="training.csv",
            valid_annotations="validation.csv",
        )
    # The published recipe at a size that runs in seconds: a tiny network, two epochs, no identity
    # network to start from.
    small = replace(
        recipe,
        data=data,
        network=replace(recipe.network, architecture="test_resnet", start="random", input_size=32),
        stages=tuple(replace(stage, epochs=1, batch_size=8) for stage in recipe.stages),
    )
    _, progress = train(small, *load_faces(small.data, root), tmp_path / "out", resume=False)
    assert [(epoch.epoch, epoch.stage) for epoch in progress.history] == [(1, 1), (2, 2)]


def test_the_figures_are_those_of_the_weights_kept(
    whole: Path, recipe: TrainingRecipe, faces: tuple[LabelledFaces, LabelledFaces]
) -> None:
    network, progress = train(recipe, *faces, whole, resume=True)
    right = (logits_of(network, recipe, faces[1]).argmax(1).numpy() == faces[1].labels).mean()
    assert progress.best_value == pytest.approx(right, abs=1e-6)

"""Identity first, then expressions, then attributes: each from the network of the one before it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.support import labelled_faces
from tests.support.commands import Run
from tests.support.here import command_here
from tests.support.training_recipe import ATTRIBUTES, RECIPE
from videoemo.config.attributes import AttributesRecipe
from videoemo.config.chain import Chain, load_recipe
from videoemo.config.training import TrainingRecipe
from videoemo.inference.extractor import load_extractor
from videoemo.training import attributes, loop
from videoemo.zoo.cards import find_card

FERPLUS = 'kind = "ferplus"\ntrain = "train.npz"\nvalid = "valid.npz"'
LFW = 'kind = "lfw"\nof = "identity"\nvalid_share = 0.25'
# The head alone, then all weights, an epoch each.
SHORT = RECIPE.replace("epochs = 2", "epochs = 1").replace("epochs = 3", "epochs = 1")
IDENTITY = (
    SHORT.replace('"toy"', '"people"').replace(FERPLUS, LFW).replace("_size = 16", "_size = 8")
)
CHAIN = """
kind = "chain"
[[links]]
recipe = "identity.toml"
[[links]]
recipe = "toy.toml"
[[links]]
recipe = "attributes.toml"
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of three kinds, and recipes."""
    folder = tmp_path_factory.mktemp("data")
    for kind in ("lfw", "ferplus", "utkface"):
        (folder / kind).mkdir()
    labelled_faces.lfw(folder / "lfw", {"Ann_Lee": 8, "Bo_Ek": 8, "Cy": 8, "Only_Once": 1})
    labelled_faces.ferplus_npz(folder / "ferplus" / "train.npz", each=4)
    labelled_faces.ferplus_npz(folder / "ferplus" / "valid.npz", each=2)
    labelled_faces.utkface(folder / "utkface", [(20 + i % 50, i % 2, i % 5) for i in range(45)])
    (folder / "toy.toml").write_text(SHORT)
    (folder / "identity.toml").write_text(IDENTITY)
    (folder / "attributes.toml").write_text(ATTRIBUTES.replace("epochs = 12", "epochs = 2"))
    text = CHAIN
    for name in ("identity", "toy", "attributes"):
        text = text.replace(f'"{name}.toml"', f"'{folder / name}.toml'")
    (folder / "chain.toml").write_text(text)
    return folder


@pytest.fixture(scope="module")
def whole(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a chain that nothing interrupted leaves."""
    out = tmp_path_factory.mktemp("whole")
    status, _, err = command_here("train", root / "chain.toml", "-o", out, "--data", root)
    assert status == 0, err
    return out


def test_an_identity_network_has_an_embedding_alone(whole: Path) -> None:
    card, weights = find_card(str(whole / "people" / "people.toml"))
    assert [head.name for head in card.outputs] == ["embedding"]
    assert "other photographs of the 3 people it was trained on" in card.figures
    assert not any(name.startswith("fc.") for name in load_file(weights))
    extractor = load_extractor(str(whole / "people" / "people.toml"), engine="torch")
    assert list(extractor([np.zeros((50, 40, 3), np.uint8)]).outputs) == ["embedding"]


def test_one_command_runs_all_and_the_last_card_has_all_heads(whole: Path) -> None:
    card, _ = find_card(str(whole / "toy-attributes" / "toy-attributes.toml"))
    names = [head.name for head in card.outputs]
    assert names == ["expression", "embedding", "age", "gender", "ethnicity"]
    assert card.architecture == "test_resnet"
    assert sorted(path.name for path in whole.iterdir()) == ["people", "toy", "toy-attributes"]


@pytest.mark.parametrize("start", ["people.toml", "people.safetensors", None])
def test_each_training_is_a_command_too(
    whole: Path, root: Path, tmp_path: Path, start: str | None
) -> None:
    given = ("-o", tmp_path, "--data", root / "ferplus")
    options = ("--start", whole / "people" / start) if start else ()
    status, _, err = command_here("train", root / "toy.toml", *given, *options)
    assert status == 0, err
    one, other = (load_file(folder / "toy.safetensors") for folder in (tmp_path, whole / "toy"))
    # Of the chain's, with such a start; from nothing it is another network.
    assert all(torch.equal(one[name], other[name]) for name in one) == (start is not None)


def test_a_chain_goes_on_where_it_was_interrupted(
    whole: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("train", root / "chain.toml", "-o", tmp_path, "--data", root, "--resume")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for _ in range(3 + 3 + 2):  # after every epoch of the three trainings
        with monkeypatch.context() as patch:
            patch.setattr(loop, "tell", interrupt)
            patch.setattr(attributes, "tell", interrupt)
            assert command_here(*command)[0] != 0
    status, _, err = command_here(*command)
    assert status == 0, err
    for name in ("people/people", "toy/toy", "toy-attributes/toy-attributes"):
        ours, theirs = (load_file(out / f"{name}.safetensors") for out in (tmp_path, whole))
        assert all(torch.equal(ours[key], theirs[key]) for key in theirs), name


@pytest.mark.parametrize(
    ("recipes", "message"),
    [
        (("toy", "toy"), "links: expected recipes of different names, got toy, toy"),
        (("attributes", "toy"), "links: heads of attributes come last"),
        (("toy", "chain"), "is a chain itself: name its trainings instead"),
        (("toy",), "links: allowed are 2 to 100 trainings, got 1"),
        (("identity", "other"), "links: networks that start from each other are alike, got test_"),
        (("identity", "folder"), "no folder"),
    ],
)
def test_what_cannot_follow_is_told_before_the_first_epoch(
    videoemo: Run, root: Path, tmp_path: Path, recipes: tuple[str, ...], message: str
) -> None:
    others = {"other": ("test_resnet", "test_vit"), "folder": ("ferplus", "folder")}
    for name, change in others.items():
        (tmp_path / f"{name}.toml").write_text(SHORT.replace('"toy"', f'"{name}"').replace(*change))
    links = [
        f"[[links]]\nrecipe = '{tmp_path if (tmp_path / name).exists() else root}/{name}'\n"
        for name in (f"{recipe}.toml" for recipe in recipes)
    ]
    (tmp_path / "bad.toml").write_text('kind = "chain"\n' + "".join(links))
    given = ("train", tmp_path / "bad.toml", "-o", tmp_path / "out", "--data", root)
    status, _, err = videoemo(*given)
    assert (status, (tmp_path / "out").exists()) == (1, False)
    (line,) = err.splitlines()
    assert message in line


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("identity", TrainingRecipe),
        ("affectnet", TrainingRecipe),
        ("attributes", AttributesRecipe),
        ("chain", Chain),
    ],
)
def test_the_recipes_of_the_method_can_be_read(name: str, kind: type) -> None:
    assert isinstance(load_recipe(name), kind)


def test_the_chain_that_ships_needs_data_alone(videoemo: Run, tmp_path: Path) -> None:
    status, _, err = videoemo("train", "chain", "-o", tmp_path / "out", "--data", tmp_path)
    (line,) = err.splitlines()
    assert (status, f"no folder {tmp_path / 'vggface2'}" in line) == (1, True)


def test_the_identity_recipe_is_the_papers() -> None:
    recipe = load_recipe("identity")
    assert isinstance(recipe, TrainingRecipe)
    found = [
        (stage.train, stage.epochs, stage.learning_rate, stage.optimiser, stage.sam_rho)
        for stage in recipe.stages
    ]
    assert found == [("head", 1, 1e-3, "adam", 0.05), ("all", 10, 1e-4, "adam", 0.05)]

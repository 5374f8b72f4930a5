"""Heads of attributes on a frozen network: what they learn, what comes out, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tests.support import labelled_faces
from tests.support.commands import Run
from tests.support.heads import ATTRIBUTES as ATTRIBUTE_HEADS
from tests.support.heads import heads
from tests.support.here import command_here
from tests.support.labelled_faces import picture
from tests.support.tiny_networks import CLASSES, card_of
from tests.support.training_recipe import ATTRIBUTES
from videoemo.config.attributes import AttributesRecipe
from videoemo.config.chain import load_recipe
from videoemo.config.face_protocol import AttributesProtocol, load_face_protocol
from videoemo.datasets.faces.attributes import AttributeFaces
from videoemo.datasets.faces.pictures import MemoryPictures
from videoemo.errors import TrainingError
from videoemo.inference.extractor import load_extractor
from videoemo.inference.outputs import expected_level
from videoemo.labels import ETHNICITIES
from videoemo.training import attributes as loop
from videoemo.training.attribute_loss import attributes_of
from videoemo.training.attributes import train_attributes
from videoemo.training.embeddings import embed
from videoemo.training.start import start_frozen
from videoemo.zoo.cards import card_to_toml, find_card


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    labelled_faces.utkface(folder, [(20 + 9 * (i % 3), i % 2, i % 5) for i in range(45)])
    (folder / "toy.toml").write_text(ATTRIBUTES)
    return folder


@pytest.fixture(scope="module")
def recipe(root: Path) -> AttributesRecipe:
    recipe = load_recipe(str(root / "toy.toml"))
    assert isinstance(recipe, AttributesRecipe)
    return recipe


@pytest.fixture(scope="module")
def attributes(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What a training leaves in its folder, and what it says."""
    out = tmp_path_factory.mktemp("attributes") / "out"
    status, said, err = command_here("train", root / "toy.toml", "-o", out, "--data", root)
    assert status == 0, err
    return out, said


def made_up(places: Sequence[int]) -> AttributeFaces:
    """Faces whose attributes show in the place of a bright square."""
    shown = np.array(places, np.int64)
    images = np.stack([picture(place, seed=i) for i, place in enumerate(places)])
    ages, genders = 10 * shown + 5, shown % 2
    return AttributeFaces(MemoryPictures(images), ages, genders, shown % 5, ETHNICITIES)


# Read once: no training changes it.
start_from = cache(start_frozen)


def trained(
    recipe: AttributesRecipe, faces: AttributeFaces, folder: Path, *, resume: bool = False
) -> tuple[torch.nn.Module, list[str]]:
    heads, _ = train_attributes(
        recipe,
        attributes_of(recipe, faces),
        start_from(recipe.start),
        faces,
        faces,
        folder,
        resume=resume,
    )
    return heads, (folder / "history.csv").read_text().splitlines()


def test_heads_learn_what_shows(recipe: AttributesRecipe, tmp_path: Path) -> None:
    _, lines = trained(recipe, made_up([*range(9)] * 4), tmp_path)
    assert lines[0] == "epoch,stage,loss,valid_loss,age,gender,ethnicity"
    age, gender, ethnicity = map(float, lines[-1].split(",")[4:])
    assert (gender, ethnicity) == (0, 0)
    assert age < 2


def test_what_is_not_known_of_a_face_is_not_learned(
    recipe: AttributesRecipe, tmp_path: Path
) -> None:
    faces = made_up([*range(9)] * 4)
    half = np.arange(len(faces)) % 2 == 0
    unknown = np.full(len(faces), -1)
    some = replace(
        faces,
        age=np.where(half, faces.age, -1),
        gender=np.where(half, -1, faces.gender),
        ethnicity=unknown,
    )
    with pytest.raises(TrainingError, match="ethnicity: it is known of none of the 36 training"):
        trained(recipe, some, tmp_path)
    _, lines = trained(replace(recipe, ethnicity=None), some, tmp_path)
    age, gender, ethnicity = lines[-1].split(",")[4:]
    assert (float(age) < 5, float(gender), ethnicity) == (True, 0, "")


def test_numbers_of_embeddings_that_hardly_vary_are_no_large_weights(
    recipe: AttributesRecipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nearly_dead(*given: Any, n: int, **settings: Any) -> torch.Tensor:
        found = embed(*given, n=n, **settings)
        return torch.cat([1e-9 * found[..., :100], found[..., 100:]], -1)

    monkeypatch.setattr(loop, "embed", nearly_dead)
    short = replace(recipe, training=replace(recipe.training, epochs=1))
    heads, _ = trained(short, made_up([*range(9)] * 2), tmp_path)
    assert all(weight.half().isfinite().all() for weight in heads.state_dict().values())


def test_interrupted_and_resumed_it_ends_as_if_nothing_had_happened(
    recipe: AttributesRecipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces = made_up([*range(9)] * 2)
    short = replace(recipe, training=replace(recipe.training, epochs=4, averaging=0.9))
    whole, lines = trained(short, faces, tmp_path / "whole")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(loop, "tell", interrupt)
            with pytest.raises(KeyboardInterrupt):
                trained(short, faces, tmp_path / "parts", resume=True)
    parts, again = trained(short, faces, tmp_path / "parts", resume=True)
    assert again == lines
    ours, theirs = whole.state_dict(), parts.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    with pytest.raises(TrainingError, match="is of another recipe"):
        trained(replace(short, seed=2), faces, tmp_path / "parts", resume=True)


def test_one_card_tells_expressions_as_before_and_attributes(attributes: tuple[Path, str]) -> None:
    out, said = attributes
    assert "validation age within" in said
    files = {path.name for path in out.iterdir()}
    own = {"toy-attributes.safetensors", "toy-attributes.toml"}
    assert files == {"checkpoint.pt", "history.csv", "curves.png", *own}
    card, weights = find_card(str(out / "toy-attributes.toml"))
    before, _ = find_card("ferplus-small")
    assert card.attribute_names == ("age", "gender", "ethnicity")
    assert (card.classes, card.temperature) == (before.classes, before.temperature)
    assert "heads of attributes: made-up faces" in card.trained_on
    faces = [np.repeat(picture(place)[..., None], 3, 2) for place in (1, 5)]
    found = load_extractor(str(out / "toy-attributes.toml"), engine="torch")(faces)
    expected = load_extractor("ferplus-small", engine="torch")(faces)
    assert np.array_equal(found.probabilities, expected.probabilities)
    assert np.array_equal(found.embedding, expected.embedding)
    assert np.array_equal(found.values["age"], expected_level(found.distributions["age"], 2))
    assert {"attributes.hidden.weight", "attributes.outputs.bias"} <= load_file(weights).keys()


def test_heads_take_the_place_of_earlier_ones(
    videoemo: Run, root: Path, attributes: tuple[Path, str], tmp_path: Path
) -> None:
    start, card = (folder / "toy-attributes.toml" for folder in (attributes[0], tmp_path / "out"))
    short = ATTRIBUTES.replace("epochs = 12", "epochs = 1")
    (tmp_path / "age.toml").write_text(re.sub(r"\[(gender|ethnicity)\]\n.*\n", "", short))
    given = ("--data", root, "-o", tmp_path / "out", "--start", start)
    assert videoemo("train", tmp_path / "age.toml", *given)[0] == 0
    assert len(find_card(str(start))[0].attribute_names) == 3
    assert find_card(str(card))[0].attribute_names == ("age",)
    load_extractor(str(card), engine="torch")


def test_the_start_of_the_recipe_need_not_be_there_where_another_is_given(
    videoemo: Run, root: Path, tmp_path: Path
) -> None:
    text = re.sub("^start = .*$", 'start = "nowhere.toml"', ATTRIBUTES, flags=re.MULTILINE)
    (tmp_path / "toy.toml").write_text(text)
    command = ("train", tmp_path / "toy.toml", "-o", tmp_path / "out", "--data", root)
    assert "nowhere.toml" in videoemo(*command)[2]
    status, _, err = videoemo(*command, "--start", "ferplus-small")
    assert status == 0, err


def test_the_protocol_asks_the_faces_that_the_recipe_holds_out() -> None:
    recipe, protocol = load_recipe("attributes"), load_face_protocol("utkface")
    assert isinstance(recipe, AttributesRecipe)
    assert isinstance(protocol, AttributesProtocol)
    held_out = [(data.kind, data.valid_share, data.seed) for data in (recipe.data, protocol.data)]
    assert held_out[0] == held_out[1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"ferplus-small"', '"nowhere"', "unknown start 'nowhere'; allowed: ferplus-small"),
        ('"ferplus-small"', '"gone.toml"', "there is no card 'gone.toml'"),
        ("hidden = 16", "hidden = 0", "hidden: allowed are whole numbers from 1 to 65536, got 0"),
        ("most_probable = 2", "most_probable = 101", "most_probable: allowed are whole numbers"),
        ("batch_size = 8", "batch_size = 800", "training faces are fewer than a batch"),
        ("valid_share = 0.3", 'valid_share = 0.3\nof = "identity"', "of: allowed are 'attributes'"),
        ('kind = "utkface"', 'kind = "lfw"', "faces of lfw labelled with identity do not fit here"),
        ('kind = "attributes"', 'kind = "heads"', "kind: allowed are 'network', 'attributes'"),
    ],
)
def test_what_cannot_be_trained_is_one_line(
    videoemo: Run, root: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    (tmp_path / "bad.toml").write_text(ATTRIBUTES.replace(old, new))
    if "lfw" in new:
        labelled_faces.lfw(tmp_path, {"A_B": 3, "C_D": 3})
    data = tmp_path if "lfw" in new else root
    status, _, err = videoemo(
        "train", tmp_path / "bad.toml", "-o", tmp_path / "out", "--data", data
    )
    assert status == 1
    assert message in err.splitlines()[-1]


def test_heads_that_cannot_be_replaced_are_refused(tmp_path: Path) -> None:
    card = card_of("tiny.safetensors", outputs=(*heads(CLASSES, size=64), *ATTRIBUTE_HEADS))
    (tmp_path / "tiny.toml").write_text(card_to_toml(card))
    with pytest.raises(TrainingError, match=r"attributes .* \(age, gender, ethnicity\): others"):
        start_frozen(str(tmp_path / "tiny.toml"))


def test_heads_of_a_network_in_another_format_are_refused() -> None:
    with pytest.raises(TrainingError, match="safetensors and dlib; enet_b0_8_best_afew is in onnx"):
        start_frozen("enet_b0_8_best_afew")

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from eval.support.tiny_chat import write_tiny_chat
from eval.support.tiny_paligemma import write_tiny_paligemma
from tests.support.vlm_extra import needs_vlm
from videoemo.errors import InputError, RecipeError, WeightsError
from videoemo.util.checksums import sha256
from videoemo.vlm.adapter import WEIGHTS, add_adapter, write_adapter
from videoemo.vlm.load_local import LocalModel, load_local
from videoemo.vlm.local import load_model, load_processor, paligemma_likelihoods
from videoemo.vlm.local_card import AdapterFile, LocalCard, card_text
from videoemo.vlm.model_folder import weights_checksum
from videoemo.vlm.task import Task

pytestmark = needs_vlm

QUESTION = "answer en what expression does the face display?"
CLASSES = ("anger", "fear", "neutral")
ANSWERS = ("an angry face", "fear", "neutral")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_paligemma(tmp_path_factory.mktemp("base"), width=32, merges=40)


@pytest.fixture(scope="module")
def adapted(base: Path) -> tuple[Path, np.ndarray[Any, Any]]:
    """A card with an adapter that says something else than its base, and what it says."""
    folder = base.parent / "adapted"
    model = add_adapter(load_model(base), "everywhere", rank=2)
    torch.manual_seed(1)
    for parameter in model.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.3)
    write_adapter(model, folder / "adapter")
    adapter = AdapterFile(
        file=f"adapter/{WEIGHTS}",
        sha256=sha256(folder / "adapter" / WEIGHTS),
        where="everywhere",
        rank=2,
    )
    card = LocalCard(
        name="tiny",
        model=f"../{base.name}",
        sha256=weights_checksum(base),
        question=QUESTION,
        classes=CLASSES,
        answers=ANSWERS,
        adapter=adapter,
    )
    (folder / "tiny.toml").write_text(card_text(card))
    told = paligemma_likelihoods(model, load_processor(base), QUESTION, ANSWERS)([face()])
    return folder / "tiny.toml", torch.softmax(told, 1).numpy()


def face() -> Any:
    return np.random.default_rng(0).integers(0, 256, (50, 40, 3), np.uint8)


def load(path: Path) -> LocalModel:
    return load_local(path, Task(question=QUESTION, classes=CLASSES, answers=ANSWERS))


def test_an_adapter_read_back_says_what_it_said(
    base: Path, adapted: tuple[Path, np.ndarray[Any, Any]]
) -> None:
    path, told = adapted
    found = load(path)([face()]).probabilities
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, told, atol=1e-6)
    assert np.abs(load(base)([face()]).probabilities - told).max() > 0.01


def test_classes_are_in_the_order_that_is_asked_for(
    adapted: tuple[Path, np.ndarray[Any, Any]],
) -> None:
    path, told = adapted
    turned = load_local(path, Task(question="?", classes=CLASSES[::-1], answers=("x", "y", "z")))
    np.testing.assert_allclose(turned([face()]).probabilities, told[:, ::-1], atol=1e-6)


def changed(path: Path, folder: Path, **keys: Any) -> Path:
    """The card with other values, beside a copy of its adapter."""
    from videoemo.vlm.local_card import find_local_card

    shutil.copytree(path.parent, folder)
    card, _ = find_local_card(path)
    card = replace(card, model=str((path.parent / card.model).resolve()))
    (folder / path.name).write_text(card_text(replace(card, **keys)))
    return folder / path.name


def test_an_adapter_is_bound_to_its_base(
    adapted: tuple[Path, np.ndarray[Any, Any]], tmp_path: Path
) -> None:
    path, _ = adapted
    other = write_tiny_paligemma(tmp_path / "other", width=32, merges=40, seed=1)
    with pytest.raises(WeightsError, match="is not the base of tiny"):
        load(changed(path, tmp_path / "one", model=str(other)))
    text = path.read_text().replace("sha256", "# sha256", 1)
    (tmp_path / "unbound.toml").write_text(text)
    with pytest.raises(RecipeError, match="names the checksum of its base"):
        load(tmp_path / "unbound.toml")


def test_an_adapter_that_was_changed_or_does_not_fit_is_refused(
    adapted: tuple[Path, np.ndarray[Any, Any]], tmp_path: Path
) -> None:
    path, _ = adapted
    card = changed(path, tmp_path / "one")
    weights = card.parent / "adapter" / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    with pytest.raises(WeightsError, match="damaged"):
        load(card)
    adapter = AdapterFile(
        file=f"adapter/{WEIGHTS}", sha256=sha256(weights), where="everywhere", rank=3
    )
    with pytest.raises(WeightsError, match="does not fit its base"):
        load(
            changed(
                path,
                tmp_path / "two",
                adapter=replace(adapter, sha256=sha256(path.parent / "adapter" / WEIGHTS)),
            )
        )


def test_what_may_run_code_is_refused(base: Path, tmp_path: Path) -> None:
    def copied(name: str) -> Path:
        return Path(shutil.copytree(base, tmp_path / name))

    pickled = copied("pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    with pytest.raises(WeightsError, match=r"only pytorch_model\.bin, which may run code"):
        load(pickled)
    remote = copied("remote")
    config = json.loads((remote / "config.json").read_text())
    (remote / "config.json").write_text(
        json.dumps(config | {"auto_map": {"AutoConfig": "evil.Evil"}})
    )
    with pytest.raises(WeightsError, match="names code of its own"):
        load(remote)
    # transformers would look for the base that it names, on the hub, too.
    adapter = copied("adapter")
    (adapter / "adapter_config.json").write_text('{"base_model_name_or_path": "evil/model"}')
    with pytest.raises(WeightsError, match="holds an adapter: give the card"):
        load(adapter)


def test_weights_in_shards_without_a_processor_load_with_a_card_that_names_one(
    base: Path, tmp_path: Path
) -> None:
    shards = tmp_path / "shards"
    load_model(base).save_pretrained(shards, max_shard_size="150KB")  # type: ignore[operator]
    assert len([*shards.glob("*.safetensors")]) >= 2
    # As published, beside the weights; it is never opened.
    (shards / "training_args.bin").write_bytes(b"a pickle")
    with pytest.raises(WeightsError, match="has no processor"):
        load(shards)
    (tmp_path / "card.toml").write_text(
        f'name = "published"\nmodel = "shards"\nprocessor = "{base}"\n'
    )
    np.testing.assert_array_equal(
        load(tmp_path / "card.toml")([face()]).probabilities, load(base)([face()]).probabilities
    )


def test_a_model_of_chats_is_asked_by_its_template(tmp_path: Path) -> None:
    folder = write_tiny_chat(tmp_path / "chat")
    found = load(folder)
    told = found.likelihoods([face(), face()[:, ::-1].copy()])
    assert told.shape == (2, 3)
    model, processor = load_model(folder), load_processor(folder)
    text = f"<|user|><image>{QUESTION}<|end|><|assistant|>"
    from PIL import Image

    def tensors(text: str) -> dict[str, torch.Tensor]:
        made = processor(images=[Image.fromarray(face())], text=[text])
        return {name: torch.from_numpy(np.asarray(value)) for name, value in made.items()}

    for k, answer in enumerate(ANSWERS):
        whole, start = tensors(f"{text}{answer}<|end|>"), tensors(text)["input_ids"].shape[1]
        with torch.inference_mode():
            logits = model(**whole).logits[0].log_softmax(-1)
        ids = whole["input_ids"][0]
        by_hand = sum(float(logits[at - 1, ids[at]]) for at in range(start, len(ids)))
        assert float(told[0, k]) == pytest.approx(by_hand, abs=1e-4)


def test_a_model_of_other_classes_is_refused(
    adapted: tuple[Path, np.ndarray[Any, Any]],
) -> None:
    with pytest.raises(InputError, match="tells anger, fear, neutral; asked for were joy, grief"):
        load_local(adapted[0], Task(question="?", classes=("joy", "grief")))

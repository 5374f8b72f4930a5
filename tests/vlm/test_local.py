from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from eval.support.tiny_paligemma import write_tiny_paligemma
from tests.support.vlm_extra import needs_vlm
from videoemo.errors import InputError
from videoemo.vlm.answer_tokens import answer_tokens
from videoemo.vlm.local import (
    load_model,
    load_processor,
    paligemma_likelihoods,
    pixel_values,
)

pytestmark = needs_vlm

QUESTION = "answer en what expression does the face display?"
# Of different lengths, and one that is another's beginning.
ANSWERS = ("anger", "fear", "fearful", "happiness", "a very long answer: 😀")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_paligemma(tmp_path_factory.mktemp("tiny"), width=32, merges=40)


@pytest.fixture(scope="module")
def tiny(folder: Path) -> tuple[torch.nn.Module, Any]:
    return load_model(folder), load_processor(folder)


@pytest.fixture
def faces() -> list[Any]:
    draws = np.random.default_rng(0)
    return [draws.integers(0, 256, (side, side + 7, 3), np.uint8) for side in (30, 48, 61)]


def test_no_token_of_an_answer_moves_what_is_told_before_it(
    tiny: tuple[torch.nn.Module, Any], faces: list[Any]
) -> None:
    model, processor = tiny
    one = answer_tokens(processor, QUESTION, ANSWERS).take(torch.tensor([3]))
    other = one.ids.clone()
    other[0, -2] += 1
    pixels = pixel_values(processor, faces[:1])

    def moved(*left_out: str) -> float:
        asked = [one.inputs(), replace(one, ids=other).inputs()]
        for inputs in asked:
            for name in left_out:
                del inputs[name]
        with torch.inference_mode():
            both = [model(**inputs, pixel_values=pixels).logits for inputs in asked]
        before = [logits[:, : one.ids.shape[1] - 2] for logits in both]
        return float((before[0] - before[1]).abs().max())

    assert moved() == 0
    # Without them the model sees the answer that it is asked for.
    assert moved("token_type_ids", "attention_mask") > 1e-3


def test_what_is_told_of_a_face_depends_on_no_other_face_nor_on_padding(
    tiny: tuple[torch.nn.Module, Any], faces: list[Any]
) -> None:
    together = paligemma_likelihoods(*tiny, QUESTION, ANSWERS)(faces)
    assert together.shape == (3, 5)
    alone = torch.cat([paligemma_likelihoods(*tiny, QUESTION, ANSWERS)([one]) for one in faces])
    single = torch.cat(
        [paligemma_likelihoods(*tiny, QUESTION, [answer])(faces) for answer in ANSWERS], 1
    )
    torch.testing.assert_close(alone, together, atol=1e-4, rtol=0)
    torch.testing.assert_close(single, together, atol=1e-4, rtol=0)


def test_likelihoods_are_those_of_a_forward_of_the_whole(
    tiny: tuple[torch.nn.Module, Any], faces: list[Any]
) -> None:
    model, processor = tiny
    tokens = answer_tokens(processor, QUESTION, ANSWERS)
    rows = torch.arange(len(ANSWERS))
    pixels = pixel_values(processor, faces[:1]).expand(len(ANSWERS), -1, -1, -1)
    with torch.inference_mode():
        logits = model(**tokens.take(rows).inputs(), pixel_values=pixels).logits
    told = logits.log_softmax(-1)
    by_hand = [
        sum(float(told[k, at - 1, tokens.ids[k, at]]) for at in range(tokens.n_prompt, int(n)))
        for k, n in enumerate(tokens.mask.sum(1))
    ]
    found = paligemma_likelihoods(model, processor, QUESTION, ANSWERS)(faces[:1])[0]
    np.testing.assert_allclose(found.numpy(), by_hand, atol=1e-4)


def test_no_pictures_have_no_likelihoods(tiny: tuple[torch.nn.Module, Any]) -> None:
    assert paligemma_likelihoods(*tiny, QUESTION, ANSWERS)([]).shape == (0, 5)


def test_two_answers_of_the_same_tokens_are_refused(tiny: tuple[torch.nn.Module, Any]) -> None:
    with pytest.raises(InputError, match="same tokens"):
        answer_tokens(tiny[1], QUESTION, ["anger", "anger"])

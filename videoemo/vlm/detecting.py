"""PaliGemma's way to somebody who is described: `detect ...`, answered with a box."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from videoemo.errors import InputError
from videoemo.vlm.finding import Detect, Detector
from videoemo.vlm.load_local import load_card
from videoemo.vlm.local import pixel_values

__all__ = ["load_detector"]

Picture = npt.NDArray[np.uint8]

# Tokens of an answer: some boxes with their words.
_LONGEST = 64


def load_detector(given: Path) -> Detector:
    """Load a PaliGemma by the folder of its files or by its card.

    Raises
    ------
    InputError
        No such model, one that is no PaliGemma, or without the extra.
    RecipeError, WeightsError
        As `load_local`.
    """
    card, kind, model, processor = load_card(given)
    if kind != "paligemma":
        raise InputError(f"{card.name} is a {kind}: a PaliGemma alone answers with boxes")
    return Detector(card.name, card.sha256, _detect_by(model, processor))


def _detect_by(model: Any, processor: Any) -> Detect:
    tokenizer = processor.tokenizer
    end = int(tokenizer.eos_token_id)

    @torch.inference_mode()
    def detect(picture: Picture, description: str) -> str | None:
        # What has a meaning of its own in a prompt is none of the description.
        said = " ".join(re.sub(r"[<>;]", " ", description).split())
        image = Image.fromarray(picture)
        prompt = processor(images=[image], text=[f"<image>detect {said}"])
        asked = torch.tensor(np.asarray(prompt["input_ids"][0], np.int64))[None]
        made = model.generate(
            input_ids=asked,
            attention_mask=torch.ones_like(asked),
            # The whole of it is the prompt.
            token_type_ids=torch.zeros_like(asked),
            pixel_values=pixel_values(processor, [picture]),
            max_new_tokens=_LONGEST,
            do_sample=False,
        )
        told = made[0, asked.shape[1] :].tolist()
        if end not in told:
            return None
        return str(tokenizer.decode(told[: told.index(end)], skip_special_tokens=False))

    return detect

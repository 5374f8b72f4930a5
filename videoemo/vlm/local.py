"""Local vision-language models as labellers: the likelihood of each class's answer.

Nothing is generated, so that nothing has to be read: every class has a probability.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor, nn

from videoemo.errors import InputError, WeightsError
from videoemo.util.messages import one_line
from videoemo.vlm.answer_tokens import IGNORED, AnswerTokens, answer_tokens
from videoemo.vlm.model_folder import model_kind, require_plain
from videoemo.vlm.transformers_import import import_transformers

__all__ = [
    "Likelihoods",
    "chat_likelihoods",
    "load_model",
    "load_processor",
    "paligemma_likelihoods",
    "pixel_values",
    "sequence_likelihoods",
]

Picture = npt.NDArray[np.uint8]
# Pictures, uint8 (h, w, 3) each, to the logarithms of the likelihoods of c answers, float32 (m, c).
Likelihoods = Callable[[Sequence[Picture]], Tensor]

# Pictures shown at once.
_BATCH = 32


def load_model(folder: Path, *, dtype: torch.dtype | Literal["auto"] = "auto") -> nn.Module:
    """A model from its folder, in eval mode; nothing is fetched, and no code of it is run.

    Parameters
    ----------
    dtype : torch.dtype or "auto"
        Of its weights; as they are in the files.

    Raises
    ------
    InputError
        The extra is missing.
    WeightsError
        A folder that is refused, or whose files do not make a model.
    """
    model_kind(folder)
    import_transformers()
    from transformers import AutoModelForImageTextToText

    try:
        model: nn.Module = AutoModelForImageTextToText.from_pretrained(
            folder,
            dtype=dtype,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
        )
    except Exception as exc:  # what the many readers of transformers raise has no common type
        raise WeightsError(f"cannot load the model {folder}: {one_line(exc, limit=300)}") from exc
    return model.eval()


def load_processor(folder: Path) -> Any:
    """A processor from its folder, with Pillow's resizing, which is the same everywhere.

    Raises
    ------
    InputError
        The extra is missing.
    WeightsError
        A folder that is refused, or without the files of a processor.
    """
    require_plain(folder)
    import_transformers()
    from transformers import AutoProcessor

    try:
        return AutoProcessor.from_pretrained(
            folder, backend="pil", local_files_only=True, trust_remote_code=False
        )
    except Exception as exc:  # as above
        raise WeightsError(
            f"{folder} has no processor that can be loaded: {one_line(exc, limit=200)}; name the "
            "folder of one in a card (processor = ...)"
        ) from exc


def pixel_values(processor: Any, pictures: Sequence[Picture]) -> Tensor:
    """Pictures as the processor prepares them, float32 (m, 3, s, s)."""
    images = [Image.fromarray(picture) for picture in pictures]
    prepared = processor.image_processor(images=images)["pixel_values"]
    return torch.from_numpy(np.stack([np.asarray(one, np.float32) for one in prepared]))


def sequence_likelihoods(logits: Tensor, answers: Tensor) -> Tensor:
    """Logarithm of the likelihood of whole answers, float32 (n,).

    Parameters
    ----------
    logits : (n, t, v)
        What is told of each of the t tokens by those before it.
    answers : int64 (n, t)
        The tokens, `IGNORED` where there is none.
    """
    told = logits.float().log_softmax(-1)
    of_token = told.gather(-1, answers.clamp(min=0)[..., None])[..., 0]
    return (of_token * (answers != IGNORED)).sum(1)


def paligemma_likelihoods(
    model: nn.Module, processor: Any, question: str, answers: Sequence[str]
) -> Likelihoods:
    """Likelihoods by a PaliGemma, or by one with an adapter: a picture goes through the vision
    tower once, and the answers share what is seen.

    Raises
    ------
    InputError
        The processor is not PaliGemma's, or two answers are the same to it.
    """
    tokens = answer_tokens(processor, question, answers)

    @torch.inference_mode()
    def likelihoods(pictures: Sequence[Picture]) -> Tensor:
        model.eval()
        found = [torch.empty(0, len(answers))]
        for start in range(0, len(pictures), _BATCH):
            pixels = pixel_values(processor, pictures[start : start + _BATCH])
            seen = _inner(model).get_image_features(pixels)
            found.append(_of_batch(model, tokens, seen, n=len(pixels)))
        return torch.cat(found)

    return likelihoods


def _inner(model: Any) -> Any:
    """The PaliGemma itself, within an adapter or not."""
    return model.get_base_model() if hasattr(model, "peft_config") else model


def _of_batch(model: nn.Module, tokens: AnswerTokens, seen: Any, *, n: int) -> Tensor:
    columns = []
    for k in range(len(tokens.ids)):
        one = tokens.take(torch.tensor([k]).expand(n))
        answers = one.answers()
        # Of the answer alone: over the whole question, the logits of a large vocabulary would fill
        # the memory.
        logits = model(
            **one.inputs(), mm_encoder_outputs={"image": seen}, logits_to_keep=answers.shape[1] + 1
        ).logits
        columns.append(sequence_likelihoods(logits[:, :-1], answers))
    return torch.stack(columns, 1)


def chat_likelihoods(
    model: nn.Module, processor: Any, question: str, answers: Sequence[str]
) -> Likelihoods:
    """Likelihoods by a model that answers in chats, whose processor has a chat template.

    Raises
    ------
    InputError
        The processor has no chat template, or an answer has no token.
    """
    if getattr(processor, "chat_template", None) is None:
        raise InputError("the model has no chat template, and is no PaliGemma: it cannot be asked")
    content = [{"type": "image"}, {"type": "text", "text": question}]
    prompt = processor.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True
    )
    ends = [*_ends(processor)]
    told = [
        torch.tensor(processor.tokenizer(answer, add_special_tokens=False)["input_ids"] + ends)
        for answer in answers
    ]
    if any(len(tokens) == len(ends) for tokens in told):
        raise InputError(f"an answer without a token: {', '.join(map(repr, answers))}")

    def of_one(picture: Picture) -> Tensor:
        asked = dict(processor(images=[Image.fromarray(picture)], text=[prompt]))
        asked = {name: torch.from_numpy(np.asarray(value)) for name, value in asked.items()}
        return torch.stack([_of_chat(model, asked, tokens) for tokens in told])

    @torch.inference_mode()
    def likelihoods(pictures: Sequence[Picture]) -> Tensor:
        model.eval()
        return (
            torch.stack([of_one(one) for one in pictures])
            if len(pictures)
            else torch.empty(0, len(answers))
        )

    return likelihoods


def _ends(processor: Any) -> list[int]:
    """The token that ends an answer, so that one label may begin like another."""
    end = processor.tokenizer.eos_token_id
    return [] if end is None else [int(end)]


def _of_chat(model: nn.Module, asked: dict[str, Tensor], answer: Tensor) -> Tensor:
    """The likelihood of one answer to one prompt, float32 ()."""
    # What there is of each token of the prompt goes on over the answer.
    length, more = asked["input_ids"].shape[1], len(answer)
    inputs = dict(asked)
    for name, value in asked.items():
        if name == "input_ids":
            inputs[name] = torch.cat([value, answer[None]], 1)
        elif name == "attention_mask":
            inputs[name] = torch.cat([value, value.new_ones(1, more)], 1)
        elif name.endswith("token_type_ids") and value.shape == (1, length):
            inputs[name] = torch.cat([value, value.new_zeros(1, more)], 1)
    logits = model(**inputs, logits_to_keep=more + 1).logits
    return sequence_likelihoods(logits[:, -more - 1 : -1], answer[None])[0]

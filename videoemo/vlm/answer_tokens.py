"""The whole sequence of tokens of each class's answer, as PaliGemma reads it: picture, question,
answer, end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from videoemo.errors import InputError

__all__ = ["IGNORED", "AnswerTokens", "answer_tokens"]

# What cross-entropy leaves out.
IGNORED = -100


@dataclass(frozen=True)
class AnswerTokens:
    """Sequences of c answers to one question, padded on the right to the same length.

    Parameters
    ----------
    ids : int64 (c, t)
        The tokens.
    mask : int64 (c, t)
        1, and 0 over the padding.
    types : int64 (c, t)
        0 over picture and question, which see each other both ways, 1 over the answer, each token
        of which sees what is before it. Without them PaliGemma sees the answer that it is asked
        for.
    n_prompt : int
        Tokens of picture and question.
    """

    ids: Tensor
    mask: Tensor
    types: Tensor
    n_prompt: int

    def answers(self) -> Tensor:
        """The tokens of the answers and their ends alone, int64 (c, t - n_prompt), padding
        `IGNORED`.
        """
        return self.ids.masked_fill(self.mask == 0, IGNORED)[:, self.n_prompt :]

    def take(self, rows: Tensor) -> AnswerTokens:
        """The sequences of some answers, without padding that none of them needs."""
        mask = self.mask[rows]
        longest = int(mask.sum(1).max())
        return AnswerTokens(
            self.ids[rows, :longest],
            mask[:, :longest],
            self.types[rows, :longest],
            self.n_prompt,
        )

    def inputs(self) -> dict[str, Tensor]:
        """What a PaliGemma is called with, beside the pictures."""
        return {
            "input_ids": self.ids,
            "attention_mask": self.mask,
            "token_type_ids": self.types,
        }


def answer_tokens(processor: Any, question: str, answers: Sequence[str]) -> AnswerTokens:
    """The sequences of some answers to a question.

    Parameters
    ----------
    processor : transformers.PaliGemmaProcessor
        Of the model.
    question : str
        Without `<image>`, which is put before it.
    answers : sequence of str
        c of them.

    Raises
    ------
    InputError
        The processor is not PaliGemma's, or two answers are the same to it.
    """
    blank = Image.new("RGB", (8, 8))
    rows = [
        processor(images=[blank], text=[f"<image>{question}"], suffix=[answer])
        for answer in answers
    ]
    if any("token_type_ids" not in row for row in rows):
        raise InputError("the processor tells no token_type_ids: it is not one of PaliGemma")
    ids = [np.asarray(row["input_ids"][0], np.int64) for row in rows]
    types = [np.asarray(row["token_type_ids"][0], np.int64) for row in rows]
    if len({row.tobytes() for row in ids}) < len(answers):
        raise InputError(f"two of the answers are the same tokens: {', '.join(answers)}")
    longest, (n_prompt,) = max(map(len, ids)), {int((row == 0).sum()) for row in types}

    def padded(values: list[np.ndarray[Any, Any]], filler: int) -> Tensor:
        filled = [np.pad(row, (0, longest - len(row)), constant_values=filler) for row in values]
        return torch.from_numpy(np.stack(filled))

    return AnswerTokens(
        padded(ids, int(processor.tokenizer.pad_token_id)),
        padded([np.ones_like(row) for row in ids], 0),
        padded(types, 0),
        n_prompt,
    )

"""Questions about pictures as the Chat Completions interface has them: a text, one picture, and the
schema of the answer.
"""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from videoemo.config.asking import PictureSettings, ServerSettings
from videoemo.vlm.task import Task

__all__ = ["Question", "chat_request", "encode_picture", "label_question"]

# Characters of a token, about, of English text and JSON.
_CHARACTERS = 4


@dataclass(frozen=True)
class Question:
    """A question about one picture.

    Parameters
    ----------
    text : str
        What is asked, and how the answer has to look.
    jpeg : bytes
        The picture.
    schema_name : str
        The name of the schema.
    schema : dict of str to object
        JSON schema of the answer.
    """

    text: str
    jpeg: bytes
    schema_name: str
    schema: dict[str, Any]

    def tokens(self, settings: ServerSettings) -> int:
        """About how many tokens it takes, the longest answer included."""
        text = (len(self.text) + len(json.dumps(self.schema))) // _CHARACTERS
        return text + settings.tokens_per_picture + settings.max_tokens


def encode_picture(rgb: npt.NDArray[np.uint8], settings: PictureSettings) -> bytes:
    """Encode a picture as JPEG, the same bytes for the same picture: without metadata, colours at
    full resolution, and no larger than the settings say.

    Parameters
    ----------
    rgb : uint8 (h, w, 3)
        The picture.
    settings : PictureSettings
        Its longest side and its quality; it is never enlarged.
    """
    picture = Image.fromarray(np.ascontiguousarray(rgb))
    share = settings.side / max(picture.size)
    if share < 1:
        width, height = (max(1, round(share * side)) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=None)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=settings.quality, subsampling=0)
    return file.getvalue()


def label_question(task: Task, jpeg: bytes) -> Question:
    """The question of a task about a picture."""
    words = [*task.words, task.unsure]
    return Question(
        text=(
            f"{task.question} Answer with exactly one of: {', '.join(words)}. "
            'Reply as JSON: {"label": "..."}'
        ),
        jpeg=jpeg,
        schema_name="label",
        schema={
            "type": "object",
            "properties": {"label": {"type": "string", "enum": words}},
            "required": ["label"],
            "additionalProperties": False,
        },
    )


def chat_request(
    question: Question, model: str, settings: ServerSettings, *, schema: bool = True
) -> dict[str, Any]:
    """The body of a request of Chat Completions.

    Parameters
    ----------
    question : Question
        What is asked.
    model : str
        The model, as the server calls it.
    settings : ServerSettings
        The longest answer, and the temperature.
    schema : bool, default=True
        Whether the server is given the schema; a few servers know none.
    """
    picture = "data:image/jpeg;base64," + base64.b64encode(question.jpeg).decode()
    request: dict[str, Any] = {
        "model": model,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": question.text},
                    {"type": "image_url", "image_url": {"url": picture}},
                ],
            }
        ],
        settings.tokens_key: settings.max_tokens,
    }
    if settings.temperature is not None:
        request["temperature"] = settings.temperature
    if schema:
        # Nested: llama.cpp ignores the flat form without a word.
        named = {"name": question.schema_name, "strict": True, "schema": question.schema}
        request["response_format"] = {"type": "json_schema", "json_schema": named}
    return request

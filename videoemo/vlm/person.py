"""Which numbered person fits a description: the question, and its answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from videoemo.vlm.asking import Question
from videoemo.vlm.numbering import MOST_NUMBERS
from videoemo.vlm.reading import read_number

__all__ = ["person_question", "read_person"]

_FIELD = "person"
# Why there is no answer where none of the numbers was shown.
_NOT_SHOWN = "a number that is not shown"


def person_question(description: str, numbers: Sequence[int], jpeg: bytes) -> Question:
    """The question who fits a description, about a picture in which faces are numbered.

    Parameters
    ----------
    description : str
        As it was given.
    numbers : sequence of int
        The numbers shown, of which or 0 the answer is one.
    jpeg : bytes
        The picture.
    """
    *others, last = map(str, numbers)
    marked = (
        f"Faces in this picture are marked with boxes and the numbers {', '.join(others)} and "
        if others
        else "One face in this picture is marked with a box and the number "
    )
    return Question(
        text=(
            f"{marked}{last}. Which number marks the person described here: "
            f"{json.dumps(description, ensure_ascii=False)}? Answer 0 if nobody marked fits, or if "
            f'you cannot tell. Reply as JSON: {{"{_FIELD}": NUMBER}}'
        ),
        jpeg=jpeg,
        schema_name=_FIELD,
        schema={
            "type": "object",
            "properties": {_FIELD: {"type": "integer", "enum": [0, *numbers]}},
            "required": [_FIELD],
            "additionalProperties": False,
        },
    )


def read_person(reply: Mapping[str, Any], track_of: Mapping[int, int]) -> tuple[int | None, str]:
    """Read which person a model names.

    Parameters
    ----------
    reply : mapping of str to object
        The JSON of the server.
    track_of : mapping of int to int
        The track behind each number shown.

    Returns
    -------
    tuple of (int or None) and str
        The track, None for nobody; and why there is no answer, empty where there is one. A number
        that was not shown is none.
    """
    number, reason = read_number(reply, _FIELD, most=MOST_NUMBERS)
    if number and number not in track_of:
        return None, _NOT_SHOWN
    return (track_of[number] if number else None), reason

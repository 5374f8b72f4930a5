"""Replies of a Chat Completions server read strictly: an answer, or why there is none.

What a server promises to enforce is checked here all the same: schemas are ignored by some. Nothing
is guessed: of two answers none counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from videoemo.vlm.task import Task, normalise

__all__ = [
    "FILTERED",
    "NO_ANSWER",
    "NO_JSON",
    "REFUSED",
    "TRUNCATED",
    "UNPARSEABLE",
    "UNSURE",
    "is_reply",
    "read_label",
    "read_number",
    "reply_text",
]

# Why there is no answer. A server that could not be asked has `NO_ANSWER`, with why.
REFUSED, FILTERED, TRUNCATED = "refused", "filtered", "truncated"
UNSURE, UNPARSEABLE = "unsure", "unparseable"
NO_ANSWER = "no answer"
NO_JSON = f"{NO_ANSWER}: no JSON"

_FINISHED = {"length": TRUNCATED, "content_filter": FILTERED}
# What some models write before they answer.
_THOUGHT = re.compile(r"\A\s*<think>.*?</think>", re.S)
# Characters of a text that are searched for JSON: an answer has less than a hundred.
_MOST = 20_000


def is_reply(content: object) -> bool:
    """Whether JSON is a chat completion, of which an answer can be read."""
    if not isinstance(content, Mapping):
        return False
    choices = content.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, Mapping) and isinstance(first.get("message"), Mapping)


def reply_text(reply: Mapping[str, Any]) -> tuple[str, str]:
    """Text of a chat completion, and why it has none that counts.

    Parameters
    ----------
    reply : mapping of str to object
        The JSON of the server.

    Returns
    -------
    tuple of str and str
        The text, and an empty reason; or an empty text, and the reason.
    """
    if not is_reply(reply):
        return "", NO_JSON
    choice = reply["choices"][0]
    message, finished = choice["message"], choice.get("finish_reason")
    if message.get("refusal"):
        return "", REFUSED
    if isinstance(finished, str) and finished in _FINISHED:
        return "", _FINISHED[finished]
    text = _THOUGHT.sub("", _joined(message.get("content"))).strip()
    return (text, "") if text else ("", UNPARSEABLE)


def read_label(reply: Mapping[str, Any], task: Task) -> tuple[int | None, str]:
    """Read which class a model answers.

    It stands in the field `label` of a JSON object, which may stand among other text; or the text
    is the name of a class and nothing else.

    Parameters
    ----------
    reply : mapping of str to object
        The JSON of the server.
    task : Task
        What was asked.

    Returns
    -------
    tuple of (int or None) and str
        The number of the class, and an empty reason; or None, and the reason.
    """
    text, reason = reply_text(reply)
    if reason:
        return None, reason
    given = _fields(text, "label")
    said = {normalise(one) for one in given if isinstance(one, str)}
    if given and (len(said) != 1 or not all(isinstance(one, str) for one in given)):
        return None, UNPARSEABLE
    # Text with a bracket was meant to be JSON.
    if not given and re.search(r"[{}\[\]]", text):
        return None, UNPARSEABLE
    word = said.pop() if said else normalise(text)
    if word == normalise(task.unsure):
        return None, UNSURE
    words = [normalise(one) for one in task.words]
    return (words.index(word), "") if word in words else (None, UNPARSEABLE)


def read_number(reply: Mapping[str, Any], key: str, *, most: int) -> tuple[int | None, str]:
    """Read a whole number from 0, such as that of a person, from the JSON object in a reply.

    Parameters
    ----------
    reply : mapping of str to object
        The JSON of the server.
    key : str
        The field of the object.
    most : int
        The largest number that was offered.

    Returns
    -------
    tuple of (int or None) and str
        The number, and an empty reason; or None, and the reason.
    """
    text, reason = reply_text(reply)
    if reason:
        return None, reason
    given = _fields(text, key)
    if not given and re.fullmatch("[0-9]{1,4}", text):
        given = [int(text)]
    # True is 1 to Python.
    fits = all(type(one) is int and 0 <= one <= most for one in given)
    return (given[0], "") if fits and len(set(given)) == 1 else (None, UNPARSEABLE)


def _joined(content: object) -> str:
    """The text of a message, which some servers give in parts."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _fields(text: str, key: str) -> list[Any]:
    """The values of a field in all JSON objects of a text, one that is repeated each time."""
    return [value for pairs in _objects(text[:_MOST]) for name, value in pairs if name == key]


def _objects(text: str) -> Iterator[list[tuple[str, Any]]]:
    """The JSON objects in a text, outermost ones, as pairs of names and values."""
    decoder = json.JSONDecoder(object_pairs_hook=_Pairs)
    start = text.find("{")
    while start >= 0:
        end = start + 1
        try:
            found, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            pass
        else:
            yield found
        start = text.find("{", end)


class _Pairs(list[tuple[str, Any]]):
    """The fields of an object, in order: one that is there twice stays so."""

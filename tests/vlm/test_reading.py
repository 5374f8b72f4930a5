from __future__ import annotations

from typing import Any

import pytest

from videoemo.vlm.reading import (
    FILTERED,
    NO_JSON,
    REFUSED,
    TRUNCATED,
    UNPARSEABLE,
    UNSURE,
    read_label,
    read_number,
)
from videoemo.vlm.task import Task

TASK = Task(question="What?", classes=("anger", "happiness"), answers=("angry", "happy"))


def reply(content: object, *, finish: str = "stop", **message: object) -> dict[str, Any]:
    message["content"] = content
    return {"choices": [{"finish_reason": finish, "message": message}]}


@pytest.mark.parametrize(
    "content",
    [
        '{"label": "happy"}',
        '```json\n{"label": "Happy"}\n```',
        'Sure! {"label": "happy."} Anything else?',
        '{"label": "happy"} that is {"label": "happy"}',
        '<think>{"label": "angry"}? No.</think>{"label": "happy"}',
        "Happy.",
        '"happy"',
        [{"type": "text", "text": '{"label": '}, {"type": "text", "text": '"happy"}'}],
    ],
)
def test_a_class_is_read_wherever_it_stands_alone(content: object) -> None:
    assert read_label(reply(content), TASK) == (1, "")


@pytest.mark.parametrize(
    "content",
    [
        '{"label": "angry"} or {"label": "happy"}',
        '{"label": "angry", "label": "happy"}',
        '{"label": ["happy"]}',
        '{"label": true}',
        '{"label": "happiness"}',
        '{"label": "happy',
        '{"answer": "happy"}',
        "not happy",
        "angry or happy",
        "",
        None,
        7,
        "{" * 20_000,
        '{"a":' * 5_000,
    ],
)
def test_what_is_no_class_alone_is_no_answer(content: object) -> None:
    assert read_label(reply(content), TASK) == (None, UNPARSEABLE)


def test_who_cannot_or_will_not_answer_is_told_apart() -> None:
    whole = '{"label": "happy"}'
    assert read_label(reply('{"label": "unsure"}'), TASK) == (None, UNSURE)
    assert read_label(reply(whole, refusal="no"), TASK) == (None, REFUSED)
    assert read_label(reply(whole, finish="length"), TASK) == (None, TRUNCATED)
    assert read_label(reply(whole, finish="content_filter"), TASK) == (None, FILTERED)


@pytest.mark.parametrize(
    "content", [{}, {"choices": []}, {"choices": [1]}, {"choices": [{"message": "happy"}]}, []]
)
def test_json_that_is_no_completion_is_no_answer(content: Any) -> None:
    assert read_label(content, TASK) == (None, NO_JSON)


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ('{"person": 3}', 3),
        ('{"person": 0}', 0),
        ("2", 2),
        ('{"person": 4}', None),
        ('{"person": -1}', None),
        ('{"person": true}', None),
        ('{"person": 1.0}', None),
        ('{"person": "1"}', None),
        ('{"person": 1} {"person": 2}', None),
        ("person 1", None),
    ],
)
def test_a_number_is_one_that_was_offered(content: str, number: int | None) -> None:
    reason = "" if number is not None else UNPARSEABLE
    assert read_number(reply(content), "person", most=3) == (number, reason)

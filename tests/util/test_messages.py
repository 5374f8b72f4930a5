from __future__ import annotations

from pathlib import Path

import pytest

from videoemo.util.messages import brief, reason_of, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\x1b[31m\n", r"'a\x1b[31m\n'"),
        ("x" * 10**6, "'" + "x" * 199 + "..."),
        ([1] * 10**6, "[" + "1, " * 20 + "...]"),
        (10**400, "1" + "0" * 199 + "..."),
        (None, "None"),
    ],
    ids=["control characters", "long text", "long list", "long number", "none"],
)
def test_a_value_is_shown_in_200_brief_characters(value: object, text: str) -> None:
    assert shown(value) == text


def test_text_is_shown_without_quotes() -> None:
    assert brief("it's\r\x1b" + "x" * 300) == r"it's\x0d\x1b" + "x" * 194 + "..."


def test_the_reason_of_an_error_of_the_system_is_its_words(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as told:
        (tmp_path / "a").read_text()
    assert reason_of(told.value) == "No such file or directory"

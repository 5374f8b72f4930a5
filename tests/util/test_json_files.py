from __future__ import annotations

import json
from pathlib import Path

import pytest

from videoemo.util.json_files import parse_json, read_object


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"a": [1, 2.5, None, True, "ü"], "b": {"c": []}},
        {"name": "caf\udce9.jpg"},
        {"n": 10**19 - 1},
    ],
    ids=["empty", "all kinds", "a file's name that is not UTF-8", "19 digits"],
)
def test_what_is_ours_comes_back(content: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(content))
    assert read_object(tmp_path / "a.json") == content


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"\xff", "can't decode byte 0xff"),
        (b"\xff\xfe{\0}\0", "can't decode byte 0xff"),
        (rb'["\ud800"]', r"0: expected Unicode, got '\\ud800'"),
        (rb'{"\udfff": 1}', r"expected Unicode, got '\\udfff'"),
        (b"[NaN]", "0: expected a finite number of at most 19 digits, got NaN"),
        (
            b'{"a": [1, {"b": -Infinity}]}',
            "a.1.b: expected a finite number of at most 19 digits, got -Infinity",
        ),
        (b"1e999", "expected a finite number of at most 19 digits, got 1e999"),
        (b"[1" + b"0" * 400 + b"]", "0: expected a finite number of at most 19 digits, got 10000"),
        (b"[1" + b"0" * 5000 + b"]", "0: expected a finite number of at most 19 digits, got 10000"),
        (b"[" * 34 + b"]" * 34, "within each other, more than 32 deep"),
        (b"[" * 10**6 + b"]" * 10**6, "within each other, more than 32 deep"),
        (b'{"a":' * 10**5, "within each other, more than 32 deep"),
        (b" " * (2**24 + 1), "more than 16,777,216 bytes of JSON"),
    ],
    ids=lambda given: str(given)[:20],
)
def test_what_nobody_could_use_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as told:
        parse_json(data)
    assert len(str(told.value)) < 300


def test_an_object_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[1]")
    with pytest.raises(ValueError, match=r"expected a JSON object, got \[1\]"):
        read_object(tmp_path / "a.json")

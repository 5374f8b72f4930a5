"""Heads: what they are called, and what they may not be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.heads import heads
from tests.support.rows import rows
from tests.support.tiny_networks import card_of
from videoemo.tables.tracks import write_tracks
from videoemo.tables.videos import write_videos
from videoemo.zoo.cards import card_to_toml, find_card
from videoemo.zoo.heads import Head

EXPRESSION: dict[str, Any] = {"name": "expression", "kind": "classes", "labels": ("calm", "tense")}
VALENCE: dict[str, Any] = {"name": "valence", "kind": "value", "low": -1.0, "high": 1.0}
EMBEDDING: dict[str, Any] = {"name": "embedding", "kind": "embedding", "size": 64}
GENDER: dict[str, Any] = {
    "name": "gender",
    "kind": "binary",
    "labels": ("female", "male"),
    "threshold": 0.6,
}
AGE: dict[str, Any] = {"name": "age", "kind": "expected", "size": 100, "most_probable": 2}
ETHNICITY: dict[str, Any] = {"name": "ethnicity", "kind": "classes", "labels": ("a", "b", "other")}


@pytest.mark.parametrize(
    ("head", "columns"),
    [(EXPRESSION, ("calm", "tense")), (VALENCE, ("valence",)), (EMBEDDING, ())],
    ids=lambda given: given["name"] if isinstance(given, dict) else "",
)
def test_a_raw_output_is_a_column(head: dict[str, Any], columns: tuple[str, ...]) -> None:
    made = Head(**head)
    assert (made.columns, made.width) == (columns, len(columns))


@pytest.mark.parametrize(
    ("head", "columns", "width"),
    [(AGE, ("age",), 100), (GENDER, ("gender",), 1), (ETHNICITY, (), 3)],
    ids=["age", "gender", "ethnicity"],
)
def test_an_attribute_has_one_column_or_none(
    head: dict[str, Any], columns: tuple[str, ...], width: int
) -> None:
    made = Head(**head)
    assert (made.columns, made.width, made.is_attribute) == (columns, width, True)


@pytest.mark.parametrize(
    ("head", "changes", "message"),
    [
        (EXPRESSION, {"labels": ()}, "expression: a head of kind classes has to have labels"),
        (EXPRESSION, {"low": 0.0}, "expression: a head of kind classes has no low"),
        (EXPRESSION, {"size": 2}, "expression: a head of kind classes has no size"),
        (EXPRESSION, {"labels": ("a", "a")}, "expression: expected different labels, got 'a, a'"),
        (
            EXPRESSION,
            {"labels": ("a,b",)},
            "expected a name of at most 100 characters without commas and quotes, got 'a,b'",
        ),
        (EXPRESSION, {"labels": ("yaw",)}, "expression: the tables have a column 'yaw' already"),
        (VALENCE, {"high": None}, "valence: a head of kind value has to have high"),
        (VALENCE, {"labels": ("low",)}, "valence: a head of kind value has no labels"),
        (
            VALENCE,
            {"low": 1.0},
            "valence: expected low below high, within 1,000,000 of 0, got 1.0 and 1.0",
        ),
        (
            VALENCE,
            {"low": float("nan")},
            "valence: expected low below high, within 1,000,000 of 0, got nan and 1.0",
        ),
        (
            VALENCE,
            {"high": float("inf")},
            "valence: expected low below high, within 1,000,000 of 0, got -1.0 and inf",
        ),
        (VALENCE, {"kind": "number"}, "kind is one of classes, value, binary, expected, embedding"),
        (
            VALENCE,
            {"name": ""},
            "expected a name of at most 100 characters without commas and quotes, got ''",
        ),
        (
            VALENCE,
            {"name": "a\nb"},
            "expected a name of at most 100 characters without commas and quotes, got 'a.nb'",
        ),
        (VALENCE, {"name": "dominant"}, "dominant: the tables have a column 'dominant' already"),
        (EMBEDDING, {"size": None}, "embedding: a head of kind embedding has to have size"),
        (EMBEDDING, {"size": 0}, "embedding: expected a size from 1 to 1,000,000, got 0"),
        (EMBEDDING, {"high": 1.0}, "embedding: a head of kind embedding has no high"),
        (
            GENDER,
            {"labels": ("a", "b", "c")},
            "gender: a head of kind binary has two labels, got 3",
        ),
        (GENDER, {"threshold": None}, "gender: a head of kind binary has to have threshold"),
        (GENDER, {"threshold": 1.5}, "gender: expected a threshold 0 to 1, got 1.5"),
        (AGE, {"most_probable": 0}, "age: expected most_probable from 1 to its size, 100, got 0"),
        (AGE, {"most_probable": 101}, "age: expected most_probable from 1 to its size, 100, got"),
        (AGE, {"low": 0.0}, "age: a head of kind expected has no low"),
        (ETHNICITY, {"size": 3}, "ethnicity: a head of kind classes has no size"),
    ],
)
def test_nonsense_is_refused_in_one_line(
    head: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        Head(**(head | changes))
    assert len(str(caught.value).splitlines()) == 1


def test_no_head_has_a_name_that_the_tables_use(tmp_path: Path) -> None:
    table = rows([(0, 0.0, 0, 0.5)])
    write_tracks(table, tmp_path / "tracks.csv", series=table)
    write_videos([], (), tmp_path / "videos.csv", scores=())
    lines = [(tmp_path / name).read_text().splitlines()[0] for name in ("tracks.csv", "videos.csv")]
    used = {*table.to_arrow().column_names, *",".join(lines).split(",")} - {*table.classes}
    for name in used:
        with pytest.raises(ValueError, match=f"the tables have a column {name!r} already"):
            Head(**(VALENCE | {"name": name}))


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ((Head(**EXPRESSION),), "expected one head of kind embedding, 'embedding', got none"),
        (
            (Head(**EXPRESSION), Head(**EXPRESSION), Head(**EMBEDDING)),
            "expected different names, got",
        ),
        (
            (Head(**(VALENCE | {"name": "expression"})), Head(**EMBEDDING)),
            "expression is of kind classes, got value",
        ),
        (heads(("calm",), size=64, values=("calm",)), "expected different names, got 'calm' twice"),
        (
            heads(("calm",), size=64, values=("embedding",)),
            "expected different names, got 'embedding' twice",
        ),
    ],
)
def test_a_card_has_one_of_each_that_is_needed(outputs: tuple[Head, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        card_of("tiny.onnx", outputs=outputs)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hidden": 0}, "hidden: allowed are whole numbers from 1 to 65536, got 0"),
        ({"hidden": 8, "outputs": heads(("calm",), size=64)}, "a hidden layer is, come last; got"),
        (
            {"hidden": 8, "outputs": (Head(**AGE), *heads(("calm",), size=64))},
            "come last; got 'age, expression, embedding'",
        ),
        ({"hidden": 8, "file": "tiny.onnx"}, "hidden: allowed are networks in safetensors"),
    ],
)
def test_a_hidden_layer_is_for_attributes_that_come_last(
    given: dict[str, Any], message: str
) -> None:
    outputs = (*heads(("calm",), size=64), Head(**AGE))
    with pytest.raises(ValueError, match=message):
        card_of(**({"file": "tiny.safetensors", "outputs": outputs} | given))


def test_a_card_of_attributes_is_written_as_it_was_read(tmp_path: Path) -> None:
    outputs = (*heads(("calm",), size=64), Head(**AGE), Head(**GENDER), Head(**ETHNICITY))
    card = card_of("tiny.safetensors", outputs=outputs, hidden=256)
    (tmp_path / "tiny.toml").write_text(card_to_toml(card), encoding="utf-8")
    assert find_card(str(tmp_path / "tiny.toml"))[0] == card
    assert card.attribute_names == ("age", "gender", "ethnicity")


def test_a_value_of_any_range_is_written_as_it_was_read(tmp_path: Path) -> None:
    card = card_of("tiny.onnx")
    age = Head(name="age", kind="value", low=0.0, high=120.0)
    aged = replace(card, outputs=(*card.outputs, age))
    (tmp_path / "aged.toml").write_text(card_to_toml(aged), encoding="utf-8")
    assert find_card(str(tmp_path / "aged.toml"))[0] == aged

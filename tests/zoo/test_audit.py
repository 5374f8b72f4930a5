"""Figures by groups of people on a card."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.commands import Run
from tests.support.tiny_networks import card_of
from videoemo.errors import RecipeError
from videoemo.zoo.audit import AuditRow
from videoemo.zoo.cards import card_to_toml, find_card

ALL = AuditRow(
    data="made-up faces",
    label="happiness",
    people=40,
    faces=60,
    recall=(0.9, 0.8, 0.96),
    auc=(0.98, 0.95, 1.0),
    calibration=(-0.05, -0.1, 0.0),
)
MEN = replace(
    ALL, by="gender", group='the "men"', people=9, faces=10, recall=(0.5,), auc=(), calibration=()
)


def written(folder: Path, *rows: AuditRow) -> Path:
    path = folder / "tiny.toml"
    path.write_text(card_to_toml(card_of("tiny.onnx", audit=rows)), encoding="utf-8")
    return path


def test_a_card_has_a_row_a_line_and_reads_them_back(tmp_path: Path) -> None:
    path = written(tmp_path, ALL, MEN)
    assert find_card(str(path))[0] == card_of("tiny.onnx", audit=(ALL, MEN))
    assert sum("made-up faces" in line for line in path.read_text().splitlines()) == 2


def test_tables_do_as_well(tmp_path: Path) -> None:
    path = written(tmp_path)
    row = 'data = "a"\nlabel = "happiness"\npeople = 5\nfaces = 5\nrecall = [1.0]\n'
    text = path.read_text() + f"\n[[audit]]\n{row}auc = []\ncalibration = [0.0]\n"
    path.write_text(text, encoding="utf-8")
    assert find_card(str(path))[0].audit[0].recall == (1.0,)


def test_models_show_prints_them(tmp_path: Path, videoemo: Run) -> None:
    status, out, _ = videoemo("models", "show", written(tmp_path, ALL, MEN))
    assert status == 0
    *_, data, head, everybody, men = out.splitlines()
    assert data == "made-up faces, with 95 % intervals over people"
    assert head.split()[:3] == ["people", "faces", "recall"]
    assert everybody.split("  ")[0] == "happiness"
    assert "90.0 (80.0 to 96.0)" in everybody
    assert men.split() == [*["gender", "the", '"men"', "9", "10", "50.0", "none", "none"]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"people": 4}, "audit: people: allowed are whole numbers from 5, got 4"),
        ({"faces": 39}, "audit: faces: allowed are at least one a person, 40, got 39"),
        ({"recall": (0.9, 0.8)}, r"audit: recall: allowed are a value from 0 to 1, or it and"),
        ({"calibration": (-2.0,)}, "audit: calibration: allowed are a value from -1 to 1"),
        ({"auc": (math.nan,)}, "audit: auc: allowed are a value from 0 to 1"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(ALL, **changes)  # type: ignore[arg-type]


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, ALL)
    path.write_text(path.read_text().replace("people = 40, ", ""), encoding="utf-8")
    with pytest.raises(RecipeError, match="missing 'people'"):
        find_card(str(path))

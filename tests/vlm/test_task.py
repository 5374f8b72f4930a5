from __future__ import annotations

from pathlib import Path

import pytest

from videoemo.errors import RecipeError
from videoemo.labels import AFFECTNET_8
from videoemo.vlm.task import Task, load_labelling, load_task


def test_the_default_asks_for_the_expressions_of_our_networks() -> None:
    assert load_task().classes == AFFECTNET_8
    assert not load_task().protected


def test_the_affect_of_a_group_is_asked_of_whole_frames() -> None:
    settings = load_labelling("affect")
    assert (settings.task.sees, settings.server.workers) == ("frame", 4)
    assert not settings.task.protected


def test_a_file_of_ones_own_needs_no_more_than_its_task(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[task]\nquestion = "Is the mouth open?"\nclasses = ["no", "yes"]\n')
    settings = load_labelling(str(path))
    assert settings.task.words == ("no", "yes")
    assert settings.picture.side == 256


@pytest.mark.parametrize(
    "keys",
    [
        'classes = ["a"]',
        'classes = ["a", "a"]',
        'classes = ["a", "A."]',
        'classes = ["a", "unsure"]',
        'classes = ["a", "b"]\nanswers = ["x"]',
        'classes = ["a", "?"]',
    ],
)
def test_classes_that_cannot_be_told_apart_are_refused(tmp_path: Path, keys: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'[task]\nquestion = "What?"\n{keys}\n')
    with pytest.raises(RecipeError, match=r"classes|answers"):
        load_labelling(str(path))


def test_a_task_that_hides_them_in_its_classes_is_recognised() -> None:
    assert Task(question="What is it?", classes=("female", "male")).protected == "gender"
    answers = ("black", "white")
    assert Task(question="What?", classes=("a", "b"), answers=answers).protected == "race"

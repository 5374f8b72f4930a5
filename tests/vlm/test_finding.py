"""The described person is found by a model that looks, and nobody by one that does not."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.support.results import MadeUp, write_results
from tests.support.shirts import ALL, OTHERS, Person, Picture, look, write_people
from videoemo.config.finding import load_finding
from videoemo.errors import InputError
from videoemo.results import VideoResults, load_results
from videoemo.vlm.asking import Question
from videoemo.vlm.finding import Asker, Finding, find_person
from videoemo.vlm.server import Reply

CLIPS = {
    "four.mp4": [
        Person("green", ALL, {0: 0}),
        Person("red", ALL, {0: 1}),
        Person("blue", ALL, {0: 2}),
        Person("yellow", range(12), {0: 3}),  # leaves
    ],
    **OTHERS,
}
TRUTH = {
    "red": {
        "four.mp4": (1,),
        "cross.mp4": (1,),
        "cut.mp4": (0, 3),
        "one.mp4": (0,),
        "many.mp4": (13,),
    },
    "blue": {"four.mp4": (2,), "cross.mp4": (0,), "cut.mp4": (1,)},
    "green": {"four.mp4": (0,), "cut.mp4": (2,)},
    "yellow": {"four.mp4": (3,)},
    "purple": {},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, VideoResults]:
    folder = tmp_path_factory.mktemp("shirts")
    made = {name: write_people(folder / name, people) for name, people in CLIPS.items()}
    return {one.name: one for one in load_results(write_results(folder / "out", made)).scored}


def says(answer: Callable[[str, Picture], object]) -> Asker:
    """A model of whose reply there is nothing but the text."""

    def ask(questions: Iterator[Question]) -> Iterator[Reply]:
        for question in questions:
            rgb = np.asarray(Image.open(io.BytesIO(question.jpeg)).convert("RGB"))
            message = {"role": "assistant", "content": str(answer(question.text, rgb))}
            yield Reply({"choices": [{"message": message, "finish_reason": "stop"}]})

    return ask


def find(one: VideoResults, shirt: str, ask: Asker) -> Finding:
    return find_person(one, f"the person in the {shirt} shirt", load_finding(), ask)


@pytest.mark.parametrize("shirt", TRUTH)
def test_who_is_described_is_found_and_nobody_else(
    results: dict[str, VideoResults], shirt: str
) -> None:
    looks = says(lambda text, rgb: f'{{"person": {look(text, rgb)}}}')
    asked = {name: one for name, one in results.items() if shirt == "red" or name != "many.mp4"}
    found = {name: find(one, shirt, looks).verdict.tracks for name, one in asked.items()}
    assert {name: tracks for name, tracks in found.items() if tracks} == TRUTH[shirt]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ('{"person": 1}', None),
        ('{"person": 5}', None),
        ('{"person": 0}', "nobody fits"),
        ('{"person": 99}', "no answer"),
        ('{"person": true}', "no answer"),
        ('{"person": "Anna"}', "no answer"),
        ("It is probably number 1 or 2.", "no answer"),
        ("<html>", "no answer"),
    ],
)
def test_a_model_that_does_not_look_finds_nobody(
    results: dict[str, VideoResults], answer: str, reason: str | None
) -> None:
    for one in (results["four.mp4"], results["cut.mp4"], results["one.mp4"]):
        verdict = find(one, "red", says(lambda *_: answer)).verdict
        assert verdict.tracks == ()
        assert verdict.reason
        if reason is not None:
            assert verdict.reason == reason


def test_the_lowest_of_the_numbers_shown_finds_nobody_where_there_are_two(
    results: dict[str, VideoResults],
) -> None:
    lowest = says(lambda text, _: min(re.findall(r"\d", text.split(".")[0])))
    found = {name: find(one, "red", lowest) for name, one in results.items()}
    # One person alone cannot be told from another, and that is said.
    alone = found.pop("one.mp4")
    assert alone.verdict.tracks == (0,)
    assert alone.remark == "only one person: nobody else could be named"
    assert {name: one.verdict.tracks for name, one in found.items()} == dict.fromkeys(found, ())


def test_why_nobody_was_asked_is_said(results: dict[str, VideoResults]) -> None:
    found = find(results["none.mp4"], "red", says(lambda *_: "0"))
    assert (found.verdict.reason, found.asked) == ("no face", ())


def test_of_fifteen_persons_each_is_numbered_often_enough(
    results: dict[str, VideoResults],
) -> None:
    found = find(results["many.mp4"], "red", says(lambda *_: "0"))
    assert all(len(each.frame.tracks) == 9 for each in found.asked)
    assert found.remark == ""


def test_failures_of_the_server_are_counted(results: dict[str, VideoResults]) -> None:
    def refuse(questions: Iterator[Question]) -> Iterator[Reply]:
        for _ in questions:
            yield Reply(None, "no answer: 503")

    found = find(results["four.mp4"], "red", refuse)
    assert found.verdict.reason == "no answer"
    assert found.remark == f"{len(found.asked)} frames without an answer: no answer: 503"


def test_a_video_that_is_gone_is_not_asked_about(
    results: dict[str, VideoResults], tmp_path: Path
) -> None:
    out = write_results(tmp_path / "out", {"a.mp4": MadeUp(results["one.mp4"].table)})
    with pytest.raises(InputError, match="no video"):
        find(load_results(out).video("a.mp4"), "red", says(lambda *_: "0"))

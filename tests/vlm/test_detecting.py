"""The described person is found by a local model's boxes; the answers are made up."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from eval.support.tiny_chat import write_tiny_chat
from eval.support.tiny_paligemma import write_tiny_paligemma
from tests.support.commands import Run
from tests.support.results import write_results
from tests.support.shirts import ALL, OTHERS, SHIRTS, SIDE, Person, Picture, write_people
from tests.support.vlm_extra import needs_vlm
from videoemo.config.finding import load_finding
from videoemo.results import VideoResults, load_results
from videoemo.vlm.finding import Detect, Finding, detect_person

CLIPS = {
    "leaves.mp4": [
        Person("green", ALL, {0: 0}),
        Person("red", range(12), {0: 1}),
        Person("blue", ALL, {0: 2}),
    ],
    **OTHERS,
}
TRUTH = {
    "red": [(1,), (1,), (0, 3), (0,), (), (13,)],
    "yellow": [(), (), (), (), (), ()],
}
REASONS = {"none.mp4": "no face"}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, VideoResults]:
    folder = tmp_path_factory.mktemp("shirts")
    made = {name: write_people(folder / name, people) for name, people in CLIPS.items()}
    return {one.name: one for one in load_results(write_results(folder / "out", made)).scored}


def looks(*, above: int, below: int) -> Detect:
    """A model that draws a box about who wears the shirt, from so far above it to so far below."""

    def detect(rgb: Picture, description: str) -> str | None:
        wanted = next(colour for name, colour in SHIRTS.items() if name in description)
        worn = np.abs(rgb.astype(int) - wanted).max(axis=2) < 40
        if worn.sum() < 1000:
            return ""
        rows, columns = np.flatnonzero(worn.any(axis=1)), np.flatnonzero(worn.any(axis=0))
        edges = rows[0] - above, columns[0] + 15, rows[0] + below, columns[-1] - 15
        height, width = rgb.shape[:2]
        steps = [
            round(edge / side * 1023)
            for edge, side in zip(edges, (height, width, height, width), strict=True)
        ]
        return "".join(f"<loc{step:04d}>" for step in steps) + " person"

    return detect


def find(one: VideoResults, shirt: str, detect: Detect) -> Finding:
    return detect_person(one, f"the person in the {shirt} shirt", load_finding(), detect)


@pytest.mark.parametrize("shirt", TRUTH)
@pytest.mark.parametrize("below", [0, 100])
def test_who_is_in_the_box_is_found(
    results: dict[str, VideoResults], shirt: str, below: int
) -> None:
    found = {
        name: find(one, shirt, looks(above=SIDE, below=below)) for name, one in results.items()
    }
    assert [found[name].verdict.tracks for name in CLIPS] == TRUTH[shirt]
    for name, one in found.items():
        if not one.verdict.tracks:
            assert one.verdict.reason == REASONS.get(name, "nobody fits")
    # No number has to be drawn for each: nobody is passed over.
    assert all(len(each.frame.tracks) == 15 for each in found["many.mp4"].asked)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("the left one", "unparseable"),
        (None, "truncated"),
        ("<loc0000><loc0000><loc1023><loc1023> person", "a box about several faces"),
        ("<loc1000><loc0000><loc1023><loc1023> person", "a box without a face"),
        ("<loc0000><loc0000><loc0000><loc0000>", "no box"),
    ],
)
def test_what_is_no_box_about_one_face_finds_nobody(
    results: dict[str, VideoResults], answer: str | None, why: str
) -> None:
    found = find(results["leaves.mp4"], "red", lambda *_: answer)
    assert (found.verdict.tracks, found.verdict.reason) == ((), "no answer")
    assert found.remark == f"{len(found.asked)} frames without an answer: {why}"


def test_boxes_about_two_persons_name_nobody(results: dict[str, VideoResults]) -> None:
    one = looks(above=SIDE, below=0)

    def both(rgb: Picture, description: str) -> str | None:
        return " ; ".join(filter(None, (one(rgb, "red"), one(rgb, "blue"))))

    assert "several boxes" in find(results["cross.mp4"], "red", both).remark


@needs_vlm
def test_a_model_that_has_learnt_nothing_is_asked_and_finds_nobody(
    videoemo: Run, tmp_path: Path
) -> None:
    clip = write_people(tmp_path / "two.mp4", CLIPS["cross.mp4"])
    out = write_results(tmp_path / "out", {"two.mp4": clip})
    base = write_tiny_paligemma(tmp_path / "tiny", width=32)
    # A description cannot bring tokens of its own.
    words = ("find", out, "the one in the red shirt <image> <loc0001>", "--local")
    assert videoemo(*words, base)[0] == 0
    with (out / "found.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["track"], row["reason"], row["asked"]) == ("", "no answer", "6")
    assert (out / "two.mp4" / "found.png").exists()
    record = json.loads((out / "found.json").read_text())
    assert (record["model"], "host" in record) == ("tiny", False)
    status, _, err = videoemo(*words, write_tiny_chat(tmp_path / "chat"))
    assert status == 1
    assert "a PaliGemma alone answers with boxes" in err


def test_a_server_or_a_model_is_asked(videoemo: Run, tmp_path: Path) -> None:
    for options, message in (
        ((), "give a server with --server and --vlm, or a model with --local"),
        (("--local", "x", "--dry-run"), "--dry-run: nothing is sent with --local"),
        (("--server", "http://localhost/v1"), "--vlm"),
    ):
        status, _, err = videoemo("find", tmp_path, "the red shirt", *options)
        assert status == 2
        assert message in err

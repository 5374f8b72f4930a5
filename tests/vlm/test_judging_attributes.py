"""Race, gender and age in `evaluate`: of groups that are large enough, and of no single person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.support.tiny_paligemma import write_tiny_paligemma
from tests.support import labelled_faces
from tests.support.chat_server import chat_server
from tests.support.commands import Run
from tests.support.vlm_extra import needs_timm, needs_vlm
from videoemo.labels import ETHNICITIES

WOMEN, MEN = 28, 22

pytestmark = needs_timm


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """50 faces, 28 women, 45 of 25 years, 30 of the first ethnicity, 20 of the second."""
    people = [
        (70 if number >= 45 else 25, int(number < WOMEN), int(number >= 30))
        for number in range(WOMEN + MEN)
    ]
    return labelled_faces.utkface(tmp_path_factory.mktemp("utkface"), people)


@pytest.fixture(scope="module")
def protocol(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of all its faces."""
    path = tmp_path_factory.mktemp("protocol") / "all.toml"
    text = Path("eval/protocols/utkface.toml").read_text(encoding="utf-8")
    path.write_text(text.split("[data]")[0] + '[data]\nkind = "utkface"\nvalid = "."\n')
    return path


def test_what_a_server_says_of_gender_is_told_of_groups_alone(
    videoemo: Run, root: Path, protocol: Path, tmp_path: Path
) -> None:
    command = ("evaluate", "--protocol", protocol, "--data", root, "--task", "gender")
    with chat_server(says=lambda _: '{"label": "female"}') as server:
        status, _, err = videoemo(
            *command, "--server", server.url, "--vlm", "m", "-o", tmp_path / "out"
        )
        assert (status, server.hits) == (0, WOMEN + MEN)
        # Nothing is kept of one person, in the cache neither.
        videoemo(*command, "--server", server.url, "--vlm", "m")
        assert server.hits == 2 * (WOMEN + MEN)
    assert "50 pictures of faces go to 127.0.0.1, this machine" in err
    (written,) = (tmp_path / "out").iterdir()
    report = json.loads(written.read_text())
    figures = report["figures"]
    assert (figures["faces"], figures["accuracy"], figures["uar"]) == (50, 0.56, 0.5)
    assert figures["ece"] is None
    groups = {(one["by"], one["group"]): one["right"][0] for one in report["groups"]}
    assert groups[("gender", "female")] == 1
    assert groups[("gender", "male")] == 0
    # 28 women are the first 28 faces; five people of 70 are too few.
    assert groups[("ethnicity", ETHNICITIES[0])] == pytest.approx(28 / 30, abs=1e-6)
    assert report["left_out"] == ["age 70 and over"]
    assert "confusion" not in figures


@needs_vlm
def test_race_is_asked_of_local_models_alone(
    videoemo: Run, root: Path, protocol: Path, tmp_path: Path
) -> None:
    command = ("evaluate", "--protocol", protocol, "--data", root, "--task", "race")
    with chat_server() as server:
        status, _, err = videoemo(*command, "--server", server.url, "--vlm", "m")
        assert (status, server.hits) == (2, 0)
    assert "docs/vlm.md" in err
    base = write_tiny_paligemma(tmp_path / "tiny", width=32)
    status, said, _ = videoemo(*command, "--local", base)
    assert status == 0
    assert "ECE" in said
    assert "left out: groups of fewer than 20 faces: age 70 and over" in said


def test_a_task_of_ones_own_says_what_the_answers_are_called(
    videoemo: Run, root: Path, protocol: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[task]\nquestion = "What is the gender?"\nclasses = ["male", "female"]\n'
        'answers = ["a man", "a woman"]\n'
    )
    command = ("evaluate", "--protocol", protocol, "--data", root, "--task", own)
    with chat_server(says=lambda _: '{"label": "a man"}') as server:
        status, said, _ = videoemo(*command, "--server", server.url, "--vlm", "m")
    assert status == 0
    assert "of all 44.00%" in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "say with --task which of them is asked for"),
        (("--task", "expression"), "say with --task which of them is asked for"),
        (("--task", "age", "--cache", "kept"), "--cache: no replies about the age"),
    ],
)
def test_what_is_asked_has_to_be_named(
    videoemo: Run, root: Path, protocol: Path, words: tuple[str, ...], message: str
) -> None:
    command = ("evaluate", "--protocol", protocol, "--data", root, *words)
    status, _, err = videoemo(*command, "--server", "http://localhost:1/v1", "--vlm", "m")
    assert status == 2
    assert message in err


def test_of_too_few_faces_nothing_is_told(
    videoemo: Run, root: Path, protocol: Path, tmp_path: Path
) -> None:
    few = labelled_faces.utkface(tmp_path, [(25, 0, 0)] * 10 + [(30, 1, 1)] * 9)
    command = ("evaluate", "--protocol", protocol, "--data", few, "--task", "gender")
    with chat_server() as server:
        status, _, err = videoemo(*command, "--server", server.url, "--vlm", "m")
        assert (status, server.hits) == (1, 0)
    assert "19 faces have a label of gender: of fewer than 20 nothing is told" in err

"""`find` asks about the frames of scored videos, and says who was found."""

from __future__ import annotations

import csv
import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.chat_server import ChatServer, chat_server, picture_in
from tests.support.commands import Run, start
from tests.support.results import MadeUp, write_results
from tests.support.shirts import Person, look, write_people
from videoemo.config.finding import load_finding
from videoemo.results import load_results

WORKERS = load_finding().server.workers
RED = "the person in the red shirt"
PEOPLE = [Person("blue", range(20), {0: 0}), Person("red", range(12), {0: 1})]


def looks(request: dict[str, Any]) -> str:
    text = request["messages"][0]["content"][0]["text"]
    return json.dumps({"person": look(text, picture_in(request))})


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    path = tmp_path_factory.mktemp("clip") / "two.mp4"
    return write_people(path, PEOPLE)


@pytest.fixture
def out(clip: MadeUp, tmp_path: Path) -> Path:
    return write_results(tmp_path / "out", {"two.mp4": clip})


Find = Callable[..., tuple[int, str, str]]


@pytest.fixture
def find(videoemo: Run) -> Find:
    def found(server: ChatServer, out: Path, description: str, *options: object) -> Any:
        words = ("find", out, description, "--server", server.url, "--vlm", "m")
        return videoemo(*words, "--cache", out.parent / "replies.sqlite", *options)

    return found


def rows(out: Path, name: str = "found.csv") -> list[dict[str, str]]:
    with (out / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_person_is_found_with_what_the_run_says_of_them(find: Find, out: Path) -> None:
    with chat_server(says=looks) as server:
        assert find(server, out, RED)[0] == 0
    (row,) = rows(out)
    assert (row["track"], row["reason"], row["remark"]) == ("1", "", "")
    assert [row[name] for name in ("votes", "shown", "asked", "answered")] == ["6"] * 4
    assert (row["first"], row["last"], row["frames"]) == ("0.000000", "2.200000", "12")
    assert (row["spans"], row["dominant"]) == ("0.000000-2.200000", "happiness")
    theirs = [one for one in load_results(out).video("two.mp4").episodes if one.track == 1]
    assert [one["expression"] for one in rows(out, "found_expressions.csv")] == [
        one.expression for one in theirs
    ]
    record = json.loads((out / "found.json").read_text())
    assert (record["model"], record["models_returned"]) == ("m", ["m-2026"])
    assert record["host"] == "127.0.0.1"
    with Image.open(out / "two.mp4" / "found.png") as picture:
        assert picture.size[0] > 900
    # No name, no path and no time goes with a picture.
    sent = json.dumps([body["messages"][0]["content"][0] for body in server.bodies])
    assert "two.mp4" not in sent


def test_a_second_run_asks_nothing_and_writes_the_same(find: Find, out: Path) -> None:
    with chat_server(says=looks) as server:
        find(server, out, RED)
        names = ("found.csv", "found_expressions.csv", "found.json", "two.mp4/found.png")
        before = [(out / name).read_bytes() for name in names]
        asked = server.hits
        find(server, out, RED, "--max-calls", "0")
        assert server.hits == asked
    assert [(out / name).read_bytes() for name in names] == before


def files(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def test_a_run_that_was_killed_goes_on_and_asks_nothing_twice_but_what_was_on_its_way(
    find: Find, clip: MadeUp, tmp_path: Path
) -> None:
    swapped = [Person("red", range(20), {0: 0}), Person("blue", range(12), {0: 1})]
    other = write_people(tmp_path / "swapped.mp4", swapped)
    out = write_results(tmp_path / "out", {"first.mp4": clip, "second.mp4": other})
    scored = files(out)
    on, answers = threading.Event(), itertools.count(1)

    def looks_seven_times(request: dict[str, Any]) -> str:
        # All six frames of the first video and one of the second.
        if next(answers) > 7:
            on.wait()
        return looks(request)

    with chat_server(says=looks_seven_times) as server:
        words = ("--server", server.url, "--vlm", "m", "--cache", tmp_path / "replies.sqlite")
        server.kill_asking(start("find", out, RED, *words), hits=7 + WORKERS)
        left = files(out)
        on.set()
        assert find(server, out, RED)[0] == 0
        assert (server.hits, len(server.seen)) == (12 + WORKERS, 12)
        assert sorted(server.seen.values()) == [1] * (12 - WORKERS) + [2] * WORKERS
        whole = files(out)
        find(server, out, RED, "--max-calls", "0")
    # What was begun was ended or is not there.
    assert left.keys() - scored.keys() == {"first.mp4/found.png"}
    assert left.items() <= whole.items() == files(out).items()
    assert [(row["video"], row["track"]) for row in rows(out)] == [
        ("first.mp4", "1"),
        ("second.mp4", "0"),
    ]


def says(text: str) -> Callable[[dict[str, Any]], str]:
    return lambda _: text


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"says": says('{"person": 1}')}, "no answer"),
        ({"says": says('{"person": 0}')}, "nobody fits"),
        ({"says": says('{"person": 99}')}, "no answer"),
        ({"says": says("Probably the left one.")}, "no answer"),
        ({"mishaps": {1: "refusal"}}, "no answer"),
        ({"mishaps": {1: "cut"}}, "no answer"),
    ],
)
def test_a_server_that_does_not_look_finds_nobody(
    find: Find, out: Path, how: dict[str, Any], reason: str
) -> None:
    with chat_server(**how) as server:
        status, said, _ = find(server, out, RED)
    assert status == 0
    (row,) = rows(out)
    assert row["track"] == ""
    assert row["reason"] == reason
    assert "found in 0 of 1 video" in said


def test_a_server_without_replies_ends_the_run(find: Find, out: Path) -> None:
    with chat_server(mishaps={1: "html"}) as server:
        status, _, err = find(server, out, RED)
    assert (status, (out / "found.csv").exists()) == (1, False)
    assert "no JSON" in err


def test_without_sending_it_is_said_what_would_be_sent(find: Find, out: Path) -> None:
    with chat_server(says=looks) as server:
        _, said, _ = find(server, out, RED, "--dry-run")
        assert server.hits == 0
    assert "6 calls for 6 frames" in said
    assert not (out / "found.csv").exists()


def test_no_more_calls_are_made_than_allowed(find: Find, out: Path) -> None:
    with chat_server(says=looks) as server:
        assert find(server, out, RED, "--max-calls", 2)[0] == 3
        assert server.hits == 2
    assert rows(out)[0]["reason"] == "no answer"


@pytest.mark.parametrize(
    "description", ["the old man", "the Asian woman", "a gender", "", "  ", "a\nb", "x" * 501]
)
def test_nobody_is_looked_for_by_race_gender_or_age(
    find: Find, out: Path, description: str
) -> None:
    with chat_server(says=looks) as server:
        assert find(server, out, description)[0] == 2
        assert server.hits == 0


def test_a_video_that_is_gone_is_a_row_with_the_reason(
    find: Find, clip: Any, tmp_path: Path
) -> None:
    gone = replace(clip, path=tmp_path / "gone.mp4")
    out = write_results(tmp_path / "out", {"gone.mp4": gone, "two.mp4": clip})
    with chat_server(says=looks) as server:
        assert find(server, out, RED)[0] == 3
    first, second = rows(out)
    assert (first["video"], first["reason"], second["track"]) == ("gone.mp4", "failed", "1")
    assert "no video at" in first["remark"]

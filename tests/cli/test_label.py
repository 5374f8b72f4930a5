"""`videoemo label`, with real servers on this machine that look at the pictures."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from eval.support.tiny_chat import write_tiny_chat
from tests.support.chat_server import chat_server, picture_in
from tests.support.coloured_people import EXPRESSIONS, N_PERSONS, write_people
from tests.support.commands import Run
from tests.support.results import MadeUp, two_persons, write_results
from tests.support.vlm_extra import needs_vlm
from videoemo.results import load_results

# Of each person.
N_PICTURES = 5


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write_people(tmp_path)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "replies.sqlite"


def persons(out: Path) -> list[dict[str, str]]:
    with (out / "labels.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def settings(folder: Path, *, workers: int = 4, pause: float = 0.01) -> Path:
    """The default ones, with others of the server."""
    path = folder / "mine.toml"
    text = Path("pipelines/label/expression.toml").read_text(encoding="utf-8")
    text = text.replace("workers = 4", f"workers = {workers}").replace(
        "pause = 0.5", f"pause = {pause}"
    )
    path.write_text(text, encoding="utf-8")
    return path


def test_every_person_is_labelled_as_the_server_sees_them(
    videoemo: Run, out: Path, cache: Path
) -> None:
    with chat_server() as server:
        words = ("label", out, "--server", server.url, "--vlm", "m", "--cache", cache)
        status, said, err = videoemo(*words)
        assert (status, server.hits) == (0, len(server.seen))  # some show the same
        assert f"{N_PICTURES * N_PERSONS} pictures for m at 127.0.0.1" in err
        first = (out / "a.mp4" / "labels.parquet").read_bytes(), (out / "labels.csv").read_bytes()
        assert videoemo(*words)[0] == 0
        assert server.hits == len(server.seen)
    assert f"{N_PICTURES * N_PERSONS} of {N_PICTURES * N_PERSONS} pictures answered" in said
    assert [one["label"] for one in persons(out)] == EXPRESSIONS
    assert {one["share"] for one in persons(out)} == {"1.000000"}
    assert first == (
        (out / "a.mp4" / "labels.parquet").read_bytes(),
        (out / "labels.csv").read_bytes(),
    )
    table = load_results(out).video("a.mp4").labels
    assert table is not None
    assert table.about["models_returned"] == ["m-2026"]
    assert table.labels == [EXPRESSIONS[track] for track in table.track.tolist()]
    about = json.loads((out / "labels.json").read_text())
    assert (about["model"], about["models_returned"], about["host"]) == (
        "m",
        ["m-2026"],
        "127.0.0.1",
    )
    assert (about["pictures"], about["answered"], about["reasons"]) == (100, 100, {})
    assert about["task"]["classes"] == list(table.classes)
    frame = load_results(out).labels
    assert frame["video"].tolist() == ["a.mp4"] * 100
    assert frame["label"].tolist() == table.labels
    assert frame["track"].tolist() == table.track.tolist()
    assert frame.loc[frame["label"] == "anger", "anger"].eq(1).all()
    assert frame.attrs["about"]["a.mp4"]["question"].startswith("Which facial expression")


def test_what_is_no_answer_is_counted(
    videoemo: Run, out: Path, cache: Path, tmp_path: Path
) -> None:
    mishaps = {2: "refusal", 3: "chatter"}
    with chat_server(mishaps=mishaps) as server:
        task = settings(tmp_path, workers=1)
        words = ("--vlm", "m", "--cache", cache, "--task", task)
        status, said, _ = videoemo("label", out, "--server", server.url, *words)
    assert status == 0
    assert "no answer: " in said
    assert "refused" in said
    for one, name in zip(persons(out), EXPRESSIONS, strict=True):
        assert one["label"] in ("", name)
        assert one["label"] or one["reasons"]


def test_affect_is_asked_of_whole_frames(videoemo: Run, out: Path, cache: Path) -> None:
    with chat_server() as server:
        words = ("--vlm", "m", "--cache", cache, "--task", "affect")
        assert videoemo("label", out, "--server", server.url, *words)[0] == 0
        assert picture_in(server.bodies[0]).shape == (256, 320, 3)
    (one,) = persons(out)
    # It answers expressions, which were not offered.
    assert (one["track"], one["label"], one["reasons"]) == ("", "", "unparseable 5")


def test_a_dry_run_sends_nothing_and_needs_no_consent(
    videoemo: Run, out: Path, cache: Path
) -> None:
    words = ("--vlm", "m", "--cache", cache, "--dry-run")
    with chat_server() as server:
        status, said, _ = videoemo("label", out, "--server", server.url, *words)
        assert (status, server.hits) == (0, 0)
    assert re.match(r"127\.0\.0\.1: \d+ calls for 100 pictures, [\d,]+ bytes", said)
    assert "tokens; nothing was sent" in said
    assert not (out / "labels.csv").exists()
    assert videoemo("label", out, "--server", "https://vlm.example/v1", *words)[0] == 0


def test_a_dry_run_tells_the_price_where_it_is_given(
    videoemo: Run, out: Path, cache: Path, tmp_path: Path
) -> None:
    path = settings(tmp_path)
    path.write_text(f"{path.read_text(encoding='utf-8')}price = 2.0\n", encoding="utf-8")
    words = ("--vlm", "m", "--cache", cache, "--dry-run", "--task", path)
    _, said, _ = videoemo("label", out, "--server", "https://vlm.example/v1", *words)
    tokens = re.search(r"about ([\d,]+) tokens, about ([\d.]+) at 2 a million", said)
    assert tokens is not None
    assert float(tokens[2]) == pytest.approx(int(tokens[1].replace(",", "")) * 2e-6, abs=1e-4)


def test_no_more_calls_than_allowed(videoemo: Run, out: Path, cache: Path) -> None:
    with chat_server() as server:
        words = ("--vlm", "m", "--cache", cache, "--max-calls", "2")
        status, said, _ = videoemo("label", out, "--server", server.url, *words)
        assert (status, server.hits) == (3, 2)
    assert "not asked" in said


def test_a_key_that_does_not_count_ends_it_in_one_line(
    videoemo: Run, out: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDEOEMO_API_KEY", "secret")
    with chat_server(mishaps={1: "401"}) as server:
        words = ("--vlm", "m", "--cache", cache)
        status, _, err = videoemo("label", out, "--server", server.url, *words)
        assert (status, server.hits <= 4, server.keys) == (1, True, {"Bearer secret"})
    assert "VIDEOEMO_API_KEY" in err.splitlines()[-1]
    assert "secret" not in err
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--server", "http://x.example/v1", "--vlm", "m"], 1, "--send-pictures-to x.example"),
        (["--server", "http://e\\@localhost/", "--vlm", "m"], 1, "no address of a server"),
        (["--server", "http://localhost/v1"], 2, "--vlm"),
        (["--local", "x", "--dry-run"], 2, "--dry-run"),
        ([], 2, "--server"),
        (["--server", "http://localhost", "--vlm", "m", "--task", "smile"], 1, "smile"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    videoemo: Run, out: Path, words: list[str], status: int, said: str
) -> None:
    found, _, err = videoemo("label", out, *words)
    assert (found, err.count("\n")) == (status, 1)
    assert said in err


@pytest.mark.parametrize("task", ["race", "gender", "age", "ethnicity"])
def test_race_gender_and_age_are_never_asked(
    videoemo: Run, out: Path, tmp_path: Path, task: str
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(f'[task]\nquestion = "Which {task}?"\nclasses = ["a", "b"]\n')
    with chat_server() as server:
        for name in (task, str(own)):
            words = ("--server", server.url, "--vlm", "m", "--task", name)
            status, _, err = videoemo("label", out, *words)
            assert (status, server.hits) == (2, 0)
            assert "docs/vlm.md" in err


def test_a_video_that_was_moved_is_told_of(videoemo: Run, out: Path, cache: Path) -> None:
    (out.parent / "videos" / "a.mp4").unlink()
    with chat_server() as server:
        words = ("--vlm", "m", "--cache", cache)
        status, _, err = videoemo("label", out, "--server", server.url, *words)
    assert status == 3
    assert "failed: a.mp4: no video at" in err


def test_a_report_shows_what_was_answered(videoemo: Run, out: Path, cache: Path) -> None:
    assert videoemo("report", out)[0] == 0
    page = out / "a.mp4" / "report.html"
    assert "vision-language" not in page.read_text(encoding="utf-8")
    with chat_server() as server:
        words = ("--server", server.url, "--vlm", "m", "--cache", cache)
        assert videoemo("label", out, *words)[0] == 0
    assert videoemo("report", out)[0] == 0
    text = page.read_text(encoding="utf-8")
    assert "Answers of a vision-language model" in text
    assert f"<td>0</td><td>{EXPRESSIONS[0]}</td>" in text


def test_new_results_take_the_labels_of_old_ones_away(
    videoemo: Run, out: Path, cache: Path
) -> None:
    with chat_server() as server:
        words = ("--server", server.url, "--vlm", "m", "--cache", cache)
        assert videoemo("label", out, *words)[0] == 0
    assert (out / "a.mp4" / "labels.parquet").exists()
    write_results(out, {"a.mp4": MadeUp(two_persons(), out.parent / "videos" / "a.mp4")})
    assert not (out / "a.mp4" / "labels.parquet").exists()


@needs_vlm
def test_a_model_on_this_machine_gives_probabilities(
    videoemo: Run, out: Path, tmp_path: Path
) -> None:
    model = write_tiny_chat(tmp_path / "tiny")
    status, said, _ = videoemo("label", out, "--local", model, "--task", "affect")
    assert status == 0
    assert "5 of 5 pictures answered (100%)" in said
    table = load_results(out).video("a.mp4").labels
    assert table is not None
    assert table.classes == ("negative", "neutral", "positive")
    assert (table.answers.probabilities > 0).all()
    assert table.about["probabilities"] == "likelihood of each answer"

"""Real servers on this machine are asked: who gets the pictures, how often, and what counts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from time import sleep

import numpy as np
import pytest

from tests.support.chat_server import QUICK, ask, chat_server, coloured, picture_in
from tests.support.paths import ROOT
from videoemo.errors import ServerError


def test_every_answer_is_that_of_its_picture_whatever_the_workers(tmp_path: Path) -> None:
    truth, pictures = coloured(60)
    with chat_server(slow=0.01) as server:
        for workers in (1, 4):
            labels, answers, counts = ask(
                server, pictures, tmp_path / str(workers), workers=workers
            )
            assert labels == truth
            assert answers.probabilities.sum() == 60
            assert (counts.sent, counts.tokens) == (60, 600)
    assert 2 <= server.most_busy <= 4


def test_nothing_is_asked_twice(tmp_path: Path) -> None:
    truth, pictures = coloured(20)
    with chat_server() as server:
        first = ask(server, pictures, tmp_path / "kept")
        again = ask(server, pictures, tmp_path / "kept")
    assert server.hits == 20
    assert first[0] == again[0] == truth
    assert (again[2].sent, again[2].kept) == (0, 20)


def test_what_is_no_answer_has_a_reason_and_is_never_guessed(tmp_path: Path) -> None:
    truth, pictures = coloured(120)
    mishaps = {
        7: "429",
        11: "503",
        13: "refusal",
        17: "cut",
        19: "chatter",
        23: "fence",
        29: "html",
    }
    with chat_server(mishaps=mishaps, headers={"Retry-After": "0"}) as server:
        labels, answers, _ = ask(server, pictures, tmp_path / "kept")
    assert all(label in ("", name) for label, name in zip(labels, truth, strict=True))
    reasons = Counter(answers.reasons)
    assert set(reasons) == {"", "refused", "truncated", "unparseable", "no answer: no JSON"}
    assert reasons[""] > 80


def test_refusals_are_kept_and_failures_are_asked_again(tmp_path: Path) -> None:
    _, pictures = coloured(4)
    with chat_server(mishaps={1: "refusal"}) as server:
        ask(server, pictures, tmp_path / "kept")
        ask(server, pictures, tmp_path / "kept")
        assert server.hits == 4
    with chat_server(mishaps={1: "html"}) as server:
        ask(server, pictures, tmp_path / "other")
        ask(server, pictures, tmp_path / "other")
        assert server.hits == 8


@pytest.mark.parametrize("status", ["401", "403", "404", "302", "307", "308"])
def test_a_server_that_refuses_or_sends_elsewhere_ends_the_run(tmp_path: Path, status: str) -> None:
    _, pictures = coloured(40)
    with chat_server() as other, chat_server(mishaps={1: status}) as server:
        server.elsewhere = other.url + "/chat/completions"
        with pytest.raises(ServerError, match=status):
            ask(server, pictures, tmp_path / "kept", key="secret")
        assert (server.hits <= 4, other.hits) == (True, 0)


def test_five_questions_in_a_row_without_an_answer_end_the_run(tmp_path: Path) -> None:
    _, pictures = coloured(40)
    with (
        chat_server(mishaps={1: "503"}) as server,
        pytest.raises(ServerError, match=r"5 questions in a row .*503"),
    ):
        ask(server, pictures, tmp_path / "kept", tries=1, workers=1)
    assert server.hits <= 6
    server.url = "http://127.0.0.1:9/v1"  # nobody is there
    with pytest.raises(ServerError, match="cannot connect"):
        ask(server, pictures, tmp_path / "kept", tries=1)


def test_no_more_is_asked_than_allowed(tmp_path: Path) -> None:
    _, pictures = coloured(40)
    with chat_server(mishaps={3: "503"}) as server:
        _, answers, counts = ask(server, pictures, tmp_path / "kept", max_calls=15)
    assert server.hits == counts.sent == 15
    assert "not asked" in answers.reasons


def test_a_server_that_knows_no_schemas_is_asked_without(tmp_path: Path) -> None:
    truth, pictures = coloured(10)
    with chat_server(mishaps={1: "no schema"}) as server:
        assert ask(server, pictures, tmp_path / "kept", workers=1)[0] == truth
        assert server.hits == 11
        ask(server, pictures, tmp_path / "kept")
    assert server.hits == 11


def test_a_pause_that_is_asked_for_is_made_and_a_long_one_ends_the_run(tmp_path: Path) -> None:
    _, pictures = coloured(2)
    with chat_server(mishaps={2: "429"}, headers={"Retry-After": "3600"}) as server:
        with pytest.raises(ServerError, match="3,600 s"):
            ask(server, pictures, tmp_path / "kept", workers=1)
        assert server.hits == 2


def test_neither_proxies_nor_netrc_get_a_picture_or_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth, pictures = coloured(4)
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password other\n")
    netrc.chmod(0o600)
    with chat_server() as proxy, chat_server() as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        monkeypatch.setenv("NETRC", str(netrc))
        assert ask(server, pictures, tmp_path / "kept", key="secret")[0] == truth
        assert server.keys == {"Bearer secret"}
        server.keys.clear()
        ask(server, pictures, tmp_path / "other")
        assert server.keys == {None}
    assert proxy.hits == 0


def test_neither_a_picture_nor_a_name_is_kept(tmp_path: Path) -> None:
    _, pictures = coloured(2)
    with chat_server() as server:
        ask(server, pictures, tmp_path / "kept", key="secret")
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"m-2026" in content
    for private in (b"secret", b"base64", b"\xff\xd8\xff", os.fsencode(tmp_path)):
        assert private not in content


def test_a_picture_is_small_and_without_metadata(tmp_path: Path) -> None:
    picture = np.zeros((300, 600, 3), np.uint8)
    with chat_server() as server:
        ask(server, [picture], tmp_path / "kept")
        (body,) = server.bodies
    assert set(body) == {"model", "messages", "max_tokens", "temperature", "response_format"}
    assert picture_in(body).shape == (128, 256, 3)


CHILD = """
import sys
from pathlib import Path
from tests.support.chat_server import ChatServer, ask, coloured
ask(ChatServer(url=sys.argv[1]), coloured(200)[1], Path(sys.argv[2]))
"""


def test_a_run_that_was_killed_asks_little_again(tmp_path: Path) -> None:
    truth, pictures = coloured(200)
    with chat_server(slow=0.01) as server:
        command = [sys.executable, "-c", CHILD, server.url, str(tmp_path / "kept")]
        child = subprocess.Popen(command, cwd=ROOT)
        server.kill_asking(child, hits=80)
        sleep(0.1)
        assert 80 <= server.hits < 200
        assert ask(server, pictures, tmp_path / "kept")[0] == truth
        assert sum(n > 1 for n in server.seen.values()) <= QUICK.workers
        assert ask(server, pictures, tmp_path / "kept")[2].sent == 0

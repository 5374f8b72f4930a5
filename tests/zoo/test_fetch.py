from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.cards import URL_PATH, WEIGHTS, toy_card
from tests.support.server import Server
from videoemo.errors import FetchError, WeightsError
from videoemo.zoo import download
from videoemo.zoo.cards import find_card
from videoemo.zoo.fetch import fetch

PIECE = download._CHUNK


def fetched(name: str = "toy") -> Path:
    return fetch(*find_card(name))


def refused() -> str:
    with pytest.raises(FetchError) as caught:
        fetched()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def left(store: Path) -> set[str]:
    """The files in the folder of networks, apart from the lock, which serves again."""
    return {path.name for path in store.iterdir() if path.suffix != ".lock"}


def partial(known: Path) -> Path:
    return known.with_name(".toy.onnx.part")


def test_a_missing_network_is_fetched_to_its_place(known: Path) -> None:
    assert fetched() == known
    assert known.read_bytes() == WEIGHTS
    assert left(known.parent) == {"toy.toml", "toy.onnx"}


def test_a_network_that_is_here_asks_nobody(known: Path, server: Server) -> None:
    fetched()
    fetched()
    assert len(server.asked) == 1


def test_a_git_blob_id_serves_as_checksum(known: Path, server: Server) -> None:
    blob = hashlib.sha1(f"blob {len(WEIGHTS)}\0".encode() + WEIGHTS).hexdigest()
    assert fetch(toy_card(server.base, sha256=None, git_blob=blob), known).read_bytes() == WEIGHTS


def test_what_is_fetched_is_said_on_standard_error(
    known: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    fetched()
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"fetching toy from {server.base}{URL_PATH}\n")


def test_an_answer_that_breaks_off_is_resumed_at_once(known: Path, server: Server) -> None:
    server.cuts = [10 * PIECE, 4 * PIECE]
    fetched()
    assert server.asked == [
        (URL_PATH, None),
        (URL_PATH, f"bytes={10 * PIECE}-"),
        (URL_PATH, f"bytes={14 * PIECE}-"),
    ]
    assert known.read_bytes() == WEIGHTS


def test_a_fetch_that_failed_is_resumed_by_the_next(known: Path, server: Server) -> None:
    server.cuts = [10 * PIECE, 0, 0]
    assert "try again: it goes on where it stopped" in refused()
    assert partial(known).stat().st_size == 10 * PIECE
    fetched()
    assert server.asked[-1] == (URL_PATH, f"bytes={10 * PIECE}-")
    assert known.read_bytes() == WEIGHTS


def test_a_server_that_cannot_resume_sends_the_whole(known: Path, server: Server) -> None:
    server.ranges, server.cuts = False, [300_000]
    fetched()
    assert known.read_bytes() == WEIGHTS


def test_a_beginning_of_another_file_is_given_up(known: Path, server: Server) -> None:
    partial(known).write_bytes(b"x" * 1000)
    fetched()
    assert server.asked == [(URL_PATH, "bytes=1000-"), (URL_PATH, None)]
    assert known.read_bytes() == WEIGHTS


def test_a_beginning_longer_than_the_file_is_given_up(known: Path) -> None:
    partial(known).write_bytes(WEIGHTS + b"more")
    fetched()
    assert known.read_bytes() == WEIGHTS


def test_a_file_that_was_whole_but_not_yet_renamed_asks_nobody(known: Path, server: Server) -> None:
    partial(known).write_bytes(WEIGHTS)
    fetched()
    assert server.asked == []
    assert known.read_bytes() == WEIGHTS


def test_another_content_is_thrown_away(known: Path, server: Server) -> None:
    server.files[URL_PATH] = b"x" * len(WEIGHTS)
    message = refused()
    for part in (
        URL_PATH,
        hashlib.sha256(server.files[URL_PATH]).hexdigest(),
        hashlib.sha256(WEIGHTS).hexdigest(),
    ):
        assert part in message
    assert left(known.parent) == {"toy.toml"}


def test_a_damaged_network_is_fetched_again(known: Path) -> None:
    known.write_bytes(b"damaged")
    fetched()
    assert known.read_bytes() == WEIGHTS


def test_a_failure_leaves_what_was_there_before(known: Path, server: Server) -> None:
    known.write_bytes(b"an earlier network")
    server.files[URL_PATH] = b"another"
    refused()
    assert known.read_bytes() == b"an earlier network"


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_refusal_is_named_and_not_repeated(known: Path, server: Server, status: int) -> None:
    server.failures = [status]
    assert f"{server.base}{URL_PATH}: the server answers {status} " in refused()
    assert len(server.asked) == 1


def test_a_fault_of_the_server_is_tried_again(known: Path, server: Server) -> None:
    server.failures = [503, 429]
    fetched()
    assert known.read_bytes() == WEIGHTS


def test_a_server_that_stays_at_fault_is_given_up(known: Path, server: Server) -> None:
    server.failures = [503] * 9
    assert "the server answers 503" in refused()
    assert len(server.asked) == 3


def test_a_silent_server_is_a_time_out(
    known: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_PAUSES", ())
    monkeypatch.setattr(download, "_TIMEOUTS", (1.0, 0.3))
    with socket.create_server(("127.0.0.1", 0)) as silent:  # connects, and says nothing
        card = toy_card(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(FetchError, match=r"time-out, nothing came for 0\.3 s"):
            fetch(card, known)


def test_a_server_that_falls_silent_halfway_is_a_time_out(
    known: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_PAUSES", ())
    monkeypatch.setattr(download, "_TIMEOUTS", (1.0, 0.3))
    server.gate.clear()
    assert "Read timed out" in refused()
    assert partial(known).stat().st_size > 0


def test_a_host_that_cannot_be_reached_is_asked_once(
    known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_PAUSES", (60.0,))
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(
        FetchError, match=r"cannot reach http://127.0.0.1.*check the network and the proxy settings"
    ):
        fetch(toy_card(f"http://127.0.0.1:{port}"), known)


def test_a_redirect_is_followed(known: Path, server: Server) -> None:
    server.files["/elsewhere"] = WEIGHTS
    server.redirects = {URL_PATH: f"{server.base}/elsewhere"}
    fetched()
    assert known.read_bytes() == WEIGHTS


def test_a_redirect_to_a_file_of_this_machine_is_refused(
    known: Path, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(WEIGHTS)
    server.redirects = {URL_PATH: (tmp_path / "secret").as_uri()}
    assert (
        f"cannot fetch {server.base}{URL_PATH}: No connection adapters were found for 'file:"
        in refused()
    )


def test_redirects_in_a_circle_end(known: Path, server: Server) -> None:
    server.redirects = {URL_PATH: URL_PATH}
    assert refused() == f"cannot fetch {server.base}{URL_PATH}: Exceeded 30 redirects."


@pytest.mark.parametrize("measured", [True, False], ids=["said beforehand", "found while it comes"])
def test_more_than_is_allowed_is_refused(
    known: Path, server: Server, measured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_MAX_BYTES", 500_000)
    server.measured = measured
    assert "allowed are 500,000" in refused()
    assert left(known.parent) == {"toy.toml"}


@pytest.mark.parametrize("size", [len(WEIGHTS) - 1, len(WEIGHTS) + 1])
def test_another_size_than_the_cards_is_refused_before_a_byte_is_kept(
    known: Path, server: Server, size: int
) -> None:
    with pytest.raises(FetchError, match=f"it has 600,000 bytes, expected are {size:,}"):
        fetch(toy_card(server.base, size=size), known)
    assert left(known.parent) == {"toy.toml"}


def test_the_cards_size_is_fetched(known: Path, server: Server) -> None:
    server.cuts = [300_000]
    assert fetch(toy_card(server.base, size=len(WEIGHTS)), known).read_bytes() == WEIGHTS


def test_missing_certificates_are_not_taken_for_a_full_disk(
    known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    with pytest.raises(
        FetchError,
        match=r"cannot fetch https://127.0.0.1/.*: Could not find a suitable TLS CA "
        r"certificate bundle",
    ):
        fetch(toy_card("https://127.0.0.1"), known)


@pytest.mark.skipif(
    not Path("/proc/self/mem").exists(),
    reason="no /proc: a file that cannot be read cannot be had here",
)
def test_a_network_that_cannot_be_read_is_named(known: Path) -> None:
    known.symlink_to("/proc/self/mem")
    with pytest.raises(WeightsError, match=f"cannot read {known}: Input/output error"):
        fetched()


@contextmanager
def largest_file(n_bytes: int) -> Iterator[None]:
    """No file can become larger, as on a disk that is full."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_named_and_the_partial_file_removed(known: Path) -> None:
    with largest_file(len(WEIGHTS) // 2):
        message = refused()
    assert f"cannot write {known}: File too large; make room, or set VIDEOEMO_MODELS" in message
    assert left(known.parent) == {"toy.toml"}


@pytest.mark.parametrize("by", ["link", "link to nothing", "pipe"])
def test_what_stands_in_the_partial_files_place_is_neither_written_through_nor_waited_for(
    known: Path, tmp_path: Path, by: str
) -> None:
    victim = tmp_path / "victim"
    if by == "pipe":
        os.mkfifo(partial(known))
    else:
        partial(known).symlink_to(victim)
    if by == "link":
        victim.write_text("content")
    assert fetched().read_bytes() == WEIGHTS
    assert not known.is_symlink()
    assert (victim.read_text() if victim.exists() else None) == (
        "content" if by == "link" else None
    )


@pytest.mark.parametrize("name", [".toy.onnx.lock", ".toy.onnx.part", "toy.onnx"])
def test_a_folder_in_the_way_is_named(known: Path, name: str) -> None:
    (known.parent / name / "inside").mkdir(parents=True)
    assert f"cannot write {known.parent / name}: " in refused()
    assert (known.parent / name / "inside").is_dir()


def test_weights_that_were_damaged_are_fetched_again_with_a_word(
    known: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fetched()
    content = bytearray(WEIGHTS)
    content[len(content) // 2] ^= 1
    known.write_bytes(content)
    assert fetched().read_bytes() == WEIGHTS
    assert f"notice: {known} is damaged: it is fetched again\n" in capsys.readouterr().err


def test_weights_that_were_damaged_are_told_so_where_nothing_is_fetched(
    known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.write_bytes(b"another")
    monkeypatch.setenv("VIDEOEMO_OFFLINE", "1")
    assert f"toy is damaged in {known.parent}, and VIDEOEMO_OFFLINE forbids" in refused()


def test_a_folder_that_cannot_be_made_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FetchError, match=r"cannot write .*set VIDEOEMO_MODELS to another folder"):
        fetch(toy_card(server.base), tmp_path / "file" / "toy.onnx")


def test_two_processes_fetch_a_file_once(known: Path, server: Server) -> None:
    server.gate.clear()
    code = (
        "from videoemo.zoo.cards import find_card\nfrom videoemo.zoo.fetch import fetch\n"
        "print(fetch(*find_card('toy')))"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    first, second = (_first_line(process) for process in both)
    server.gate.set()
    said = sorted([first, second])
    outs = [process.communicate(timeout=20) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert [out for out, _ in outs] == [f"{known}\n"] * 2
    assert said == [
        f"fetching toy from {server.base}{URL_PATH}\n",
        "waiting for another process that fetches toy.onnx\n",
    ]
    assert server.asked == [(URL_PATH, None)]
    assert known.read_bytes() == WEIGHTS


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    return process.stderr.readline()


def test_a_proxy_of_the_environment_is_used(
    known: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.base)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.files[f"http://nowhere.invalid{URL_PATH}"] = WEIGHTS
    assert fetch(toy_card("http://nowhere.invalid"), known).read_bytes() == WEIGHTS


def test_a_proxy_that_cannot_be_reached_is_named(
    known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    with pytest.raises(
        FetchError,
        match=f"cannot reach https://nowhere.invalid/.*port={port}.*Connection refused; check the "
        "network and the proxy",
    ):
        fetch(toy_card("https://nowhere.invalid"), known)


@pytest.fixture
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", fail)
    monkeypatch.setattr(socket, "getaddrinfo", fail)


def test_offline_no_socket_is_opened(
    known: Path, no_socket: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDEOEMO_OFFLINE", "1")
    message = refused()
    assert "VIDEOEMO_OFFLINE forbids" in message
    assert "videoemo models import FILE --as toy" in message


def test_the_guard_of_sockets_would_notice(
    known: Path, no_socket: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIDEOEMO_OFFLINE", "0")
    with pytest.raises(AssertionError, match="a socket was opened"):
        fetched()


def test_offline_a_network_that_is_here_serves(
    known: Path, no_socket: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    known.write_bytes(WEIGHTS)
    monkeypatch.setenv("VIDEOEMO_OFFLINE", "1")
    assert fetched() == known


def test_a_network_that_ships_is_never_fetched(no_socket: None) -> None:
    assert fetched("ferplus-small").is_file()


def test_a_network_without_a_source_is_missing(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot read the weights .*toy.onnx"):
        fetch(toy_card(), tmp_path / "toy.onnx")

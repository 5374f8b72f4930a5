"""Whoever listens to a command, or does not: its exit status and its results are the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.support.commands import settings
from videoemo.util.terminal import safe_streams

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def shell(command: str, **environment: str) -> tuple[int, str, str]:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        env=os.environ | {"V": f"{sys.executable} -m videoemo"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def scoring(tmp_path: Path) -> str:
    """A command that scores a picture with a name that ASCII does not have."""
    (tmp_path / "in").mkdir()
    Image.new("RGB", (64, 48)).save(tmp_path / "in" / "視é.jpg")
    return f"$V score {tmp_path}/in --pipeline {settings(tmp_path)} -o {tmp_path}/out"


def is_whole(folder: Path) -> bool:
    return (folder / "out" / "videos.csv").read_text(encoding="utf-8").count("\n") == 2


@pytest.mark.parametrize(
    "listener",
    [
        pytest.param(">/dev/full 2>/dev/full", marks=needs_full),
        "2>&-",
        "<&- >&- 2>&-",
    ],
)
def test_work_is_done_though_nobody_listens(scoring: str, listener: str, tmp_path: Path) -> None:
    status, out, err = shell(f"{scoring} {listener}")
    assert (status, is_whole(tmp_path)) == (0, True)
    assert "Traceback" not in out + err
    assert "Exception ignored" not in out + err


def test_a_terminal_of_another_encoding_shows_escapes(scoring: str, tmp_path: Path) -> None:
    status, out, err = shell(f"{scoring}/é --log-json", PYTHONIOENCODING="ascii", TERM="")
    assert status == 0
    assert r"out/\xe9: videos.csv" in out
    assert (tmp_path / "out" / "é" / "videos.csv").is_file()
    assert r"\u8996" in err


@pytest.mark.parametrize(
    "command", ["$V models list", "$V --help", "$V score --help", "$V --version", "$V"]
)
def test_what_was_to_be_printed_and_cannot_be_is_one_line(command: str) -> None:
    if not FULL.exists():
        pytest.skip("this system has no /dev/full")
    assert shell(f"{command} >/dev/full") == (
        1,
        "",
        "videoemo: cannot write to standard output: No space left on device\n",
    )


def test_a_reader_that_has_seen_enough_is_no_fault() -> None:
    status, out, err = shell("$V models list | head -1")
    assert (status, err) == (0, "")
    assert out.startswith("name")


def test_an_error_is_one_line_on_standard_error_and_a_status(tmp_path: Path) -> None:
    command = f"$V score {tmp_path}/$'no\\nne\\e[2J\\xe9' -o {tmp_path}/out"
    status, out, err = shell(command)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert "\x1b" not in err
    assert shell(f"{command} 2>&-") == (1, "", "")


def test_a_closed_stream_never_becomes_a_file_of_results() -> None:
    code = (
        "import os, sys; from videoemo.util.terminal import safe_streams\n"
        "with safe_streams(): file = os.open('/dev/null', 0); sys.exit(file < 3)"
    )
    assert shell(f'{sys.executable} -c "{code}" <&- >&- 2>&-')[0] == 0


def test_streams_are_given_back() -> None:
    before = sys.stdout, sys.stderr
    with safe_streams():
        assert sys.stdout is not before[0]
    assert (sys.stdout, sys.stderr) == before

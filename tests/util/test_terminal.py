"""What is printed, to whatever listens or does not."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout

import pytest

from videoemo.errors import OutputError
from videoemo.util.terminal import SafeStream, print_result, safe_stderr, say


def stream(encoding: str = "utf-8") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding)


def printed(by: Callable[[], None], encoding: str) -> str:
    into = stream(encoding)
    with redirect_stdout(into):
        by()
    assert isinstance(into.buffer, io.BytesIO)
    return into.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_line_can_be_printed_and_stays_one(encoding: str) -> None:
    line = "caf\udce9 \u202e视\x1b[31m\r\nred"
    shown = printed(lambda: say(line, "next"), encoding)
    assert shown.splitlines()[1:] == ["next"]
    assert "\x1b" not in shown
    assert "\r" not in shown
    assert r"caf\xe9 \u202e" in shown


def test_what_others_print_keeps_its_lines_but_no_control_characters() -> None:
    into = stream()
    print("one\ntwo\x1b[2J\rthree", file=SafeStream(into, lossy=True))
    assert isinstance(into.buffer, io.BytesIO)
    assert into.buffer.getvalue() == b"one\ntwo\\x1b[2J\rthree\n"


class Broken(io.StringIO):
    """A stream whose disk is full, or whose reader has gone."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def flush(self) -> None:
        raise self._error


def test_a_full_disk_stops_only_what_was_to_be_printed() -> None:
    full = OSError(28, "No space left on device")
    with redirect_stdout(SafeStream(Broken(full), lossy=False)):
        say("the work is done")
    with (
        redirect_stdout(SafeStream(Broken(full), lossy=False)),
        pytest.raises(OutputError, match=r"standard output: No space left on device$"),
    ):
        print_result("a list")
    with redirect_stderr(Broken(full)):
        say("a notice", error=True)
        print("a bar", file=safe_stderr())


def test_a_reader_that_has_gone_is_no_error() -> None:
    gone = SafeStream(Broken(BrokenPipeError(32, "Broken pipe")), lossy=False)
    with redirect_stdout(gone):
        print_result("a list", "its second line")
        print_result("more")
    assert isinstance(gone.error, BrokenPipeError)


def test_a_closed_stream_takes_everything() -> None:
    with redirect_stdout(None), redirect_stderr(None):
        say("nobody hears this")
        say("nor this", error=True)
        print_result("nor this")

"""Standard output and standard error: what is printed there is safe to show, and whoever does not
listen does not end the work.
"""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any

from videoemo.errors import OutputError
from videoemo.util.text import printable

__all__ = ["SafeStream", "print_result", "safe_stderr", "safe_streams", "say"]

_LINE_ENDS = re.compile(r"([\r\n])")


class SafeStream(io.TextIOBase):
    r"""Standard stream to which any text can be written.

    Control characters other than line ends (`\n`, and `\r`, which a progress bar needs) are written
    as escapes, as is what the stream's encoding has not. What is written after a reader, such as
    `head`, has gone is dropped.

    Parameters
    ----------
    stream : object or None
        The stream, such as `sys.stdout`; None, as Python has it for one that is closed, for
        nothing.
    lossy : bool
        Whether what cannot be written for another reason, such as a full disk, is dropped, too.

    Attributes
    ----------
    error : OSError or None
        Why it could not be written to; nothing else is tried then.
    """

    def __init__(self, stream: Any, *, lossy: bool) -> None:
        self._stream, self._lossy = stream, lossy
        self.error: OSError | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The stream's encoding."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def write(self, text: str) -> int:
        """Write text; whole lines appear at once.

        Raises
        ------
        OutputError
            It cannot be written, and the stream is not lossy.
        """
        parts = _LINE_ENDS.split(text)  # every second one is a line end
        if parts == [""]:  # click tries out what kind of stream it is
            return 0
        shown = "".join(part if i % 2 else printable(part) for i, part in enumerate(parts))
        self._do("write", shown.encode(self.encoding, "backslashreplace").decode(self.encoding))
        if len(parts) > 1:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Flush it.

        Raises
        ------
        OutputError
            As for `write`.
        """
        self._do("flush")

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """Its file descriptor."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return int(self._stream.fileno())

    def _do(self, method: str, *arguments: str) -> None:
        if self._stream is None:
            return
        if self.error is None:
            try:
                getattr(self._stream, method)(*arguments)
            except OSError as exc:
                self.error = exc
        error = self.error
        if error is not None and not (self._lossy or isinstance(error, BrokenPipeError)):
            reason = error.strerror or error
            raise OutputError(f"cannot write to standard output: {reason}") from error


def say(*lines: str, error: bool = False) -> None:
    """Print lines about the work; that they cannot be printed is no fault of the work.

    Parameters
    ----------
    *lines : str
        One line each: a line end in it, as in a name, is escaped.
    error : bool, default=False
        Whether they go to standard error.
    """
    with suppress(OutputError):
        _print(lines, sys.stderr if error else sys.stdout)


def print_result(*lines: str) -> None:
    """Print lines on standard output that are themselves the work: a list, a report.

    Parameters
    ----------
    *lines : str
        As for `say`.

    Raises
    ------
    OutputError
        They cannot be printed, for another reason than that their reader has gone.
    """
    _print(lines, sys.stdout)


def safe_stderr() -> SafeStream:
    """Standard error for a progress bar: what cannot be written there is dropped."""
    return _safe(sys.stderr)


@contextmanager
def safe_streams() -> Iterator[None]:
    """Make the standard streams of a command safe, those too that are closed."""
    _open_closed()
    out, error = SafeStream(sys.stdout, lossy=False), SafeStream(sys.stderr, lossy=True)
    with redirect_stdout(out), redirect_stderr(error):
        try:
            yield
        finally:
            for stream in (out, error):
                if stream.error is not None:
                    # What is left in its buffer goes nowhere when Python ends, without a word.
                    with open(os.devnull, "wb") as nothing:  # noqa: PTH123 - a path of nothing
                        os.dup2(nothing.fileno(), stream.fileno())


def _open_closed() -> None:
    """Open to nothing those of the descriptors 0, 1 and 2 that are closed: else the next file that
    is opened, such as a table, has that number, and gets what libraries print.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free: this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def _print(lines: tuple[str, ...], stream: Any) -> None:
    _safe(stream).write("".join(f"{printable(line)}\n" for line in lines))


def _safe(stream: Any) -> SafeStream:
    return stream if isinstance(stream, SafeStream) else SafeStream(stream, lossy=True)

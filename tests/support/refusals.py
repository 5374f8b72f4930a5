"""What is refused as it should be, and what it may cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from videoemo.errors import VideoemoError


def is_refused(use: Callable[[], object]) -> bool:
    """Whether a use ends in an error of ours, of one line; it may go well, too, but not end in
    another error.
    """
    try:
        use()
    except VideoemoError as exc:
        said = str(exc)
    else:
        return False
    assert said.isprintable()
    assert len(said) < 1200
    return True


@contextmanager
def memory_below(most: int) -> Iterator[None]:
    """Assert that this process never takes so many bytes more than it had, where the system
    tells.
    """
    status = Path("/proc/self/status")
    try:
        Path("/proc/self/clear_refs").write_text("5")  # the peak is what there is now
        before = _peak(status)
    except OSError:
        yield
        return
    yield
    assert _peak(status) - before < most


def _peak(status: Path) -> int:
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())[0]) * 1024

"""How worker processes start: ahead of their work, and as copies of a worker."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support import beside, work
from tests.support.paths import ROOT
from tests.support.pools import workers
from tests.support.processes import alive
from videoemo.errors import LostError
from videoemo.runs.workers import start
from videoemo.runs.workers.start import start_ahead, take_started

linux = pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="processes are copied where there is /proc"
)


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    yield
    while (process := take_started()) is not None:
        process.communicate()


def results(prepare: Any, *items: Any) -> list[Any]:
    with workers(prepare=prepare) as some:
        return [result for _, result in some.run(iter(items))]


def has_imported(pid: int, library: str) -> bool:
    return library in Path(f"/proc/{pid}/maps").read_text()


@linux
def test_a_worker_started_ahead_imports_before_it_is_told_what_for() -> None:
    start_ahead("numpy")
    process = take_started()
    assert process is not None
    deadline = time.monotonic() + 20
    while not has_imported(process.pid, "_multiarray_umath") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert has_imported(process.pid, "_multiarray_umath")
    process.communicate()


def test_the_first_worker_is_the_one_that_was_started_ahead() -> None:
    start_ahead("json")
    pid = start._started[0].pid
    assert results(work.prepare, ("pid",)) == [pid]
    assert results(work.prepare, ("pid",)) != [pid]


def test_one_that_is_not_needed_ends_with_the_command() -> None:
    code = (
        "from videoemo.runs.workers import start\nstart.start_ahead('json')\n"
        "print(start._started[0].pid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    deadline = time.monotonic() + 10
    while alive(int(done.stdout)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(int(done.stdout))


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@linux
@pytest.mark.parametrize(("n_threads", "copied"), [(0, True), (1, False)])
def test_processes_are_copies_of_a_worker_that_has_no_thread_which_a_copy_would_lack(
    n_threads: int, copied: bool
) -> None:
    with workers(prepare=partial(beside.prepare, n_threads)) as some:
        for _, pids in some.run(iter([("pid", 0.3)])):
            assert len({os.getpid(), *pids}) == 3
            modules = [b"face_analyzer" in command_of(pid) for pid in pids]
            assert modules == [not copied] * 2


@linux
def test_a_copy_that_dies_is_told_of_and_replaced() -> None:
    lost, pids = results(partial(beside.prepare, 0), ("die", None), ("pid", 0.3))
    assert [(type(error), str(error)) for error in lost] == [
        (LostError, "a process beside its worker was killed by signal 9 (SIGKILL)")
    ] * 2
    assert len(pids) == 2


@linux
def test_copies_end_with_their_worker() -> None:
    (pids,) = results(partial(beside.prepare, 0), ("pid", 0.3))
    deadline = time.monotonic() + 10
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [alive(pid) for pid in pids] == [False, False]

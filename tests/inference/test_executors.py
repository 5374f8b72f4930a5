"""Hands of every kind: the same results in the same order, and what becomes of work that fails."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.support import analyzers
from tests.support.paths import ROOT
from tests.support.processes import alive, until
from videoemo.errors import InputError, LostError, WeightsError, WorkerError
from videoemo.inference.executor import Executor, ordered_results
from videoemo.inference.local import InlineExecutor, ThreadExecutor
from videoemo.inference.processes import ProcessExecutor, can_share_memory
from videoemo.records import Clip
from videoemo.runs.attempt import attempt
from videoemo.runs.workers.interfaces import Limits, WorkerCrash
from videoemo.tables.summary import Failure

processes = pytest.mark.skipif(
    not can_share_memory(), reason="this system has no memory without a name that processes share"
)
KINDS: dict[str, Callable[[], Executor]] = {
    "here": lambda: InlineExecutor(analyzers.load()),  # type: ignore[arg-type]
    "threads": lambda: ThreadExecutor(analyzers.load()),  # type: ignore[arg-type]
    "beside": lambda: ProcessExecutor(analyzers.load),  # type: ignore[arg-type]
}


@pytest.fixture(autouse=True)
def _two_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("videoemo.inference.processes.n_threads", lambda: 2)


@pytest.fixture(
    scope="module",
    params=[pytest.param(kind, marks=processes if kind == "beside" else ()) for kind in KINDS],
)
def hands(request: pytest.FixtureRequest) -> Iterator[Executor]:
    """One of each kind, for tests that leave it able to work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("videoemo.inference.processes.n_threads", lambda: 2)
        some = KINDS[request.param]()
        some.wait()
    yield some
    some.close()


@pytest.fixture
def beside() -> Iterator[ProcessExecutor]:
    """Two processes that have loaded, as where memory is limited."""
    some = ProcessExecutor(analyzers.load, limits=Limits(memory=10**6))  # type: ignore[arg-type]
    some.wait()
    yield some
    some.close()


def submit(hands: Executor, look: Callable[..., Any], what: Any = None) -> Future[Any]:
    return hands.submit(look, what)


def pictures(hands: Executor, n: int, *, side: int = 20, value: int = 1) -> npt.NDArray[np.uint8]:
    rgb = hands.empty((n, side, side, 3))
    rgb[...] = value
    return rgb


def test_what_was_seen_comes_in_the_order_asked_for(hands: Executor) -> None:
    asked = ((i, submit(hands, analyzers.say, str(i))) for i in range(9))
    assert list(ordered_results(asked, n_ahead=hands.n_ahead)) == [
        (i, f"looker saw {i}") for i in range(9)
    ]


def test_pictures_and_parts_of_them_arrive_as_they_are(hands: Executor) -> None:
    rgb = pictures(hands, 6, value=3)
    given = [rgb, rgb[2:5], rgb[2:5][1:], rgb[4], rgb[:, ::2, ::2], np.ones(5, np.uint8)]
    assert submit(hands, analyzers.total, given).result() == [int(array.sum()) for array in given]


def test_a_part_of_pictures_holds_on_to_them(hands: Executor) -> None:
    part = pictures(hands, 4, value=1)[1:]
    other = pictures(hands, 4, value=2)
    assert (part.max(), other.min()) == (1, 2)


def test_an_error_is_raised_where_the_result_is_taken(hands: Executor) -> None:
    with pytest.raises(InputError, match="not this"):
        submit(hands, analyzers.refuse, "this").result()
    assert submit(hands, analyzers.say, "more").result() == "looker saw more"


def test_a_fault_is_told_with_its_place(hands: Executor) -> None:
    told = attempt(Clip(Path("a.mp4"), "a.mp4"), lambda: submit(hands, analyzers.fail).result())
    assert isinstance(told, Failure)
    assert told.kind == "ValueError"
    assert "(at analyzers.py:" in told.message


def test_an_error_that_cannot_travel_is_told_in_words(hands: Executor) -> None:
    with pytest.raises(Exception, match="1 and 2"):
        submit(hands, analyzers.fail_unportably).result()


def test_what_nobody_wants_any_more_is_not_begun(hands: Executor) -> None:
    begun: list[Future[Any]] = []

    def asked() -> Iterator[tuple[int, Future[Any]]]:
        for i in range(100):
            begun.append(submit(hands, analyzers.pid, 0.01))
            yield i, begun[-1]

    results = ordered_results(asked(), n_ahead=hands.n_ahead)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(begun) == hands.n_ahead + 1


@processes
def test_processes_work_at_the_same_time(beside: ProcessExecutor) -> None:
    pids = [submit(beside, analyzers.pid, 0.3) for _ in range(2)]
    assert len({os.getpid(), *(pid.result() for pid in pids)}) == 3


@processes
def test_the_first_call_waits_for_one_process_and_a_second_has_another_load(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(analyzers.LOADED, str(tmp_path))
    some = ProcessExecutor(analyzers.load_marked)  # type: ignore[arg-type]
    some.wait()
    submit(some, analyzers.say, "this").result()
    assert len(list(tmp_path.iterdir())) == 1
    until(lambda: len(set(at_once(some))) == 2)
    assert {path.name for path in tmp_path.iterdir()} == {str(pid) for pid in at_once(some)}
    some.close()


@processes
def test_a_process_that_dies_while_it_loads_is_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(analyzers.LOADED, str(tmp_path))
    some = ProcessExecutor(analyzers.load_first_only)  # type: ignore[arg-type]
    some.wait()
    until(lambda: len(set(at_once(some))) == 1 and len(some._processes) == 1)
    assert len(set(at_once(some))) == 1
    some.close()
    assert capfd.readouterr().err.count("ended while it loaded the networks") == 1


def at_once(executor: ProcessExecutor) -> list[int]:
    """The processes that do two things submitted together."""
    return [pid.result() for pid in [submit(executor, analyzers.pid, 0.1) for _ in range(2)]]


@processes
def test_pictures_that_nobody_holds_make_room_for_others(beside: ProcessExecutor) -> None:
    for value in range(50):
        rgb = pictures(beside, 4, side=300, value=value % 7)
        assert submit(beside, analyzers.total, [rgb[1:]]).result() == [
            3 * 300 * 300 * 3 * (value % 7)
        ]
        del rgb
    gc.collect()
    # One piece of 2 MiB, two at most while the next is written.
    assert os.fstat(beside._arena.fd).st_size <= 3 * 2**20


@processes
def test_pictures_of_another_size_leave_nothing_behind(beside: ProcessExecutor) -> None:
    for side in (400, 300, 200, 100):
        pictures(beside, 4, side=side)
    assert os.fstat(beside._arena.fd).st_blocks * 512 <= 2 * 2**20


@processes
def test_a_process_that_dies_loses_what_it_was_at_and_is_replaced(beside: ProcessExecutor) -> None:
    lost, kept = submit(beside, analyzers.die), submit(beside, analyzers.say, "this")
    assert kept.result() == "looker saw this"
    assert attempt(Clip(Path("a.mp4"), "a.mp4"), lost.result) == WorkerCrash(
        "killed", "a process beside its worker was killed by signal 9 (SIGKILL)"
    )
    pids: set[int] = set()
    deadline = time.monotonic() + 30  # the new one takes a while to start
    while len(pids) < 2 and time.monotonic() < deadline:
        pids |= {pid.result() for pid in [submit(beside, analyzers.pid, 0.2) for _ in range(2)]}
    assert len(pids) == 2


@processes
def test_when_all_have_died_what_waits_is_lost_and_the_next_work_is_done(
    beside: ProcessExecutor,
) -> None:
    asked = [submit(beside, analyzers.die) for _ in range(2)] + [
        submit(beside, analyzers.say, "this") for _ in range(3)
    ]
    for future in asked[:2]:
        with pytest.raises(LostError):
            future.result()
    for future in asked[2:]:
        # Done by one that was started anew, or lost: it does not wait for ever.
        future.exception(timeout=20)
    assert submit(beside, analyzers.say, "more").result(timeout=20) == "looker saw more"


@processes
@pytest.mark.parametrize(
    ("load", "error", "words"),
    [
        (analyzers.load_damaged, WeightsError, "damaged"),
        (analyzers.die_loading, WorkerError, "SIGKILL"),
    ],
)
def test_what_cannot_be_loaded_is_told_at_once(
    load: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        ProcessExecutor(load).wait()


@processes
@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="whether a process is alive is read from /proc"
)
def test_they_end_with_the_process_that_started_them() -> None:
    code = (
        "import time\nfrom tests.support import analyzers as toys\n"
        "from videoemo.inference import processes\nprocesses.n_threads = lambda: 2\n"
        "hands = processes.ProcessExecutor(toys.load)\n"
        "print(*(process.pid for process in hands._processes), flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    for _ in range(100):
        if not any(alive(pid) for pid in pids):
            return
        time.sleep(0.05)
    pytest.fail(f"still alive: {[pid for pid in pids if alive(pid)]}")

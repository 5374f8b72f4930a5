"""Real worker processes, and what may happen to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support import work
from tests.support.pools import Log, numbers, workers
from tests.support.processes import alive
from videoemo.errors import InputError, WeightsError, WorkerError
from videoemo.runs.workers.interfaces import WorkerCrash
from videoemo.runs.workers.pool import WorkerPool
from videoemo.runs.workers.process import WorkerProcess, thread_settings, threads_per_worker

linux = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="memory is watched through /proc"
)


def results(items: list[Any], log: Log | None = None, **options: Any) -> list[tuple[Any, Any]]:
    with workers(log, **options) as some:
        return list(some.run(iter(items)))


def pids_of(pool: WorkerPool[Any]) -> list[int]:
    return [process.pid for process in pool._workers if isinstance(process, WorkerProcess)]


def test_one_worker_does_all_in_order() -> None:
    assert results(numbers(5)) == [(("double", i), 2 * i) for i in range(5)]


def test_two_workers_do_each_once() -> None:
    assert sorted(results(numbers(20), jobs=2)) == [(("double", i), 2 * i) for i in range(20)]


def test_a_worker_is_started_once_for_many_items() -> None:
    assert len({pid for _, pid in results([("pid",)] * 10)}) == 1


def test_two_workers_are_two_processes_and_neither_is_this_one() -> None:
    pids = {pid for _, pid in results([("pid",)] * 20, jobs=2)}
    assert (len(pids), os.getpid() in pids) == (2, False)


def test_frames_done_are_told_with_their_item() -> None:
    log = Log()
    results(numbers(3), log)
    assert log.batches == [(("double", i), i, 1.0) for i in range(3)]


def test_what_a_library_prints_is_passed_on_and_does_no_harm() -> None:
    log = Log()
    assert results([("chatter",)], log) == [(("chatter",), "")]
    assert log.lines == ["a library says hello", "and so does a function"]


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_an_item_that_kills_its_worker_twice_is_lost_and_the_others_are_done(
    by: signal.Signals,
) -> None:
    found = results([("die", int(by)), *numbers(3)])
    assert found == [
        *((("double", i), 2 * i) for i in range(3)),
        (
            ("die", by),
            WorkerCrash("killed", f"its worker was killed by signal {by:d} ({by.name}), twice"),
        ),
    ]


def test_an_item_whose_worker_died_by_accident_is_done_the_second_time(tmp_path: Path) -> None:
    log, item = Log(), ("die_once", str(tmp_path / "marker"))
    assert results([item, *numbers(2)], log)[-1] == (item, "done")
    assert log.suspects == [item]


def test_a_worker_killed_from_outside_costs_nothing() -> None:
    log = Log()
    with workers(log, jobs=2) as some:
        found = []
        for item, result in some.run(
            iter([("pid",), ("pid",), ("sleep", 0.5), ("sleep", 0.5), *numbers(4)])
        ):
            found.append((item, result))
            if len(found) == 2:
                time.sleep(0.2)  # by then both are asleep
                os.kill(result, signal.SIGKILL)
    assert log.suspects == [("sleep", 0.5)]
    assert sorted(result for item, result in found if item[0] == "sleep") == ["woke up", "woke up"]
    assert sorted(result for item, result in found if item[0] == "double") == [0, 2, 4, 6]


def test_a_suspect_is_tried_again_with_no_other_worker_beside_it(tmp_path: Path) -> None:
    running = []
    item = ("die_once", str(tmp_path / "marker"))
    with workers(jobs=3) as some:
        for done, _ in some.run(iter([item, *[("pid",)] * 9])):
            running.append((done, len([pid for pid in pids_of(some) if alive(pid)])))
    assert running[-1] == (item, 1)


def test_an_item_that_takes_too_long_is_cut() -> None:
    began = time.monotonic()
    found = results([("sleep", 60), *numbers(2)], timeout=0.3)
    assert found[-1] == (("sleep", 60), WorkerCrash("timeout", "not done in 0.3 s, twice"))
    assert [result for _, result in found[:-1]] == [0, 2]
    assert time.monotonic() - began < 30


def test_time_for_one_item_is_not_counted_against_the_next() -> None:
    assert [result for _, result in results([("sleep", 0.3)] * 3, timeout=0.8)] == ["woke up"] * 3


@linux
def test_an_item_that_takes_too_much_memory_is_cut() -> None:
    found = results([("grow", 400), *numbers(2)], memory=200)
    assert found[-1] == (
        ("grow", 400),
        WorkerCrash("memory", "its worker took more than 200 MiB of memory, twice"),
    )


@linux
def test_a_limit_that_the_networks_alone_exceed_is_refused() -> None:
    # The second is said where it loads for so long, as on a busy machine, that it is watched.
    told = r"a worker takes [23]\d\d before its first video|loading the networks took [1-3]\d\d"
    with (
        pytest.raises((InputError, WorkerError), match=rf"memory: 100 MiB are allowed, ({told})"),
        workers(prepare=work.spend_memory_loading, memory=100),
    ):
        pass


@linux
def test_a_worker_that_stops_while_it_loads_is_ended_with_all_that_it_started(
    tmp_path: Path,
) -> None:
    pids = tmp_path / "pids"
    with (
        pytest.raises(
            WorkerError, match=r"load_timeout: the networks were not loaded in 1\.5 s; allow more"
        ),
        workers(prepare=partial(work.stand_still_loading, str(pids)), load_timeout=1.5),
    ):
        pass
    started = [int(pid) for pid in pids.read_text().split()]
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (len(started), [pid for pid in started if alive(pid)]) == (2, [])


@linux
@pytest.mark.parametrize("limits", [{"load_memory": 300}, {"memory": 300}], ids=str)
def test_a_worker_that_takes_too_much_memory_while_it_loads_is_ended(
    limits: dict[str, Any],
) -> None:
    (name,) = limits
    told = rf"^{name}: 300 MiB are allowed, loading the networks took"
    with (
        pytest.raises(WorkerError, match=told),
        workers(prepare=work.grow_loading, **limits),
    ):
        pass


def test_time_for_loading_is_not_counted_against_an_item() -> None:
    assert [result for _, result in results([("sleep", 0.6)] * 2, load_timeout=1)] == [
        "woke up"
    ] * 2


def test_what_cannot_be_loaded_is_said_as_it_is() -> None:
    with (
        pytest.raises(WeightsError, match="the weights are damaged"),
        workers(jobs=2, prepare=work.damaged),
    ):
        pass


def test_workers_that_die_while_they_load_end_the_run() -> None:
    with (
        pytest.raises(
            WorkerError,
            match=r"3 workers in a row were killed by signal 9 \(SIGKILL\) while they loaded",
        ),
        workers(prepare=work.die_loading),
    ):
        pass


def test_workers_that_fail_while_they_load_are_not_said_to_be_killed() -> None:
    log = Log()
    with (
        pytest.raises(WorkerError, match="3 workers in a row were ended with status 1 while"),
        workers(log, prepare=work.fail_loading),
    ):
        pass
    assert log.lines.count("RuntimeError: a mistake of ours") == 3


def test_where_there_is_nothing_to_do_at_the_moment_it_is_asked_again() -> None:
    def items() -> Iterator[Any]:
        yield ("double", 1)
        yield None
        yield None
        yield ("double", 2)

    with workers() as some:
        assert [result for _, result in some.run(items())] == [2, 4]


def broken_off(pids: list[int]) -> None:
    with workers(jobs=2) as some:
        pids += pids_of(some)
        for _ in some.run(iter([("pid",), ("sleep", 60), ("sleep", 60)])):
            raise KeyboardInterrupt


def test_no_worker_is_left_when_the_run_is_broken_off() -> None:
    pids: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        broken_off(pids)
    assert (len(pids), [pid for pid in pids if alive(pid)]) == (2, [])


def test_workers_end_when_their_parent_is_killed() -> None:
    code = """
from tests.support.pools import workers
with workers(jobs=2) as some:
    print(*(process.pid for process in some._workers), flush=True)
    list(some.run(iter([("sleep", 60), ("sleep", 60)])))
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (len(pids), [pid for pid in pids if alive(pid)]) == (2, [])


def test_no_module_is_taken_from_the_folder_a_run_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pickle", "videoemo", "signal"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'hit')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    assert results(numbers(1)) == [(("double", 0), 0)]
    assert not (tmp_path / "hit").exists()


def test_each_worker_has_its_share_of_the_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in thread_settings(1):
        monkeypatch.delenv(name, raising=False)
    usable = threads_per_worker(1)
    assert (usable, threads_per_worker(usable), threads_per_worker(2 * usable)) == (
        len(os.sched_getaffinity(0)),
        1,
        1,
    )


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "OMP_THREAD_LIMIT"])
def test_threads_that_were_asked_for_are_the_most(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for other in thread_settings(1):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, "1")
    assert threads_per_worker(1) == 1

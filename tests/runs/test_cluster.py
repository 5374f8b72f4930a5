"""Runs on a real Dask cluster of two worker processes, and what may happen to it."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import socketserver
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partialmethod
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

import psutil
import pytest

from tests.support import work
from tests.support.clips import pad, write_clip, write_long_clip
from tests.support.clusters import lean_clusters
from tests.support.commands import Run, dataset, settings, start
from tests.support.here import command_here
from tests.support.outputs import contents, rows
from tests.support.pools import Log, numbers
from tests.support.processes import alive, until
from tests.support.resolved import resolved
from videoemo._version import __version__
from videoemo.analysis.fingerprint import settings_key
from videoemo.analysis.remote import load_remote
from videoemo.config.pipeline import load_pipeline
from videoemo.errors import WeightsError, WorkerError
from videoemo.records import Clip
from videoemo.runs.job import Job
from videoemo.runs.workers.interfaces import Limits, WorkerCrash
from videoemo.runs.workers.pool import WorkerPool

if TYPE_CHECKING:
    from distributed import LocalCluster

distributed = pytest.importorskip(
    "distributed", reason="needs the extra: pip install 'videoemo[dask]'"
)


def local(n_workers: int, **options: Any) -> LocalCluster:
    """A cluster of this machine, its workers processes of one thread; the dashboard on any port
    that is free.
    """
    cluster: LocalCluster = distributed.LocalCluster(
        n_workers=n_workers, threads_per_worker=1, processes=True, dashboard_address=":0", **options
    )
    return cluster


@pytest.fixture(scope="module", autouse=True)
def _lean() -> Iterator[None]:
    # Dask gives up a worker that is not back after 15 s, which a busy machine may take to start it.
    with lean_clusters({"distributed.deploy.lost-worker-timeout": "120 s"}):
        yield


@pytest.fixture(scope="module")
def started_once() -> Iterator[LocalCluster]:
    with local(2) as some:
        yield some


@pytest.fixture
def cluster(started_once: LocalCluster) -> LocalCluster:
    """With both workers: those that a test before has killed are back."""
    until(lambda: len(known(started_once)) == 2)
    return started_once


def known(cluster: LocalCluster) -> dict[str, Any]:
    """The scheduler's workers by their addresses."""
    workers: dict[str, Any] = cast(Any, cluster.scheduler).workers
    return workers


def pids(cluster: LocalCluster) -> list[int]:
    """Of the cluster's worker processes."""
    return [nanny.pid for nanny in cluster.workers.values()]


def hosted(cluster: LocalCluster) -> list[int]:
    """Of the processes beside them, which are their children."""
    found: list[int] = []
    for task in [task for pid in pids(cluster) for task in Path(f"/proc/{pid}/task").iterdir()]:
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended since
            found += map(int, (task / "children").read_text().split())
    return found


def busy(cluster: LocalCluster) -> list[int]:
    """Of the cluster's workers that have something to do."""
    there = known(cluster)
    return [
        nanny.pid
        for nanny in cluster.workers.values()
        if nanny.worker_address in there and there[nanny.worker_address].processing
    ]


def at_work_on(cluster: LocalCluster, path: Path) -> list[int]:
    """Of the cluster's workers that have a file open, or a process beside them has."""
    found = []
    for pid in pids(cluster):
        with suppress(psutil.Error):
            worker = psutil.Process(pid)
            both = (worker, *worker.children(recursive=True))
            if any(str(path) == file.path for process in both for file in process.open_files()):
                found.append(pid)
    return found


def results(
    cluster: LocalCluster,
    items: list[Any],
    log: Log | None = None,
    *,
    prepare: Any = work.prepare,
    watch: Callable[[Any], Any] = lambda _: None,
    patience: float = 60,
    **limits: Any,
) -> list[tuple[Any, Any]]:
    from videoemo.runs.workers.dask_client import DaskWorkerSource

    found = []
    with (
        DaskWorkerSource(
            cluster.scheduler_address, prepare, jobs=2, limits=Limits(**limits), patience=patience
        ) as source,
        WorkerPool(source, limits=Limits(), watcher=log or Log()) as some,
    ):
        for item, result in some.run(iter(items)):
            found.append((item, result))
            watch(result)
    return found


def test_each_item_is_done_once(cluster: LocalCluster) -> None:
    assert sorted(results(cluster, numbers(20))) == [(("double", i), 2 * i) for i in range(20)]


def test_the_networks_are_loaded_once_beside_each_worker_and_not_in_it(
    cluster: LocalCluster,
) -> None:
    found = {pid for _, pid in results(cluster, [("pid",)] * 20)}
    assert (len(found), found & {*pids(cluster), os.getpid()}) == (2, set())


def test_no_process_is_left_beside_a_worker_when_the_run_has_ended(cluster: LocalCluster) -> None:
    found = {pid for _, pid in results(cluster, [("pid",)] * 4)}
    until(lambda: not any(alive(pid) for pid in found))


def test_how_far_an_item_is_is_told_before_it_is_done(cluster: LocalCluster) -> None:
    log = Log()
    results(cluster, [("slow",)], log)
    assert log.batches == [(("slow",), 2, 0.5), (("slow",), 1, 1.0)]


def test_frames_done_and_lines_said_are_told(cluster: LocalCluster) -> None:
    log = Log()
    results(cluster, [*numbers(3), ("chatter",)], log)
    assert sorted(batch for batch in log.batches if batch[1]) == [
        (("double", i), i, 1.0) for i in (1, 2)
    ]
    assert log.lines == ["a library says hello", "and so does a function"]


def test_an_item_that_kills_its_process_twice_is_lost_in_the_words_of_a_local_run(
    cluster: LocalCluster,
) -> None:
    log = Log()
    found = results(cluster, [("die", 9), *numbers(3)], log)
    assert found[-1] == (
        ("die", 9),
        WorkerCrash("killed", "its worker was killed by signal 9 (SIGKILL), twice"),
    )
    assert sorted(result for _, result in found[:-1]) == [0, 2, 4]
    assert log.suspects == [("die", 9)]


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_broken_off_leaves_nothing_at_work_in_the_cluster(
    cluster: LocalCluster, by: signal.Signals
) -> None:
    code = """
import sys
from tests.support import work as toys
from tests.support.pools import Log
from videoemo.runs.workers.dask_client import DaskWorkerSource
from videoemo.runs.workers.interfaces import Limits
from videoemo.runs.workers.pool import WorkerPool
source = DaskWorkerSource(sys.argv[1], toys.prepare, jobs=2, limits=Limits())
with source, WorkerPool(source, limits=Limits(), watcher=Log()) as some:
    list(some.run(iter([("sleep", 600)] * 2)))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", code, cluster.scheduler_address], stderr=subprocess.PIPE
    )
    until(lambda: len(busy(cluster)) == 2 and len(hosted(cluster)) == 2)
    process.send_signal(by)
    process.communicate()
    until(lambda: not hosted(cluster))
    until(lambda: not busy(cluster))


@pytest.fixture
def tries(tmp_path: Path) -> Path:
    return tmp_path / "tries"


def test_an_item_that_kills_the_clusters_worker_is_tried_twice_and_the_others_are_done(
    cluster: LocalCluster, tries: Path
) -> None:
    log, item = Log(), ("die_with_parent", str(tries), 9)
    found = results(cluster, [item, *numbers(3)], log)
    assert found[-1] == (item, WorkerCrash("killed", "its worker was lost by the cluster, twice"))
    assert sorted(result for _, result in found[:-1]) == [0, 2, 4]
    assert (log.suspects, tries.read_text()) == ([item], "xx")


def test_an_item_whose_worker_died_by_accident_is_done_the_second_time(
    cluster: LocalCluster, tries: Path
) -> None:
    item = ("die_with_parent", str(tries), 1)
    assert results(cluster, [item, *numbers(2)])[-1] == (item, "done")


def test_a_worker_that_comes_back_under_its_old_address_is_given_nothing_by_dask_itself(
    tries: Path,
) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with local(1, worker_port=port) as cluster:
        item = ("die_with_parent", str(tries), 9)
        assert results(cluster, [item, *numbers(1)])[-1][0] == item
    assert tries.read_text() == "xx"


def test_an_item_that_takes_too_long_is_cut(cluster: LocalCluster) -> None:
    found = results(cluster, [("sleep", 60), *numbers(2)], timeout=0.3)
    assert found[-1] == (("sleep", 60), WorkerCrash("timeout", "not done in 0.3 s, twice"))


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is watched through /proc")
def test_an_item_that_takes_too_much_memory_is_cut(cluster: LocalCluster) -> None:
    found = results(cluster, [("grow", 400), *numbers(2)], memory=200)
    assert found[-1] == (
        ("grow", 400),
        WorkerCrash("memory", "its worker took more than 200 MiB of memory, twice"),
    )


def test_what_cannot_be_loaded_is_said_as_it_is(cluster: LocalCluster) -> None:
    with pytest.raises(WeightsError, match="the weights are damaged"):
        results(cluster, numbers(1), prepare=work.damaged)


def test_other_versions_are_refused(cluster: LocalCluster) -> None:
    from videoemo.runs.workers.dask_worker import Setup

    setup = Setup(
        "a run", work.prepare, Limits(), Path.cwd(), {"videoemo": __version__, "numpy": "0.1"}
    )
    with (
        distributed.Client(cluster, set_as_default=False) as client,
        pytest.raises(
            WorkerError,
            match=r"worker tcp://\S+ has numpy [\d.]+ in place of 0.1; install the same "
            r"versions everywhere",
        ),
    ):
        client.submit(setup.start_server).result()


def test_a_host_that_dask_moves_arrives_as_one_that_does_nothing() -> None:
    from videoemo.runs.workers.dask_worker import ClipServer

    moved = pickle.loads(pickle.dumps(ClipServer()))
    assert moved.run_item("the one that was asked", pickle.dumps(("double", 1))) is None


def test_a_scheduler_that_goes_ends_the_run_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    # Not seconds for a worker that is at an item of a minute.
    at_once = partialmethod(distributed.Nanny.close, 0.5)
    monkeypatch.setattr(distributed.Nanny, "close", at_once)
    with (
        local(2) as cluster,
        pytest.raises(WorkerError, match="the cluster's scheduler is gone; what is done is kept"),
    ):
        results(cluster, [("sleep", 60), *numbers(3)], watch=lambda _: cluster.close())


def test_a_cluster_that_loses_all_its_workers_ends_the_run_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("videoemo.runs.workers.dask_client._POLL", 0.1)
    with (
        local(1) as cluster,
        pytest.raises(
            WorkerError, match=r"the cluster has had no workers for 0\.8 s; what is done is kept"
        ),
    ):
        results(cluster, numbers(9), watch=lambda _: cluster.scale(0), patience=0.8)


def test_a_cluster_without_workers_is_refused() -> None:
    with (
        local(0) as cluster,
        pytest.raises(WorkerError, match="has no workers; start some: dask worker tcp://"),
    ):
        results(cluster, numbers(1))


def test_a_folder_that_a_worker_does_not_see_is_no_fault_of_the_videos(tmp_path: Path) -> None:
    work = load_remote(lambda: lambda job, report: "done", load_pipeline(), own_settings())
    here = Job(Clip(tmp_path / "a.mp4", "a.mp4"), tmp_path, {})
    assert work(here, lambda n, share: None) == "done"
    for there in (
        replace(here, folder=tmp_path / "out"),
        replace(here, clip=Clip(tmp_path / "in" / "a.mp4", "a.mp4")),
    ):
        with pytest.raises(
            WorkerError,
            match=r"no folder /\S+ on \S+: a cluster needs the same paths on every machine",
        ):
            work(there, lambda n, share: None)


def own_settings() -> dict[str, Any]:
    return settings_key(resolved())


def test_a_worker_with_another_network_of_that_name_or_another_precision_is_refused() -> None:
    settings = own_settings()
    settings["extractor"]["checksum"], settings["precision"] = "0" * 64, "float8"
    with pytest.raises(
        WorkerError,
        match=r"would be others than .*: extractor.checksum was 000000000000, is \w{12}; precision "
        r"was float8, is \w+",
    ):
        load_remote(lambda: lambda job, report: None, load_pipeline(), settings)


# The commands


def command(
    cluster: LocalCluster, folder: Path, out: Path, text: str = "[outputs]\npictures = false\n"
) -> tuple[object, ...]:
    return (
        "score",
        folder,
        "-o",
        out,
        "--pipeline",
        settings(out.parent, text),
        "--cluster",
        cluster.scheduler_address,
    )


def test_a_cluster_gives_the_bytes_of_one_local_worker(
    cluster: LocalCluster, clips: Path, uninterrupted: Path, tmp_path: Path, videoemo: Run
) -> None:
    assert videoemo(*command(cluster, clips, tmp_path / "out"))[0] == 0
    assert contents(tmp_path / "out") == contents(uninterrupted)


def test_a_broken_video_under_a_relative_path_gives_the_same_row(
    cluster: LocalCluster, tmp_path: Path, videoemo: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    Path("in/a.mp4").write_text("no video")
    score = ("score", "in", "--pipeline", settings(tmp_path))
    assert command_here(*score, "-o", "local")[0] == 3
    assert videoemo(*score, "-o", "cluster", "--cluster", cluster.scheduler_address)[0] == 3
    assert contents(Path("cluster")) == contents(Path("local"))


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """A folder of two clips, and one that takes long."""
    folder = tmp_path / "in"
    folder.mkdir()
    pad(write_clip(folder / "a.mp4", n=3))
    pad(write_clip(folder / "b.mp4", n=2))
    write_long_clip(folder / "waits.mp4")
    return folder


def started(cluster: LocalCluster, folder: Path) -> tuple[subprocess.Popen[str], int]:
    """A run that has done all but the long clip, and the worker that is at that one."""
    process = start(*command(cluster, folder, folder.parent / "out"))
    until(lambda: len(list((folder.parent / "out").glob("*/summary.json"))) == 2)
    # It closes the file between its first look and the frames.
    (pid,) = until(lambda: at_work_on(cluster, folder / "waits.mp4"))
    return process, pid


def test_a_worker_of_the_cluster_killed_in_the_middle_costs_no_video(
    cluster: LocalCluster, waiting: Path
) -> None:
    process, pid = started(cluster, waiting)
    write_clip(waiting.parent / "short.mp4", n=4).replace(waiting / "waits.mp4")
    os.kill(pid, signal.SIGKILL)
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert "notice: waits.mp4: its worker was lost by the cluster; it is tried again" in err
    out, again = waiting.parent / "out", waiting.parent / "local"
    assert [row["frames"] for row in rows(out / "videos.csv")] == ["3", "2", "4"]
    local = ("score", waiting, "-o", again, "--pipeline", settings(waiting.parent))
    assert command_here(*local)[0] == 0
    assert contents(out) == contents(again)


def test_an_extraction_by_a_cluster_gives_the_same_table(
    cluster: LocalCluster, tmp_path: Path, videoemo: Run
) -> None:
    one = dataset(tmp_path / "in")
    (tmp_path / "in" / "c.mp4").unlink()
    write_clip(tmp_path / "in" / "c.mp4", n=2)
    table = tmp_path / "out" / "toy.parquet"
    assert videoemo(*one, "--cluster", cluster.scheduler_address)[0] == 0
    by_cluster = table.read_bytes()
    assert command_here(*one)[0] == 0
    assert table.read_bytes() == by_cluster


def test_where_there_is_no_scheduler_one_line_says_so(
    clips: Path, tmp_path: Path, videoemo: Run
) -> None:
    import dask.config

    for address in ("tcp://127.0.0.1:1", "nonsense://here"):
        with dask.config.set({"distributed.comm.timeouts.connect": "0.5s"}):
            status, _, err = videoemo("score", clips, "-o", tmp_path / "out", "--cluster", address)
        assert (status, len(err.splitlines()), (tmp_path / "out").exists()) == (1, 1, False)
        assert err.startswith(f"videoemo: no Dask scheduler at '{address}' (")


class OfAnother(socketserver.BaseRequestHandler):
    """A server that speaks HTTP, as a scheduler's dashboard does."""

    def handle(self) -> None:
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def test_an_address_of_another_server_is_one_line_too(
    clips: Path, tmp_path: Path, videoemo: Run
) -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), OfAnother) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        address = f"tcp://127.0.0.1:{server.server_address[1]}"
        status, _, err = videoemo("score", clips, "-o", tmp_path / "out", "--cluster", address)
        server.shutdown()
    assert (status, len(err.splitlines()), (tmp_path / "out").exists()) == (1, 1, False)
    assert err.startswith(f"videoemo: no Dask scheduler at '{address}' (")


def test_what_is_no_address_ends_the_command(clips: Path, tmp_path: Path) -> None:
    code = """
import sys
from tests.support.commands import run
for address in sys.argv[3:]:
    try:
        run("score", sys.argv[1], "-o", sys.argv[2], "--cluster", address)
    except SystemExit as ended:
        print(ended.code)
"""
    given = (clips, tmp_path / "out", "nonsense", "tcp://127.0.0.1", "nonsense://here:1")
    # A client that hangs keeps the process from ending.
    ended = subprocess.run(
        [sys.executable, "-c", code, *map(str, given)], capture_output=True, text=True, timeout=50
    )
    assert (ended.returncode, ended.stdout.split()) == (0, ["1", "1", "1"])
    assert len(ended.stderr.splitlines()) == 3


def test_a_missing_extra_is_named(clips: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['distributed'] = None; from videoemo.cli.main import main; main()"
    )
    run = [
        sys.executable,
        "-c",
        code,
        "score",
        str(clips),
        "-o",
        str(tmp_path / "out"),
        "--cluster",
        "tcp://127.0.0.1:1",
    ]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.endswith("pip install 'videoemo[dask]'\n")


def test_jobs_and_a_cluster_are_one_too_many(clips: Path, tmp_path: Path, videoemo: Run) -> None:
    status, _, err = videoemo(
        "score", clips, "-o", tmp_path / "out", "--cluster", "tcp://127.0.0.1:1", "--jobs", 2
    )
    assert (status, "leave --jobs out" in err) == (2, True)

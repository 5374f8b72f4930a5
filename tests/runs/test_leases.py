"""Leases, held by real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

import pytest

from tests.support.outputs import files
from tests.support.processes import until
from videoemo.errors import InputError, OutputError
from videoemo.runs.state.leases import RUN, Leases
from videoemo.runs.state.owner_tokens import is_alive, machine_id, new_token
from videoemo.runs.state.paths import lease_folder

pytestmark = pytest.mark.skipif(
    not Path("/proc").is_dir(),
    reason="needs Linux's /proc; elsewhere a lease is judged by its age alone",
)

# Takes a lease and keeps it: out, clip id, machine or "".
HOLD = """
import sys, time
from pathlib import Path
from videoemo.runs.state.leases import Leases
with Leases(Path(sys.argv[1]), machine=sys.argv[3] or None, beat=0.1) as leases:
    print(leases.take(sys.argv[2]) is not None, flush=True)
    time.sleep(600)
"""
# Takes, once each, 200 leases that others take too; says how often somebody else had the video that
# it was at, and how many it got.
RACE = """
import os, sys
from pathlib import Path
from videoemo.runs.state.leases import Leases
out, witnesses = map(Path, sys.argv[1:])
clashes = got = 0
with Leases(out) as leases:
    print("ready", flush=True)
    sys.stdin.readline()
    for n in [*range(200), *reversed(range(200))]:
        lease = leases.take(f"{n}.mp4")
        if lease is None:
            continue
        got += 1
        try:
            os.close(os.open(witnesses / str(n), os.O_CREAT | os.O_EXCL))
            os.sched_yield()
            os.unlink(witnesses / str(n))
        except OSError:
            clashes += 1
        leases.release(lease)
print(clashes, got)
"""


def start(code: str, *args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@contextmanager
def holding(
    out: Path, clip_id: str, *, machine: str = "", code: str = HOLD
) -> Iterator[subprocess.Popen[str]]:
    """A process that holds a lease, and is killed in the end."""
    with start(code, out, clip_id, machine) as process:
        try:
            assert said(process) == "True"
            yield process
        finally:
            process.kill()


def race(out: Path, witnesses: Path) -> list[tuple[int, int]]:
    """What each of three racing processes says: clashes, and how many leases it got."""
    witnesses.mkdir()
    racers = [start(RACE, out, witnesses) for _ in range(3)]
    assert [said(racer) for racer in racers] == ["ready"] * 3
    told = []
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        clashes, got = racer.communicate()[0].split()
        told.append((int(clashes), int(got)))
    return told


def test_racing_processes_never_hold_one_lease_together_and_leave_nothing(tmp_path: Path) -> None:
    told = race(tmp_path / "out", tmp_path / "seen")
    assert [clashes for clashes, _ in told] == [0, 0, 0]
    assert sum(got for _, got in told) >= 400
    Leases(tmp_path / "out").sweep()
    assert files(tmp_path / "out") == []


def test_a_dead_owners_leases_are_raced_for_and_never_taken_twice(tmp_path: Path) -> None:
    hold = HOLD.replace(
        "leases.take(sys.argv[2]) is not None", "all([leases.take(f'{n}.mp4') for n in range(200)])"
    )
    with holding(tmp_path / "out", "", code=hold):
        pass
    told = race(tmp_path / "out", tmp_path / "seen")
    assert [clashes for clashes, _ in told] == [0, 0, 0]
    assert sum(got for _, got in told) >= 200


def test_a_second_owner_waits_and_another_video_is_free(tmp_path: Path) -> None:
    with holding(tmp_path, "a.mp4"), Leases(tmp_path) as leases:
        assert leases.take("a.mp4") is None
        assert leases.take("b.mp4") is not None


def test_a_killed_owner_frees_its_lease_at_once(tmp_path: Path) -> None:
    with holding(tmp_path, "a.mp4") as process, Leases(tmp_path) as leases:
        process.kill()
        # Dead, but not reaped: the system still lists it.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        lease = leases.take("a.mp4")
        assert lease is not None
        assert lease.held()


def test_an_owner_is_not_dead_while_one_of_its_threads_lives(tmp_path: Path) -> None:
    # Its first thread ends; the one that refreshes the lease goes on.
    code = HOLD.replace("time.sleep(600)", "import ctypes; ctypes.CDLL(None).pthread_exit(None)")
    with holding(tmp_path, "a.mp4", code=code) as process, Leases(tmp_path) as leases:
        while ") Z " not in Path(f"/proc/{process.pid}/stat").read_text():
            time.sleep(0.01)
        assert leases.take("a.mp4") is None


def test_a_suspended_owner_on_this_machine_keeps_its_lease(tmp_path: Path) -> None:
    with holding(tmp_path, "a.mp4") as process, Leases(tmp_path, patience=0) as leases:
        process.send_signal(signal.SIGSTOP)
        assert leases.take("a.mp4") is None
        process.send_signal(signal.SIGCONT)


def test_an_owner_on_another_machine_keeps_its_lease_while_its_heart_beats(tmp_path: Path) -> None:
    with (
        holding(tmp_path, "a.mp4", machine="there") as process,
        Leases(tmp_path, machine="here", patience=1) as leases,
    ):
        time.sleep(1.2)
        assert leases.take("a.mp4") is None
        process.send_signal(signal.SIGSTOP)
        assert leases.take("a.mp4") is None
        until(lambda: leases.take("a.mp4") is not None)
        process.send_signal(signal.SIGCONT)


def test_two_machines_share_a_folder(tmp_path: Path) -> None:
    with Leases(tmp_path, machine="here") as here, Leases(tmp_path, machine="there") as there:
        assert [
            here.take("a.mp4") is None,
            there.take("a.mp4") is None,
            there.take("b.mp4") is None,
        ] == [False, True, False]


def test_a_process_with_a_dead_ones_number_is_not_its_owner() -> None:
    machine, pid, _, random = new_token(machine_id()).split("-")
    assert is_alive(f"{machine}-{pid}-1-{random}", here=machine_id()) is False


def test_a_lease_that_was_taken_over_is_not_given_back_by_its_first_owner(tmp_path: Path) -> None:
    with (
        Leases(tmp_path, machine="here") as here,
        Leases(tmp_path, machine="there", patience=0) as there,
    ):
        lost = here.take("a.mp4")
        taken = there.take("a.mp4")
        assert lost is not None
        assert taken is not None
        assert not lost.held()
        here.release(lost)
        assert taken.held()


def test_what_is_released_is_free(tmp_path: Path) -> None:
    with Leases(tmp_path) as leases, Leases(tmp_path) as others:
        lease = leases.take("a.mp4")
        assert lease is not None
        leases.release(lease)
        assert others.take("a.mp4") is not None


def test_all_are_released_in_the_end_and_nothing_is_left(tmp_path: Path) -> None:
    with Leases(tmp_path) as leases:
        assert all([leases.take("a.mp4"), leases.take("b/c.mp4"), leases.take(RUN)])
    assert files(tmp_path) == []


def test_a_sweep_removes_what_the_dead_left_and_nothing_of_the_living(tmp_path: Path) -> None:
    with holding(tmp_path, "living.mp4"), holding(tmp_path, "dead.mp4") as process:
        living, dead = lease_folder(tmp_path, "living.mp4"), lease_folder(tmp_path, "dead.mp4")
        [lease] = dead.iterdir()
        (dead / f"{lease.stem}.new").mkdir()
        (dead / f"{lease.stem}.new" / "faces.parquet").write_text("half")
        dead.with_name(f"{lease.stem}.made").mkdir()
        before = files(living)
        process.kill()
        process.wait()
        Leases(tmp_path).sweep()
        assert files(living) == before
        assert [path.name for path in living.parent.iterdir()] == [living.name]


def test_what_bears_no_owners_name_is_never_removed_and_said_to_be_in_the_way(
    tmp_path: Path,
) -> None:
    folder = lease_folder(tmp_path, "a.mp4")
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    with (
        Leases(tmp_path) as leases,
        pytest.raises(OutputError, match=r"cannot lease a.mp4: .*remove that folder"),
    ):
        leases.take("a.mp4")
    leases.sweep()
    assert (folder / "notes.txt").exists()


@pytest.mark.parametrize(
    "clip_id",
    ["", "..", "../a.mp4", "a/../../b.mp4", "/a.mp4", "link/a.mp4"],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, clip_id: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "link").symlink_to(tmp_path)
    with (
        Leases(tmp_path / "out") as leases,
        pytest.raises(InputError, match=r"output folder|folder of results"),
    ):
        leases.take(clip_id)


def test_a_state_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".videoemo").symlink_to(tmp_path)
    with pytest.raises(InputError, match="leads out of the output folder"):
        Leases(tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_an_output_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with (
        Leases(tmp_path / "out") as leases,
        pytest.raises(
            OutputError, match=r"cannot write to the output folder .*out.*another with -o"
        ),
    ):
        leases.take("a.mp4")


def test_a_very_long_name_can_be_leased(tmp_path: Path) -> None:
    with Leases(tmp_path) as leases:
        assert leases.take("/".join(["x" * 200] * 10)) is not None


# What is wrong with the clock, or with what lies there


def left_by_another_machine(out: Path, clip_id: str) -> Path:
    """The lease of a run elsewhere, which is never renewed again."""
    with Leases(out, machine="there") as there:
        lease = there.take(clip_id)
        assert lease is not None
        content = lease.file.read_bytes()
    lease.folder.mkdir(parents=True)
    lease.file.write_bytes(content)
    return lease.file


def test_a_lease_from_the_future_is_told_of_and_taken_over_when_it_is_not_renewed(
    tmp_path: Path,
) -> None:
    lease = left_by_another_machine(tmp_path, "a.mp4")
    told: list[str] = []
    ahead = time.time() + 86400
    os.utime(lease, (ahead, ahead))
    with Leases(tmp_path, machine="here", patience=0.5, notice=told.append) as leases:
        assert leases.take("a.mp4") is None
        os.utime(lease, (ahead + 5, ahead + 5))  # it lives
        time.sleep(0.3)
        assert leases.take("a.mp4") is None
        time.sleep(0.3)
        assert leases.take("a.mp4") is None
        time.sleep(0.3)
        assert leases.take("a.mp4") is not None
    (line,) = told
    assert "is dated 1 day, 0:00:0" in line
    assert line.endswith("it is taken over when it was not renewed for 0.5 s")


def test_a_lease_a_little_ahead_of_the_clock_is_nothing_to_tell_of(tmp_path: Path) -> None:
    lease = left_by_another_machine(tmp_path, "a.mp4")
    told: list[str] = []
    os.utime(lease, (time.time() + 5, time.time() + 5))
    with Leases(tmp_path, machine="here", patience=60, notice=told.append) as leases:
        assert leases.take("a.mp4") is None
    assert told == []


def test_a_link_in_the_place_of_a_lease_that_leads_nowhere_is_stale_like_any_other(
    tmp_path: Path,
) -> None:
    lease = left_by_another_machine(tmp_path, "a.mp4")
    lease.unlink()
    lease.symlink_to(tmp_path / "nowhere")
    with Leases(tmp_path, machine="here", patience=0) as leases:
        assert leases.take("a.mp4") is not None


@pytest.mark.parametrize("make", ["folder", "empty", "garbage", "pipe"])
def test_whatever_a_dead_owner_left_in_the_place_of_its_lease_is_removed(
    tmp_path: Path, make: str
) -> None:
    lease = left_by_another_machine(tmp_path, "a.mp4")
    lease.unlink()
    match make:
        case "folder":
            lease.mkdir()
            (lease / "inside").touch()
        case "pipe":
            os.mkfifo(lease)
        case _:
            lease.write_bytes(b"" if make == "empty" else b"[" * 100_000)
    (lease.parent / f"{lease.stem}.0.old").mkdir()
    with Leases(tmp_path, machine="here", patience=0) as leases:
        leases.sweep()
        assert leases.take("a.mp4") is not None
    assert files(tmp_path) == ["a.mp4"]  # the folder that was set aside is where it was


def test_files_that_are_no_leases_do_no_harm_among_them(tmp_path: Path) -> None:
    root = tmp_path / ".videoemo" / "leases"
    root.mkdir(parents=True)
    (root / ".DS_Store").touch()
    (root / "link").symlink_to(tmp_path)
    with Leases(tmp_path) as leases:
        leases.sweep()
        assert leases.take("a.mp4") is not None
    assert sorted(path.name for path in root.iterdir()) == [".DS_Store", "link"]


def test_a_link_in_the_place_of_a_leases_folder_is_refused_and_nothing_behind_it_touched(
    tmp_path: Path,
) -> None:
    elsewhere = left_by_another_machine(tmp_path / "elsewhere", "a.mp4").parent
    folder = lease_folder(tmp_path / "out", "a.mp4")
    folder.parent.mkdir(parents=True)
    folder.symlink_to(elsewhere)
    before = files(elsewhere)
    with (
        Leases(tmp_path / "out", machine="here", patience=0) as leases,
        pytest.raises(OutputError, match=r"cannot lease a.mp4: .* is a link: remove it"),
    ):
        leases.take("a.mp4")
    assert files(elsewhere) == before


@pytest.mark.parametrize("place", [".videoemo", ".videoemo/leases", ".videoemo/runs"])
def test_a_file_in_the_way_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).touch()
    with (
        Leases(tmp_path) as leases,
        pytest.raises(OutputError, match=f"'{tmp_path / place}' is in the way"),
    ):
        leases.join({})


# Runs at work on one folder

# Joins the runs on a folder, and stays: out, settings, machine or "".
JOIN = """
import json, sys, time
from pathlib import Path
from videoemo.runs.state.leases import Leases
with Leases(Path(sys.argv[1]), machine=sys.argv[3] or None, beat=0.1) as leases:
    leases.join(json.loads(sys.argv[2]))
    print(True, flush=True)
    time.sleep(600)
"""


def record(out: Path) -> Path:
    """The record of the one run that is at work."""
    (found,) = (out / ".videoemo" / "runs").iterdir()
    return found


def test_runs_with_the_same_settings_share_a_folder(tmp_path: Path) -> None:
    with (
        holding(tmp_path, '{"every": 1}', code=JOIN),
        Leases(tmp_path) as one,
        Leases(tmp_path) as other,
    ):
        one.join({"every": 1})
        other.join({"every": 1})


def test_a_run_with_other_settings_is_refused_with_the_difference_and_who_is_at_work(
    tmp_path: Path,
) -> None:
    with holding(tmp_path, '{"every": 1, "faces": "all"}', code=JOIN) as process:
        with Leases(tmp_path) as leases, pytest.raises(InputError) as caught:
            leases.join({"every": 5, "faces": "all"})
        assert f"(process {process.pid} on " in str(caught.value)
        assert "; from its to yours: every was 1, is 5): wait until it has ended" in str(
            caught.value
        )
        before = record(tmp_path)
        with Leases(tmp_path) as leases:
            leases.join({"every": 1, "faces": "all"})
        assert record(tmp_path) == before


def test_a_dead_run_keeps_nobody_out(tmp_path: Path) -> None:
    with holding(tmp_path, '{"every": 1}', code=JOIN) as process:
        process.kill()
        process.wait()
        with Leases(tmp_path) as leases:
            leases.join({"every": 5})
            leases.sweep()
    assert files(tmp_path) == []


def joins(leases: Leases) -> bool:
    with suppress(InputError):
        leases.join({"every": 5})
        return True
    return False


def test_a_run_on_another_machine_counts_while_its_heart_beats(tmp_path: Path) -> None:
    with (
        holding(tmp_path, '{"every": 1}', machine="there", code=JOIN) as process,
        Leases(tmp_path, machine="here", patience=1) as leases,
    ):
        time.sleep(1.2)
        with pytest.raises(InputError, match="every was 1, is 5"):
            leases.join({"every": 5})
        process.kill()
        until(lambda: joins(leases))


def test_of_two_that_start_together_with_other_settings_one_is_refused(tmp_path: Path) -> None:
    racers = [start(JOIN, tmp_path, f'{{"every": {n}}}', "") for n in (1, 2)]
    try:
        deadline = time.monotonic() + 60
        while all(racer.poll() is None for racer in racers) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert sorted(racer.poll() is None for racer in racers) == [False, True]
    finally:
        for racer in racers:
            racer.kill()
            racer.communicate()


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[" * 100_000, b'{"settings": 1, "pid": 1e999, "host": ""}']
)
def test_a_live_runs_record_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    with holding(tmp_path, '{"every": 1}', code=JOIN), Leases(tmp_path) as leases:
        record(tmp_path).write_bytes(content)
        with pytest.raises(
            OutputError, match=rf"its settings cannot be read .*remove {record(tmp_path)}"
        ):
            leases.join({"every": 1})


def test_what_another_run_is_called_reaches_no_terminal_raw(tmp_path: Path) -> None:
    with holding(tmp_path, '{"\\u001b[31m": "\\u001b]0;x\\u0007"}', code=JOIN):
        name = record(tmp_path)
        name.write_text(name.read_text().replace('"host": "', '"host": "\\u001b[2J'))
        with Leases(tmp_path) as leases, pytest.raises(InputError) as caught:
            leases.join({"every": 1})
    assert str(caught.value).isprintable()


def test_a_run_that_is_waited_for_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("videoemo.runs.state.leases._SILENCE", 0.2)
    told: list[str] = []
    with (
        holding(tmp_path, ".") as process,
        Leases(tmp_path, notice=told.append) as leases,
    ):
        Timer(0.8, process.kill).start()
        leases.release(leases.wait(RUN))
    assert told == [
        f"waiting for process {process.pid} of this machine, which writes to {str(tmp_path)!r}"
    ]

"""Leases, held by real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.outputs import files
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
        Leases(tmp_path, machine="here", patience=3) as leases,
    ):
        time.sleep(4)
        assert leases.take("a.mp4") is None
        process.send_signal(signal.SIGSTOP)
        assert leases.take("a.mp4") is None
        time.sleep(4)
        assert leases.take("a.mp4") is not None
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
    ["", "..", "../a.mp4", "a/../../b.mp4", "/a.mp4", ".videoemo/leases/a.mp4", "link/a.mp4"],
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

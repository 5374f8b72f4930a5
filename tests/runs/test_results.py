"""Results that appear whole or not at all, through kills of real processes."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from PIL import Image

from tests.support.outputs import files
from videoemo.errors import LeaseLostError, OutputError
from videoemo.runs.state.fingerprint import make_key
from videoemo.runs.state.integrity import PNG, csv_check, parquet_check
from videoemo.runs.state.leases import RUN, Lease, Leases
from videoemo.runs.state.results import State, publishing, state, write_failure, writing
from videoemo.tables.summary import Failure, to_summary
from videoemo.tables.videos import VideoRow
from videoemo.util.files import atomic_write

KEY = make_key({"size": 3}, {"min_face": 40})
OTHER = make_key({"size": 3}, {"min_face": 60})
OUTPUTS = {"faces.parquet": parquet_check(pyarrow.parquet.read_table), "timeline.png": PNG}
ROW = VideoRow(
    video="a.mp4",
    seconds=1.5,
    frames=3,
    face_frames=2,
    faces=2,
    mean=np.array([0.1, 0.9], np.float32),
    dominant="joy",
)
HUGE_NUMBER = json.dumps(to_summary(ROW, ["anger", "joy"])).replace("1.5", "9" * 400)
HUGE_FILE = json.dumps(to_summary(ROW, ["anger", "joy"]) | {"key": KEY}) + " " * 2**24
FAILURE = Failure("a.mp4", "probe", "UnreadableVideoError", "a.mp4: no decoder can open it")


@pytest.fixture
def lease(tmp_path: Path) -> Iterator[Lease]:
    with Leases(tmp_path / "out", own_files=(*OUTPUTS, "faces.csv")) as leases:
        taken = leases.take("a.mp4")
        assert taken is not None
        yield taken


def fill(folder: Path, *, key: Any = KEY) -> None:
    pa.parquet.write_table(
        pa.table({"frame": np.arange(20000) % 977}), folder / "faces.parquet", compression="zstd"
    )
    Image.fromarray(np.random.randint(0, 255, (32, 32, 3), np.uint8)).save(folder / "timeline.png")  # noqa: NPY002 - seeded by a fixture
    (folder / "summary.json").write_text(
        json.dumps({**to_summary(ROW, ["anger", "joy"]), "key": key})
    )


def write(lease: Lease, *, key: Any = KEY) -> Path:
    with writing(lease) as folder:
        fill(folder, key=key)
    return lease.out / lease.clip_id


def look(lease: Lease, *, key: dict[str, Any] = KEY, verify: bool = False) -> State:
    return state(lease.out, lease.clip_id, key, outputs=OUTPUTS, verify=verify)


def break_off(lease: Lease) -> None:
    with writing(lease) as folder:
        (folder / "faces.parquet").write_text("half")
        raise ZeroDivisionError


def test_nothing_is_there_before_all_is(lease: Lease) -> None:
    with writing(lease) as folder:
        fill(folder)
        assert not (lease.out / "a.mp4").exists()
    assert files(lease.out / "a.mp4") == ["faces.parquet", "summary.json", "timeline.png"]


def test_what_breaks_in_the_middle_leaves_the_older_result_and_nothing_else(lease: Lease) -> None:
    before = (write(lease) / "faces.parquet").read_bytes()
    with pytest.raises(ZeroDivisionError):
        break_off(lease)
    assert (lease.out / "a.mp4" / "faces.parquet").read_bytes() == before
    assert [path.name for path in lease.folder.iterdir()] == [lease.file.name]


def test_a_result_replaces_an_older_one_with_all_its_files(lease: Lease) -> None:
    (write(lease) / "faces.csv").write_text("of before\n")
    write(lease, key=OTHER)
    assert files(lease.out / "a.mp4") == ["faces.parquet", "summary.json", "timeline.png"]
    assert look(lease, key=OTHER).kind == "done"


def test_what_others_put_into_the_older_folder_is_kept(lease: Lease) -> None:
    place = write(lease)
    (place / "notes.txt").write_text("mine")
    (place / "1.png").mkdir()
    (place / "1.png" / "faces.parquet").write_text("of a picture inside")
    write(lease)
    assert files(place) == [
        "1.png",
        "1.png/faces.parquet",
        "faces.parquet",
        "notes.txt",
        "summary.json",
        "timeline.png",
    ]


def test_the_video_itself_is_not_replaced_where_results_go_among_the_videos(lease: Lease) -> None:
    (lease.out / "a.mp4").write_text("a video")
    with pytest.raises(OutputError, match=r"a.mp4: there is a file; give another folder"):
        write(lease)
    assert (lease.out / "a.mp4").read_text() == "a video"


def fill_the_disk(lease: Lease) -> None:
    with writing(lease) as folder:
        (folder / "faces.parquet").write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_disk_that_is_full_is_an_output_error_that_says_what_to_do(lease: Lease) -> None:
    with pytest.raises(
        OutputError,
        match=r"cannot write to '.*out': No space left on device; mend that and run it again; what "
        r"is done is kept",
    ):
        fill_the_disk(lease)
    assert [path.name for path in lease.folder.iterdir()] == [lease.file.name]


def test_the_temporary_files_of_a_worker_that_died_at_it_are_not_taken_along(lease: Lease) -> None:
    with writing(lease) as folder:
        (folder / ".faces.123.part.parquet").write_text("half")
        fill(folder)
    assert files(lease.out / "a.mp4") == ["faces.parquet", "summary.json", "timeline.png"]


def test_one_that_wakes_up_after_its_lease_was_taken_over_writes_nothing(tmp_path: Path) -> None:
    with (
        Leases(tmp_path, machine="here") as here,
        Leases(tmp_path, machine="there", patience=0) as there,
    ):
        asleep = here.take("a.mp4")
        assert asleep is not None
        taken: list[Lease | None] = []

        def sleep_over_a_takeover() -> None:
            with writing(asleep) as folder:
                taken.append(there.take("a.mp4"))
                # As the writers of tables do it, which make the folder anew.
                with atomic_write(folder / "faces.parquet") as path:
                    path.write_text("late")

        with pytest.raises(LeaseLostError, match=r"a.mp4: another run took it over"):
            sleep_over_a_takeover()
        assert not (tmp_path / "a.mp4").exists()
        [awake] = taken
        assert awake is not None
        write(awake)
        assert look(awake).kind == "done"
    Leases(tmp_path).sweep()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4"]


# Forks a child that replaces one video's result again and again, each time all of its files with
# the next number, and kills it; many times.
KILLS = """
import os, random, signal, sys, time
from pathlib import Path
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.results import writing
out, n_kills = Path(sys.argv[1]), int(sys.argv[2])
random.seed(0)
numbers = []
for kill in range(n_kills):
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        with Leases(out) as leases:
            lease = leases.take("a.mp4")
            for number in range(kill * 1000, (kill + 1) * 1000):
                with writing(lease) as folder:
                    for name in ("faces.parquet", "summary.json", "timeline.png"):
                        (folder / name).write_text(str(number))
                os.write(theirs, b".")
            os._exit(1)
    os.read(ours, 1)
    time.sleep(random.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(ours), os.close(theirs)
    place = out / "a.mp4"
    torn = place.exists() and len({(place / name).read_text() for name in os.listdir(place)}) > 1
    Leases(out).sweep()
    [number] = {path.read_text() for path in (out / "a.mp4").iterdir()}
    print(torn, len(os.listdir(place)), int(number) // 1000 == kill, sorted(os.listdir(out)))
"""


def test_thirty_kills_at_random_moments_leave_a_whole_result_and_a_sweep_nothing_else(
    tmp_path: Path,
) -> None:
    told = subprocess.run(
        [sys.executable, "-c", KILLS, str(tmp_path), "30"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert told == ["False 3 True ['a.mp4']"] * 30


# Forks a child that replaces a result, and ends it before its n-th step on the file system, for
# every n until one comes to its end.
STEPS = """
import os, signal, sys
from pathlib import Path
from videoemo.runs.state.leases import Leases
from videoemo.runs.state.results import writing
out = Path(sys.argv[1])
steps = 0

def kill_before(n):
    def hook(event, args):
        global steps
        writes = event == "open" and args[2] & os.O_WRONLY
        if writes or event in ("os.mkdir", "os.remove", "os.rename", "os.rmdir"):
            steps += 1
            if steps == n:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

def write(content):
    with Leases(out) as leases:
        with writing(leases.take("a.mp4")) as folder:
            for name in ("faces.parquet", "summary.json"):
                (folder / name).write_text(content)
        leases.sweep()

def seen():
    return "".join(sorted({path.read_text() for path in (out / "a.mp4").glob("*.*")})) or "none"

write("old")
(out / "a.mp4" / "notes").write_text("mine")
n, status = 0, signal.SIGKILL
while status == signal.SIGKILL:
    n += 1
    child = os.fork()
    if child == 0:
        kill_before(n)
        write("new")
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    killed = seen()
    Leases(out).sweep()
    place = out / "a.mp4"
    left = os.listdir(place)
    print(status, killed, seen(), "notes" in left, os.listdir(out), len(left))
    write("old")
"""


def test_a_kill_before_any_step_leaves_the_older_result_or_the_new_one(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", STEPS, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    *killed, finished = told
    assert {line.split(maxsplit=2)[1] for line in killed} == {"old", "none", "new"}
    assert set(killed) <= {
        f"9 {then} {later} True ['a.mp4'] 3"
        for then, later in [("old", "old"), ("none", "old"), ("new", "new")]
    }
    assert finished == "0 new new True ['a.mp4'] 3"


def test_a_video_that_nobody_did_is_new(lease: Lease) -> None:
    assert look(lease).kind == "new"


def test_a_video_is_done_and_has_its_row(lease: Lease) -> None:
    write(lease)
    found = look(lease, verify=True)
    assert (found.kind, found.reasons) == ("done", ())
    assert repr(found.row) == repr(ROW)


def test_another_key_is_a_change_and_says_which(lease: Lease) -> None:
    write(lease)
    assert look(lease, key=OTHER) == State("changed", reasons=("min_face was 40, is 60",))


def test_a_missing_output_is_said(lease: Lease) -> None:
    (write(lease) / "timeline.png").unlink()
    assert look(lease) == State("incomplete", reasons=("timeline.png is missing",))


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("left", [0, 0.5, 0.99])
def test_an_output_that_was_cut_off_is_seen_without_opening_it(
    lease: Lease, name: str, left: float
) -> None:
    path = write(lease) / name
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * left)])
    assert look(lease) == State("incomplete", reasons=(f"{name} is cut off",))


@pytest.mark.parametrize("name", OUTPUTS)
def test_damage_in_the_middle_is_found_by_verify(lease: Lease, name: str) -> None:
    path = write(lease) / name
    content = bytearray(path.read_bytes())
    content[40 : len(content) // 3] = bytes(len(content) // 3 - 40)
    path.write_bytes(content)
    assert look(lease).kind == "done"
    found = look(lease, verify=True)
    assert found.kind == "incomplete"
    assert found.reasons[0].startswith(f"{name} is damaged (")


def test_what_the_run_itself_reads_later_is_read_by_every_run(lease: Lease) -> None:
    content = bytearray((write(lease) / "faces.parquet").read_bytes())
    content[40 : len(content) // 3] = bytes(len(content) // 3 - 40)
    (lease.out / "a.mp4" / "faces.parquet").write_bytes(content)
    checks = {"faces.parquet": parquet_check(pyarrow.parquet.read_table, always=True)}
    found = state(lease.out, "a.mp4", KEY, outputs=checks, verify=False)
    assert found.kind == "incomplete"
    assert found.reasons[0].startswith("faces.parquet is damaged (")


def test_a_csv_is_read_too(lease: Lease) -> None:
    (write(lease) / "faces.csv").write_text("frame,seconds\n0,0.0,1\n")
    found = state(
        lease.out, "a.mp4", KEY, outputs={"faces.csv": csv_check(pyarrow.csv.read_csv)}, verify=True
    )
    assert found.reasons[0].startswith("faces.csv is damaged (")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "\xff",
        "[" * 100_000,
        "{}",
        '{"video": 3}',
        json.dumps(to_summary(ROW, "ab")).replace("1.5", "9" * 400),
        HUGE_FILE,
    ],
    ids=[
        "empty",
        "cut",
        "a list",
        "null",
        "latin",
        "deep",
        "no row",
        "wrong type",
        "too large a number",
        "too large",
    ],
)
def test_a_summary_that_is_none_is_damage(lease: Lease, text: str) -> None:
    (write(lease) / "summary.json").write_bytes(text.encode("latin-1"))
    found = look(lease)
    assert found.kind == "incomplete"
    assert found.reasons[0].startswith("summary.json is damaged (")


def test_a_result_without_a_key_is_done_again(lease: Lease) -> None:
    write(lease, key=None)
    assert look(lease) == State(
        "changed", reasons=("the result does not say what it was made from",)
    )


def test_the_results_of_another_video_are_not_its_own(lease: Lease) -> None:
    write(lease).rename(lease.out / "b.mp4")
    assert state(lease.out, "b.mp4", KEY, outputs=OUTPUTS, verify=False).reasons == (
        "the results are another video's",
    )


def test_a_failure_is_kept(lease: Lease) -> None:
    write_failure(lease, FAILURE, KEY)
    assert look(lease) == State("failed", failure=FAILURE)


def test_a_failure_with_another_key_does_not_hold(lease: Lease) -> None:
    write_failure(lease, FAILURE, KEY)
    assert look(lease, key=OTHER) == State("new")


def test_an_older_result_outlives_a_failure_with_another_key(lease: Lease) -> None:
    write(lease)
    write_failure(lease, FAILURE, OTHER)
    assert [look(lease, key=key).kind for key in (KEY, OTHER)] == ["done", "failed"]


def test_a_result_ends_a_failure(lease: Lease) -> None:
    write_failure(lease, FAILURE, KEY)
    (write(lease) / "timeline.png").unlink()
    assert look(lease).kind == "incomplete"


def test_no_folder_is_left_where_no_failure_is(tmp_path: Path) -> None:
    with Leases(tmp_path) as leases:
        lease = leases.take("a.mp4")
        assert lease is not None
        write_failure(lease, FAILURE, KEY)
        write(lease)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is damaged (Expecting value"),
        ("[]", "is damaged (expected a JSON object, got [])"),
        ("[" * 10_000, "is damaged (lists or objects within each other"),
        (json.dumps({"key": KEY}), "is damaged (failure: expected dict, got None)"),
        (
            json.dumps({"key": KEY, "failure": {"video": 3}}),
            "is damaged (video: expected str, got 3)",
        ),
        (
            json.dumps({"key": KEY, "failure": asdict(replace(FAILURE, video="b.mp4"))}),
            "is another video's",
        ),
    ],
)
def test_a_damaged_record_of_a_failure_holds_nothing_and_is_said(
    lease: Lease, text: str, reason: str
) -> None:
    write_failure(lease, FAILURE, KEY)
    [kept] = (lease.out / ".videoemo" / "failed").iterdir()
    kept.write_text(text)
    found = look(lease)
    assert (found.kind, found.failure) == ("incomplete", None)
    assert found.reasons[0].startswith(f"the record of its failure {reason}")


@pytest.mark.parametrize("text", ["{}", '{"key": 3}'])
def test_a_record_of_a_failure_without_a_key_is_none(lease: Lease, text: str) -> None:
    write_failure(lease, FAILURE, KEY)
    [kept] = (lease.out / ".videoemo" / "failed").iterdir()
    kept.write_text(text)
    assert look(lease).kind == "new"


@pytest.fixture
def publish(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    with Leases(tmp_path / "out") as leases:
        taken = leases.take(RUN)
        assert taken is not None

        def publish(text: str) -> None:
            with publishing(taken) as folder:
                (folder / "videos.csv").write_text(text)
                assert text

        yield publish


def test_the_runs_tables_replace_their_namesakes_and_leave_the_rest(
    publish: Callable[[str], None], tmp_path: Path
) -> None:
    publish("old")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    publish("new")
    assert (tmp_path / "out" / "videos.csv").read_text() == "new"
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == [
        ".videoemo",
        "notes.txt",
        "videos.csv",
    ]


def test_the_runs_tables_stand_where_new_ones_break_off(
    publish: Callable[[str], None], tmp_path: Path
) -> None:
    publish("old")
    with pytest.raises(AssertionError):
        publish("")
    assert (tmp_path / "out" / "videos.csv").read_text() == "old"

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from videoemo.errors import OutputError
from videoemo.util.files import atomic_write


def test_a_file_appears_whole_in_a_folder_made_for_it(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "a" / "b.txt") as path:
        path.write_text("done")
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b.txt"]
    assert (tmp_path / "a" / "b.txt").read_text() == "done"


def test_what_breaks_in_the_middle_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("old")

    def break_off() -> None:
        with atomic_write(tmp_path / "b.txt") as path:
            path.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert [p.name for p in tmp_path.iterdir()] == ["b.txt"]
    assert (tmp_path / "b.txt").read_text() == "old"


def test_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    device = tmp_path / "null"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except (AttributeError, OSError):
        pytest.skip("only root of a POSIX system may make a device")
    with pytest.raises(OutputError, match="it is a device"), atomic_write(device):
        pass
    assert device.is_char_device()
    assert [p.name for p in tmp_path.iterdir()] == ["null"]


def test_a_place_that_cannot_be_written_is_an_output_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match=r"cannot write .*file/b.txt"),
        atomic_write(tmp_path / "file" / "b.txt"),
    ):
        pass


def test_runs_that_begin_together_do_not_disturb_each_other_and_leave_nothing(
    tmp_path: Path,
) -> None:
    code = (
        "from pathlib import Path; from videoemo.util.files import prepare_output_dir; "
        f"[prepare_output_dir(Path({str(tmp_path)!r})) for _ in range(5000)]"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)
    ]
    assert [run.communicate()[1] for run in runs] == [b""] * 3
    assert list(tmp_path.iterdir()) == []


def test_no_link_in_the_place_of_the_unfinished_file_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with atomic_write(tmp_path / "b.txt") as path:
        path.touch()
        name = path.name
    (tmp_path / name).symlink_to(tmp_path / "mine.txt")
    with atomic_write(tmp_path / "b.txt") as path:
        path.write_text("done")
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert (tmp_path / "b.txt").read_text() == "done"

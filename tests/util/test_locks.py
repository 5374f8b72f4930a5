"""Locks of files, and what may stand in their place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from videoemo.util.locks import file_lock


@pytest.mark.parametrize("by", ["folder", "pipe", "link"])
def test_what_is_no_lock_is_named_and_left_as_it_is(tmp_path: Path, by: str) -> None:
    lock, victim = tmp_path / ".a.lock", tmp_path / "victim"
    victim.write_text("content")
    match by:
        case "folder":
            lock.mkdir()
        case "pipe":
            os.mkfifo(lock)
        case "link":
            lock.symlink_to(victim)
    with pytest.raises(OSError, match="what is there is no lock: remove it") as caught:  # noqa: SIM117
        with file_lock(tmp_path / "a"):
            pass
    assert (caught.value.filename, victim.read_text()) == (str(lock), "content")


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000])
def test_what_is_in_the_file_does_not_matter(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".a.lock").write_bytes(content)
    with file_lock(tmp_path / "a"):
        pass


def test_another_owner_is_waited_for_no_longer_than_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        file_lock(tmp_path / "a"),
        pytest.raises(TimeoutError),
        file_lock(tmp_path / "a", notice="waiting", patience=0.2),
    ):
        pass
    assert capsys.readouterr().err == "waiting\n"

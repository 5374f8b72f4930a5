from __future__ import annotations

import os
from pathlib import Path

import pytest

from videoemo.util.regular_files import open_regular, read_regular


def test_a_file_and_a_link_to_one_are_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for name in "ab":
        with open_regular(tmp_path / name) as file:
            assert file.read() == b"content"


def test_no_link_is_followed_where_none_may_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with (
        pytest.raises(OSError, match="it is a link"),
        open_regular(tmp_path / "b", follow_links=False),
    ):
        pass


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("name", ["pipe", "folder", "/dev/zero"])
def test_nothing_else_is_read_or_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(OSError, match="it is no regular file"),
        open_regular(tmp_path / name),
    ):
        pass


def test_no_more_is_read_than_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    assert read_regular(tmp_path / "a", most=7) == b"content"
    with pytest.raises(ValueError, match="more than 6 bytes"):
        read_regular(tmp_path / "a", most=6)

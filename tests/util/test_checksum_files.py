"""What is kept is compared with its checksum file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from videoemo.util.checksum_files import find_damage, write_checksum_file


@pytest.fixture
def sums(tmp_path: Path) -> Path:
    """A checksum file of two files, `a.bin` and `b.bin`."""
    files = [tmp_path / "a.bin", tmp_path / "b.bin"]
    for file in files:
        file.write_bytes(file.name.encode() * 1000)
    write_checksum_file(tmp_path / "SHA256SUMS", files)
    return tmp_path / "SHA256SUMS"


def damage(sums: Path) -> str | None:
    return find_damage(sums, ["a.bin", "b.bin"])


def test_it_has_the_form_of_sha256sum(sums: Path) -> None:
    digest = hashlib.sha256(b"a.bin" * 1000).hexdigest()
    assert sums.read_text().splitlines()[0] == f"{digest}  a.bin"


def test_what_is_as_it_was_made_is_right(sums: Path) -> None:
    assert damage(sums) is None


def test_one_flipped_bit_is_found(sums: Path) -> None:
    content = bytearray(sums.with_name("b.bin").read_bytes())
    content[1234] ^= 16
    sums.with_name("b.bin").write_bytes(content)
    assert "the SHA-256 of b.bin is " in (damage(sums) or "")


@pytest.mark.parametrize("by", ["nothing", "folder", "pipe", "link"])
def test_what_stands_in_a_files_place_is_named(sums: Path, by: str) -> None:
    file = sums.with_name("a.bin")
    same = file.rename(sums.with_name("same.bin"))
    match by:
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case "link":
            file.symlink_to(same)
    assert (
        damage(sums)
        == {
            "nothing": "a.bin is missing",
            "folder": "a.bin cannot be read (it is no regular file)",
            "pipe": "a.bin cannot be read (it is no regular file)",
            "link": "a.bin is a link",
        }[by]
    )


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"no checksum\n", b"x" * 100_000, b"0" * 64 + b"  \n"]
)
def test_checksums_that_are_none_are_damage(sums: Path, content: bytes) -> None:
    sums.write_bytes(content)
    assert (damage(sums) or "").startswith("SHA256SUMS cannot be read")


def test_checksums_that_lead_elsewhere_are_damage(sums: Path) -> None:
    other = sums.rename(sums.with_name("other"))
    sums.symlink_to(other)
    assert damage(sums) == "SHA256SUMS cannot be read (it is a link)"


def test_a_file_that_it_does_not_name_is_not_right(sums: Path) -> None:
    sums.with_name("c.bin").touch()
    assert "not none" in (find_damage(sums, ["c.bin"]) or "")


def test_without_a_checksum_file_there_is_nothing_to_compare(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        find_damage(tmp_path / "SHA256SUMS", ["a.bin"])

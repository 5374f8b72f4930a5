"""Integrity checks of output files; reading them runs no code of theirs, and follows no link."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from videoemo.util.messages import reason_of
from videoemo.util.regular_files import open_regular

__all__ = ["PNG", "FileCheck", "check_integrity", "csv_check", "parquet_check"]

_PNG_HEAD, _PNG_TAIL = b"\x89PNG\r\n\x1a\n", b"\x00\x00\x00\x00IEND\xaeB`\x82"
_LARGEST_PNG = 256 * 1024 * 1024
# Bytes read at a time.
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class FileCheck:
    """Integrity check of files of one kind.

    Parameters
    ----------
    head, tail : bytes
        The first and last bytes of a complete file. After a power cut a file may end early, or in
        zeros.
    read : callable
        Reads all of a file; raises OSError where it cannot be read, ValueError where it is damaged.
    always : bool, default=False
        Whether it is read by every run, not only by one that verifies: where another part of the
        run reads it, when it is too late to make it again.
    """

    head: bytes
    tail: bytes
    read: Callable[[Path], object]
    always: bool = False


def parquet_check(read: Callable[[Path], object], *, always: bool = False) -> FileCheck:
    """Check of Parquet files that `read` reads; see `FileCheck`."""
    return FileCheck(b"PAR1", b"PAR1", read, always)


def csv_check(read: Callable[[Path], object]) -> FileCheck:
    """Check of CSV files that `read` reads; see `FileCheck`."""
    return FileCheck(b"", b"\n", read)


def check_integrity(path: Path, check: FileCheck, *, whole: bool) -> str | None:
    """Check the integrity of an output file.

    Parameters
    ----------
    path : Path
        The file.
    check : FileCheck
        Of its kind.
    whole : bool
        Whether all of it is read, not only its first and last bytes.

    Returns
    -------
    str or None
        What is wrong, in words; None for an intact file.
    """
    head, tail = check.head, check.tail
    try:
        with open_regular(path, follow_links=False) as file:
            begins = file.read(len(head)) == head
            length = file.seek(0, os.SEEK_END)
            file.seek(max(0, length - len(tail)))
            if not (begins and file.read() == tail):
                return f"{path.name} is cut off"
        if whole or check.always:
            check.read(path)
    except FileNotFoundError:
        return f"{path.name} is missing"
    except (OSError, ValueError) as exc:
        return f"{path.name} is damaged ({reason_of(exc)})"
    return None


def _read_png(path: Path) -> None:
    """Compare each chunk of a PNG with its checksum; no picture is unpacked.

    Raises
    ------
    OSError
        It cannot be read.
    ValueError
        It is damaged.
    """
    with open_regular(path, follow_links=False) as file:
        if os.fstat(file.fileno()).st_size > _LARGEST_PNG:
            raise ValueError(f"more than {_LARGEST_PNG:,} bytes")
        file.seek(len(_PNG_HEAD))
        kind = b""
        while kind != b"IEND":
            heading = file.read(8)
            if len(heading) < 8:
                raise ValueError("it ends early")
            length, kind = struct.unpack(">I4s", heading)
            found = zlib.crc32(kind)
            while length:
                part = file.read(min(length, _BLOCK))
                if not part:
                    raise ValueError("it ends early")
                length, found = length - len(part), zlib.crc32(part, found)
            if file.read(4) != found.to_bytes(4, "big"):
                raise ValueError(f"the checksum of its part {kind!r} is another one")


PNG = FileCheck(_PNG_HEAD, _PNG_TAIL, _read_png)

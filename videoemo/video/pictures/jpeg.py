"""What lies behind the first picture in a JPEG file: the next one of a film, or a film."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, NamedTuple

__all__ = ["MOTION_PHOTO", "jpeg_tail"]

# What is said of a picture with a film behind it.
MOTION_PHOTO = "a film lies behind the picture (motion photo): the picture is scored"
# No more of a file is looked at; no camera writes larger pictures.
_MAX_BYTES = 256 * 2**20
# What ends the coded data of a scan: a marker that is no filling, restart or byte of 0xff (ITU-T
# T.81, B.1.1).
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SCAN, _END, _FILL = 0xDA, 0xD9, 0xFF
# Markers of segments that begin with the size of the picture.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# Markers without a segment behind them.
_BARE = (0x01, *range(0xD0, 0xD8), _FILL)
# In these segments of the first picture photos tell of others behind them, which are no next ones:
# other views, depth, brightness (CIPA DC-007; XMP).
_PHOTO = (b"MPF\0", b"http://ns.adobe.com/xap/1.0/")


def jpeg_tail(path: Path) -> Literal["", "pictures", "film"]:
    """What lies behind the first picture of a JPEG file.

    Returns
    -------
    {"", "pictures", "film"}
        "pictures": another picture of the same size follows at once, as in Motion JPEG without a
        container. "film": an MP4 follows, as in motion photos of telephones.
    """
    with path.open("rb") as file:
        data = file.read(_MAX_BYTES)
    first = _parse(data, 0)
    if data.startswith(b"\xff\xd8\xff", first.end):
        alone = not any(data.find(mark, 0, first.scan) > 0 for mark in _PHOTO)
        if alone and _parse(data, first.end).size == first.size:
            return "pictures"
    return "film" if data.find(b"ftyp", first.end) >= 0 else ""


class _Parsed(NamedTuple):
    """A picture within a file: the bytes of its height and width, where its first scan begins, and
    where it ends, which is the end of the data where it is cut off or damaged.
    """

    size: bytes
    scan: int
    end: int


def _parse(data: bytes, start: int) -> _Parsed:
    at, scan, size = start + 2, len(data), b""
    while at + 2 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == _END:
            return _Parsed(size, scan, at + 2)
        if marker in _BARE:
            at += 1 if marker == _FILL else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            size = data[at + 5 : at + 9]
        if marker == _SCAN:
            scan = min(scan, at)
            found = _SCAN_END.search(data, at + 2 + length)
            at = found.start() if found else len(data)
        else:
            at += 2 + length
    return _Parsed(size, scan, len(data))

"""What lies behind the first picture in a JPEG file: the next one of a film, or a film."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

__all__ = ["MOTION_PHOTO", "jpeg_tail"]

# What is said of a picture with a film behind it.
MOTION_PHOTO = "a film lies behind the picture (motion photo): the picture is scored"
# No more of a file is looked at; no camera writes larger pictures.
_MAX_BYTES = 256 * 2**20
# What ends the coded data of a scan: a marker that is no filling, restart or byte of 0xff (ITU-T
# T.81, B.1.1).
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SCAN, _END, _FILL = 0xDA, 0xD9, 0xFF
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
        "pictures": another picture follows at once, as in Motion JPEG without a container. "film":
        an MP4 follows, as in motion photos of telephones.
    """
    with path.open("rb") as file:
        data = file.read(_MAX_BYTES)
    scan, end = _scan_and_end(data)
    if data.startswith(b"\xff\xd8\xff", end) and not any(data.find(m, 0, scan) > 0 for m in _PHOTO):
        return "pictures"
    return "film" if data.find(b"ftyp", end) >= 0 else ""


def _scan_and_end(data: bytes) -> tuple[int, int]:
    """Where the first scan begins, and where the picture ends; the end of the data where it is cut
    off, or damaged.
    """
    at, scan = 2, len(data)
    while at + 2 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == _END:
            return scan, at + 2
        if marker in _BARE:
            at += 1 if marker == _FILL else 2
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == _SCAN:
            scan = min(scan, at)
            found = _SCAN_END.search(data, at + 2 + size)
            at = found.start() if found else len(data)
        else:
            at += 2 + size
    return scan, len(data)

"""Truncated files, detected from the headers of their outermost chunks alone.

MP4 and MOV are a sequence of boxes, AVI of RIFF chunks, Matroska and WebM of EBML elements, each
with its length in front: where a chunk runs past the end of the file, the file is truncated. Other
containers (MPEG-TS, MPEG-PS, FLV, raw streams) announce no length.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from videoemo.video.container.chunks import ebml_headers

__all__ = ["is_fragmented", "is_truncated", "lacks_index"]

# With which a file may begin.
BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
# Of which it is made (ISO/IEC 14496-12): what lies behind a whole file under another name is none
# of it, whatever length it seems to announce.
PARTS = (*BOXES, b"styp", b"moof", b"mfra", b"uuid", b"meta", b"sidx", b"ssix", b"prft", b"udta")
INDEXES = (b"moov", b"meta")
EBML, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
# Writers disagree by a header and a pad byte on what the length of a RIFF chunk includes.
RIFF_SLACK = 9


def is_truncated(path: Path) -> bool:
    """Whether the file ends before its last chunk does; False where the container announces
    no length.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(8)
        file.seek(0)
        if head[4:] in BOXES:
            return any(name in PARTS and end > size for name, end in _mp4_boxes(file, size=size))
        if head[:4] == b"RIFF":
            return any(end > size + RIFF_SLACK for end in _riff_ends(file, size=size))
        if head[:4] == EBML:
            return any(end > size for end in _ebml_ends(file, size=size))
    return False


def lacks_index(path: Path) -> bool:
    """Whether a file is MP4 or MOV without its complete index, which locates its frames: the box
    `moov` of films, `meta` of pictures (HEIF).
    """
    with path.open("rb") as file:
        is_mp4 = file.read(8)[4:] in BOXES
        file.seek(0)
        size = path.stat().st_size
        return is_mp4 and not any(
            name in INDEXES and end <= size for name, end in _mp4_boxes(file, size=size)
        )


def is_fragmented(path: Path) -> bool:
    """Whether a file is MP4 in fragments, each with its own index."""
    with path.open("rb") as file:
        return any(name == b"moof" for name, _ in _mp4_boxes(file, size=path.stat().st_size))


def _mp4_boxes(file: BinaryIO, *, size: int) -> Iterator[tuple[bytes, int]]:
    """Name and end of each MP4 box; one of length 0 extends to the end of the file."""
    offset = 0
    while offset + 8 <= size:
        file.seek(offset)
        header = file.read(16)
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        offset = offset + length if length >= 8 else size
        yield header[4:8], offset


def _riff_ends(file: BinaryIO, *, size: int) -> list[int]:
    """End of each RIFF chunk; one of length 0 was never finished and announces nothing."""
    found, offset = [], 0
    while offset + 8 <= size:
        file.seek(offset)
        header = file.read(8)
        length = int.from_bytes(header[4:], "little")
        if header[:4] != b"RIFF" or not length:
            break
        offset += 8 + length + length % 2
        found.append(offset)
    return found


def _ebml_ends(file: BinaryIO, *, size: int) -> Iterator[int]:
    """Ends of the EBML header and of the segment after it; a segment of unknown length (a live
    recording) has none.
    """
    for expected, (name, _, end) in zip((EBML, SEGMENT), ebml_headers(file, 0, size), strict=False):
        if name != expected or end is None:
            break
        yield end

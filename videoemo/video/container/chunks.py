"""Boxes of MP4 and elements of Matroska, found by their headers alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

__all__ = ["Chunk", "ebml_elements", "ebml_headers", "mp4_boxes", "mp4_headers"]

# Name, and where its contents begin and end in the file.
Chunk = tuple[bytes, int, int]

# So many children of one parent are looked at: real files have some tens, and a file made to keep
# its reader busy has millions.
MAX_CHILDREN = 1000


def mp4_boxes(file: BinaryIO, start: int, end: int) -> Iterator[Chunk]:
    """Iterate over the MP4 boxes between two places of a file (ISO/IEC 14496-12, 4.2)."""
    for box in islice(mp4_headers(file, start, end), MAX_CHILDREN):
        if box[2] > end:
            return
        yield box


def mp4_headers(file: BinaryIO, start: int, end: int) -> Iterator[Chunk]:
    """Iterate over the MP4 boxes between two places of a file by their headers alone; the last one
    may be said to end behind `end`.
    """
    while start + 8 <= end:
        file.seek(start)
        header = file.read(16)
        length, head = int.from_bytes(header[:4], "big"), 8
        if length == 1:
            length, head = int.from_bytes(header[8:16], "big"), 16
        stop = end if length == 0 else start + length
        if stop < start + head:
            return
        yield header[4:8], start + head, stop
        start = stop


def ebml_elements(file: BinaryIO, start: int, end: int) -> Iterator[Chunk]:
    """Iterate over the EBML elements between two places of a file (RFC 8794, 5 and 6); one of
    unknown length extends to `end`.
    """
    for name, inside, announced in ebml_headers(file, start, end):
        stop = end if announced is None else announced
        if stop > end:
            return
        yield name, inside, stop


def ebml_headers(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int | None]]:
    """Iterate over the EBML elements between two places of a file by their headers alone: name,
    and where the contents begin and are said to end, which may be behind `end`; None where their
    length is unknown.
    """
    for _ in range(MAX_CHILDREN):
        file.seek(start)
        header = file.read(12)
        # The leading zeros of the first byte give the number of bytes.
        name_bytes = 9 - header[0].bit_length() if header[:1].strip(b"\0") else 9
        first = header[name_bytes : name_bytes + 1]
        length_bytes = 9 - first[0].bit_length() if first.strip(b"\0") else 9
        inside = start + name_bytes + length_bytes
        if start >= end or name_bytes > 4 or length_bytes > 8 or inside > end:
            return
        ones = 1 << 7 * length_bytes
        length = int.from_bytes(header[name_bytes:][:length_bytes], "big") & (ones - 1)
        stop = None if length == ones - 1 else inside + length
        yield header[:name_bytes], inside, stop
        start = end if stop is None else stop

"""Crop that a container asks for: the box `clap` of MP4 and PixelCrop of Matroska. (libav reads
both and applies neither; the crop within the stream, H.264's or HEVC's, it applies.)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from videoemo.video.container.chunks import Chunk, ebml_elements, mp4_boxes

__all__ = ["NO_CROP", "Crop", "read_crop"]

# ISO/IEC 14496-12, 12.1.3: what a sample entry of video holds before its boxes.
SAMPLE_ENTRY = 78
# RFC 9559, 5.1.4
SEGMENT, TRACKS, TRACK_ENTRY = b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b", b"\xae"
TRACK_TYPE, TRACK_VIDEO = b"\x83", b"\xe0"
PIXEL_CROP = {b"\x54\xcc": "left", b"\x54\xbb": "top", b"\x54\xdd": "right", b"\x54\xaa": "bottom"}

Children = Callable[[BinaryIO, int, int], Iterator[Chunk]]


@dataclass(frozen=True, kw_only=True)
class Crop:
    """What is cut off a stored frame, in pixels.

    Parameters
    ----------
    left, top, right, bottom : int
        At least 0.
    """

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0

    def inside(self, width: int, height: int) -> bool:
        """Whether anything is left of a frame of this size."""
        return self.left + self.right < width and self.top + self.bottom < height


NO_CROP = Crop()


def read_crop(
    path: Path, *, format_name: str, track: int, nth_video: int, width: int, height: int
) -> Crop:
    """Crop of a video stream as its container gives it; none where it gives none, or one of which
    nothing would be left.

    Parameters
    ----------
    path : Path
        The file.
    format_name : str
        libav's name of its format.
    track : int
        The stream's number as MP4 gives it.
    nth_video : int
        Its place among the video streams, from 0.
    width, height : int
        Of a stored frame, in px.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if format_name.startswith("mov,"):
            crop = _mp4_crop(file, size, track=track, width=width, height=height)
        elif format_name.startswith("matroska,"):
            crop = _matroska_crop(file, size, nth_video=nth_video)
        else:
            return NO_CROP
    return crop if crop.inside(width, height) else NO_CROP


def _mp4_crop(file: BinaryIO, size: int, *, track: int, width: int, height: int) -> Crop:
    for moov in _found(file, mp4_boxes, (b"", 0, size), b"moov"):
        for trak in _found(file, mp4_boxes, moov, b"trak"):
            if any(
                _track_number(file, start) == track
                for _, start, _ in _found(file, mp4_boxes, trak, b"tkhd")
            ):
                return _clean_aperture(file, trak, width=width, height=height)
    return NO_CROP


def _track_number(file: BinaryIO, start: int) -> int:
    """Of a box tkhd (ISO/IEC 14496-12, 8.3.2): after two times, of 8 bytes each in version 1."""
    file.seek(start)
    header = file.read(24)
    at = 20 if header[:1] == b"\x01" else 12
    return int.from_bytes(header[at : at + 4], "big")


def _clean_aperture(file: BinaryIO, trak: Chunk, *, width: int, height: int) -> Crop:
    """Crop of a box clap (ISO/IEC 14496-12, 12.1.4): a width, a height, and how far its centre is
    to the right of, and below, that of the frame; each two integers.
    """
    chunks = [trak]
    for name in (b"mdia", b"minf", b"stbl", b"stsd"):
        chunks = [found for chunk in chunks for found in _found(file, mp4_boxes, chunk, name)]
    for _, start, end in chunks:
        # stsd begins with a version and a count; the first entry counts, as for libav.
        entry = next(mp4_boxes(file, start + 8, end), None)
        if entry is None:
            continue
        name, inside, stop = entry
        for _, clap, clap_end in _found(
            file, mp4_boxes, (name, inside + SAMPLE_ENTRY, stop), b"clap"
        ):
            if clap_end - clap < 32:
                continue
            file.seek(clap)
            n = [int.from_bytes(file.read(4), "big", signed=True) for _ in range(8)]
            if min(n[0], n[1], n[2], n[3], n[5], n[7]) <= 0:
                continue
            left, right = _margins(width, Fraction(n[0], n[1]), Fraction(n[4], n[5]))
            top, bottom = _margins(height, Fraction(n[2], n[3]), Fraction(n[6], n[7]))
            if min(left, right, top, bottom) >= 0:
                return Crop(left=left, top=top, right=right, bottom=bottom)
    return NO_CROP


def _margins(side: int, kept: Fraction, shift: Fraction) -> tuple[int, int]:
    """Whole pixels before and after what is kept of a side."""
    before = round((side - kept) / 2 + shift)
    return before, side - before - round(kept)


def _matroska_crop(file: BinaryIO, size: int, *, nth_video: int) -> Crop:
    n = -1
    for segment in _found(file, ebml_elements, (b"", 0, size), SEGMENT):
        for tracks in _found(file, ebml_elements, segment, TRACKS):
            for entry in _found(file, ebml_elements, tracks, TRACK_ENTRY):
                for video in _found(file, ebml_elements, entry, TRACK_VIDEO):
                    n += 1
                    if n == nth_video:
                        return _pixel_crop(file, video)
    return NO_CROP


def _pixel_crop(file: BinaryIO, video: Chunk) -> Crop:
    sides: dict[str, int] = {}
    for name, start, end in ebml_elements(file, *video[1:]):
        if name in PIXEL_CROP and end - start <= 8:
            file.seek(start)
            sides[PIXEL_CROP[name]] = int.from_bytes(file.read(end - start), "big")
    return Crop(**sides)


def _found(file: BinaryIO, children: Children, parent: Chunk, name: bytes) -> Iterator[Chunk]:
    """The children of this name."""
    return (chunk for chunk in children(file, *parent[1:]) if chunk[0] == name)

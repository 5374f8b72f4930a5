"""Encrypted video, by what its container says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

from videoemo.video.container.chunks import Chunk, mp4_boxes

__all__ = ["is_encrypted"]

# Sample entries of MP4: Common Encryption (ISO/IEC 23001-7) and FairPlay.
SAMPLE_ENTRIES = (b"encv", b"drmi")
# GUIDs of the objects Content Encryption and Extended Content Encryption (Advanced Systems Format,
# 3.14 and 3.15), as they are stored.
ASF_OBJECTS = (
    bytes.fromhex("fbb31122 23bd d211 b4b7 00a0c955fc6e"),
    bytes.fromhex("14e68a29 2226 174c b935 dae07ee9289c"),
)
# So many bytes of the beginning hold an ASF header, and enough packets of a transport stream.
HEAD = 2**16
# Length of a transport packet, with what some writers put before or behind it, and where the first
# one begins.
TS_LAYOUTS, TS_SYNC = ((188, 0), (192, 4), (204, 0)), 0x47


def is_encrypted(container: Any, stream: Any, path: Path) -> bool:
    """Whether the container says that a video stream is encrypted.

    Parameters
    ----------
    container : av.container.InputContainer
        The open container.
    stream : av.video.stream.VideoStream
        The stream.
    path : Path
        The file.
    """
    name = container.format.name
    if name.startswith("mov,"):
        return _mp4_track_is_encrypted(path, stream.id)
    if name.startswith("matroska,"):
        return "enc_key_id" in stream.metadata  # where libav puts ContentEncKeyID
    if name in ("asf", "mpegts"):
        with path.open("rb") as file:
            head = file.read(HEAD)
        return (
            any(guid in head for guid in ASF_OBJECTS)
            if name == "asf"
            else _scrambled(head, stream.id)
        )
    return False


def _mp4_track_is_encrypted(path: Path, track: int) -> bool:
    """Whether a track of MP4 has an encrypted sample entry (ISO/IEC 14496-12, 8.5.2)."""
    with path.open("rb") as file:
        films = _children(file, [(b"", 0, path.stat().st_size)], b"moov")
        for one in _children(file, films, b"trak"):
            if _track_number(file, _children(file, [one], b"tkhd")) == track:
                found = [one]
                for name in (b"mdia", b"minf", b"stbl", b"stsd"):
                    found = _children(file, found, name)
                return any(
                    entry[0] in SAMPLE_ENTRIES
                    for _, start, end in found
                    for entry in mp4_boxes(file, start + 8, end)
                )
    return False


def _children(file: BinaryIO, parents: list[Chunk], name: bytes) -> list[Chunk]:
    """The boxes of a name in others."""
    return [box for _, *place in parents for box in mp4_boxes(file, *place) if box[0] == name]


def _track_number(file: BinaryIO, headers: list[Chunk]) -> int | None:
    """The number in a track's header, behind two times of 32 or 64 bits (8.3.2)."""
    for _, start, _ in headers:
        file.seek(start)
        header = file.read(24)
        at = 20 if header[:1] == b"\1" else 12
        return int.from_bytes(header[at : at + 4], "big")
    return None


def _scrambled(head: bytes, pid: int) -> bool:
    """Whether most transport packets of a stream have transport_scrambling_control set (ISO/IEC
    13818-1, 2.4.3.3).
    """
    for length, start in TS_LAYOUTS:
        headers = [head[at : at + 4] for at in range(start, len(head) - 4, length)]
        if headers and all(header[0] == TS_SYNC for header in headers):
            own = [h[3] >> 6 for h in headers if int.from_bytes(h[1:3], "big") & 0x1FFF == pid]
            return 2 * sum(map(bool, own)) > len(own)
    return False

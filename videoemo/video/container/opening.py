"""Containers by PyAV: opening and packets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av

from videoemo.errors import UnreadableVideoError
from videoemo.video.container.demuxers import ONE_FILE_ONLY, is_playlist
from videoemo.video.container.regular import check_regular_file
from videoemo.video.container.truncation import is_fragmented, is_truncated, lacks_index

__all__ = ["DAMAGE", "explain_unreadable", "number_packets", "open_container", "packets"]

# What PyAV and libav raise for damaged data: numbers out of range and impossible sizes, too.
DAMAGE = (av.FFmpegError, OSError, ValueError, ArithmeticError, MemoryError)


@contextmanager
def open_container(path: Path) -> Iterator[Any]:
    """Open a file as a PyAV container, closed on leaving the context.

    Nothing but this one file is opened, whatever stands in it.

    Raises
    ------
    InputError
        There is no such file, it is none, or no permission to read it.
    UnreadableVideoError
        It is truncated, or of no known container.
    """
    check_regular_file(path)
    if lacks_index(path):
        raise UnreadableVideoError(f"{path}: {explain_unreadable(path)}")
    # What matters of libav's messages is in our errors. Once a file, not once a process: importing
    # torchvision 0.25 turns them on, and PyAV then waits for ever where a decoding thread writes
    # one while a thread that holds the interpreter's lock waits for it.
    av.logging.set_level(None)
    try:
        # An absolute path: "12:30.mp4" on its own reads as the protocol "12".
        container = av.open(
            str(path.absolute()), container_options=ONE_FILE_ONLY, metadata_errors="ignore"
        )
    except DAMAGE as exc:
        raise UnreadableVideoError(f"{path}: {explain_unreadable(path)}") from exc
    with container:
        yield container


def packets(container: Any, *streams: Any) -> Iterator[Any]:
    """Iterate over the packets of streams until they end or the demuxer fails, and an empty one a
    stream after the last, which has the decoder give what it holds back.
    """
    demuxed = container.demux(*streams)
    left = {stream.index: stream for stream in streams}
    latest: dict[int, int] = {}
    while True:
        try:
            packet = next(demuxed, None)
        # IndexError: PyAV ends so where streams have appeared meanwhile.
        except (*DAMAGE, IndexError):
            break
        if packet is None:
            break
        if not packet.size:
            if packet.dts is not None or packet.pts is not None:
                continue  # a frame without data, which would end the decoding
            left.pop(packet.stream.index, None)
        elif packet.dts is not None:
            last = latest.get(packet.stream_index, packet.dts)
            if packet.is_discard and packet.dts < last and is_fragmented(Path(container.name)):
                packet = _not_discarded(packet)
            latest[packet.stream_index] = max(last, packet.dts)
        yield packet
    for stream in left.values():
        packet = av.Packet()
        packet.stream = stream
        yield packet


def _not_discarded(packet: Any) -> Any:
    """A packet as it is, but not marked to be decoded and not shown: so libav marks a whole
    fragment of MP4 whose clock is behind that of the one before.
    """
    shown: Any = av.Packet(bytes(packet))
    shown.pts, shown.dts, shown.duration = packet.pts, packet.dts, packet.duration
    shown.time_base, shown.stream = packet.time_base, packet.stream
    shown.is_keyframe = packet.is_keyframe
    return shown


def number_packets(demuxed: Iterator[Any]) -> Iterator[Any]:
    """Packets with their numbers, from 0, in place of times: the decoder hands them on, so that
    each frame tells from which packet it comes.
    """
    number = 0
    for packet in demuxed:
        if packet.size:
            packet.pts = packet.dts = number
            number += 1
        yield packet


def explain_unreadable(path: Path) -> str:
    """Explain in words why no demuxer takes a file."""
    if not path.stat().st_size:
        return "the file is empty (0 bytes): copy or record it again"
    if is_playlist(path):
        return "it is a playlist, which leads to other files: give those"
    if lacks_index(path):
        return (
            "it was cut off, or its recording never finished, before its index: copy it again or "
            "repair it"
        )
    if is_truncated(path):
        return "it was cut off before its first frame: copy it again"
    return "its contents are not those of a video: check that it is one, and that it plays"
